"""What an instance remembers of sessions, and when it stops to rely on it."""

from live_viewers.dynamodb.writing.known_sessions import KnownSessions, Stored
from live_viewers.session.media_session import MediaSession


def stored(viewer: str) -> Stored:
    return Stored(MediaSession(viewer, "s", 1), b"", False, None)


def test_the_one_put_longest_ago_is_forgotten_first() -> None:
    known = KnownSessions(2)
    for viewer in ("a", "b", "c"):
        known.put(stored(viewer))

    assert known.take(("a", "s")) is None
    assert known.take(("c", "s")) is not None


def test_beyond_the_most_a_few_of_the_oldest_are_forgotten_and_none_of_the_others() -> None:
    known = KnownSessions(64)
    for number in range(200):
        known.put(stored(f"viewer-{number}"))
    remembered = [number for number in range(200) if known.take((f"viewer-{number}", "s")) is not None]

    assert 62 <= len(remembered) <= 64
    assert remembered == list(range(200 - len(remembered), 200))


def test_what_was_taken_is_gone_until_it_is_put_back() -> None:
    known = KnownSessions(2)
    known.put(stored("a"))

    assert known.take(("a", "s")) is not None
    assert known.take(("a", "s")) is None


def test_memory_that_is_mostly_wrong_is_not_relied_on() -> None:
    known = KnownSessions(2)
    for was_right in (True, False, False) * 20:
        known.trust.judge(was_right)

    assert not known.trust.holds


def test_one_wrong_in_ten_is_no_reason_to_read_everything() -> None:
    known = KnownSessions(2)
    for number in range(300):
        known.trust.judge(number % 10 != 0)
        assert known.trust.holds


def test_memory_that_comes_right_again_is_relied_on_again() -> None:
    known = KnownSessions(2)
    for _ in range(100):
        known.trust.judge(False)
    for _ in range(200):
        known.trust.judge(True)

    assert known.trust.holds
