"""A session is a join of its events: order, batches, duplicates and packing in between don't matter."""

from hypothesis import given
from hypothesis import strategies as st

from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_codec import pack, unpack
from tests.any_events import any_events, resent
from tests.viewing import SESSION, START_MS, VIEWER, pause, ping, play, with_player


def minutes_of(session: MediaSession) -> list[int]:
    """The Unix minutes in which the session had events, newest first."""
    last = session.last_seen_ms // 60_000
    return [last - bit for bit in range(64) if session.minutes >> bit & 1]


def read_back(session: MediaSession) -> MediaSession:
    """The session as another invocation reads it from its item."""
    return unpack(VIEWER, SESSION, pack(session), session.version, session.media_id, session.dimensions.text)


@given(any_events(), st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_order_batching_and_duplication_of_the_same_events_ends_in_the_same_session(events, random, batches):
    deliveries = events + random.choices(events, k=len(events))
    random.shuffle(deliveries)
    parts: list[list[MediaEvent]] = [[] for _ in range(batches)]
    for event in deliveries:
        random.choice(parts).append(event)
    stored = None
    for part in parts:
        if not part:
            continue
        session = fold(part)
        if stored is not None:
            session.merge(stored)
        stored = read_back(session)
    assert stored == fold(events)


@given(any_events(6), any_events(6), any_events(6))
def test_merging_is_associative_commutative_and_idempotent(one, two, three):
    a, b, c = fold(one), read_back(fold(two)), fold(three)

    def merged(*sessions: MediaSession) -> MediaSession:
        whole = MediaSession(VIEWER, SESSION)
        for session in sessions:
            whole.merge(session)
        return whole

    assert merged(a, b) == merged(b, a)
    assert merged(merged(a, b), c) == merged(a, merged(b, c))
    assert merged(a, a) == a
    assert merged(merged(a, b), a, b) == merged(a, b)


@given(any_events())
def test_adding_to_a_session_read_back_is_adding_to_the_session(events):
    stored = fold(events[:1])
    for event in events[1:]:
        stored = read_back(stored)
        stored.add(event)
    assert stored == fold(events)


@given(any_events(), st.integers(0, 12), st.randoms(use_true_random=False))
def test_events_joined_in_one_call_are_joined_as_each_by_itself(events, stored, random):
    rest = events[stored:] + random.choices(events, k=2)
    random.shuffle(rest)
    session = read_back(fold(events[:stored])) if stored else MediaSession(VIEWER, SESSION)
    session.add_all(rest)
    assert session == fold(events)
    assert pack(session) == pack(fold(events))


@given(any_events(), st.integers(0, 25_000), st.randoms(use_true_random=False))
def test_a_trackers_retry_changes_nothing_but_first_and_last_seen(events, shift_ms, random):
    once = fold(events)
    again = fold([*events, *(resent(event, shift_ms) for event in random.sample(events, k=1))])
    assert again.last_seen_ms >= once.last_seen_ms
    for session in (once, again):
        session.first_seen_ms = session.last_seen_ms = session.minutes = 0
    assert again == once


def test_the_version_is_bookkeeping_and_no_part_of_the_content():
    events = [play(at=0)]
    session = fold(events)
    session.version = 7
    assert session == fold(events)
    assert fold(events).version == 0


def test_two_events_in_the_same_millisecond_are_both_kept():
    session = fold([pause(at=1, position=5), play(at=1, position=5)])
    assert session.registers[EventKind.PAUSE][0] == session.registers[EventKind.PLAY][0] == START_MS + 1000


def test_minutes_with_events_are_seen_and_minutes_without_are_not():
    session = fold([ping(at=0), ping(at=30), ping(at=180)])
    start = START_MS // 60_000
    assert minutes_of(session) == [start + 3, start]


def test_minutes_older_than_an_hour_and_four_minutes_fall_off_whatever_the_order():
    events = [ping(at=60 * minute) for minute in range(100)]
    last = START_MS // 60_000 + 99
    for some in (events, events[::-1]):
        session = fold(some)
        assert minutes_of(session) == list(range(last, last - 64, -1))


def test_the_title_is_the_newest_label_and_stays_when_a_later_event_has_none():
    session = fold([play(at=0, label="First"), ping(at=30, label=" Second "), ping(at=60, label=None)])
    assert (session.title, session.media_id) == ("Second", "Second")


def test_the_bitrate_is_that_of_the_newest_quality_change_that_has_one():
    def changed(at: float, **payload: int | str | None) -> MediaEvent:
        return with_player(EventKind.QUALITY_CHANGE, at=at, payload=payload)

    events = [
        changed(5, bitrate=800_000),
        changed(9, bitrate=2_500_000),
        changed(12, new_quality="1080p"),
        ping(at=30),
    ]
    assert fold(events).bitrate == fold(reversed(events)).bitrate == 2_500_000
    assert fold([ping(at=30)]).bitrate is None
