"""Changes whose packed session can't be read: held up for a while, then counted by what is beside the bytes."""

from typing import Any

import msgspec
import project_changes
import pytest

from live_viewers.audience.reading import read_audience
from live_viewers.dynamodb.tables.stream_records import changes_of
from live_viewers.profile.projection import needs_rewrite
from live_viewers.profile.projection_writing import ProjectReport
from live_viewers.scope import ALL
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_change import UNREADABLE_HELD_MS, SessionChange, until_held
from live_viewers.session.session_codec import NEWEST_VERSION
from tests.stories import PING_S, InMemoryAudience, change_of, record
from tests.unit.audience.test_audience import count
from tests.viewing import START_MS, pause, play

NOW_MS = START_MS + 60_000


def states() -> tuple[MediaSession, MediaSession, MediaSession]:
    one, two, three = (
        fold([play(at=0)]),
        fold([play(at=0), pause(at=5)]),
        fold([play(at=0), pause(at=5), play(at=9)]),
    )
    return one, two, three


def record_of(
    number: int, old: MediaSession | None, new: MediaSession | None, unreadable: tuple[str, ...], created_ms: int
) -> dict[str, Any]:
    """A stream record; the images named in `unreadable` have a format of the next version."""
    each = record(change_of(number, "viewer-1", "session-1", old, new))
    each["dynamodb"]["ApproximateCreationDateTime"] = created_ms / 1000
    for image in unreadable:
        data = msgspec.json.decode(msgspec.json.encode(each["dynamodb"][image]["r"]["B"]), type=bytes)
        mended = bytes((NEWEST_VERSION + 1,)) + data[1:]
        each["dynamodb"][image]["r"]["B"] = msgspec.json.decode(msgspec.json.encode(mended), type=str)
    return each


def unreadable_story(created_ms: int) -> list[SessionChange]:
    """The second of three states can't be read."""
    one, two, three = states()
    records = [
        record_of(1, None, one, (), created_ms),
        record_of(2, one, two, ("NewImage",), created_ms),
        record_of(3, two, three, ("OldImage",), created_ms),
    ]
    return list(changes_of({"Records": records}, PING_S))


def test_a_change_that_cannot_be_read_holds_up_those_behind_it_for_ten_minutes_of_its_own_time() -> None:
    changes = unreadable_story(NOW_MS)
    before, held = until_held(changes, NOW_MS + UNREADABLE_HELD_MS - 1)
    assert [change.sequence for change in before] == [1]
    assert held is not None
    assert "version 3, this release reads 1, 2" in held.problem
    every, held = until_held(changes, NOW_MS + UNREADABLE_HELD_MS)
    assert (len(every), held) == (3, None)


def test_watching_now_stays_exact_over_a_state_that_cannot_be_read() -> None:
    read, unread = InMemoryAudience(), InMemoryAudience()
    one, two, three = states()
    for number, (old, new) in enumerate(((None, one), (one, two), (two, three)), 1):
        count(read, [change_of(number, "viewer-1", "session-1", old, new)], 0)
    changes = unreadable_story(START_MS)
    for number in range(1, 4):
        count(unread, changes[number - 1 : number], 0)
        now = read_audience(unread, ALL, START_MS + 10_000)
        assert now.watching_now == (0 if number == 2 else 1)
        assert min(msgspec.structs.astuple(now.by_status)) >= 0
    ours, theirs = (read_audience(each, ALL, START_MS + 10_000) for each in (unread, read))
    assert ours.by_status == theirs.by_status


def test_counts_are_those_of_the_release_that_wrote_the_image() -> None:
    """Whatever a later release or setting would say of the session: what was added is what is taken away."""
    (each,) = changes_of({"Records": [record_of(1, None, states()[0], (), NOW_MS)]}, PING_S)
    written = record_of(2, states()[0], None, (), NOW_MS)
    written["dynamodb"]["OldImage"] |= {"s": {"S": "READY"}, "u": {"N": "123"}}
    (later,) = changes_of({"Records": [written]}, 300)
    assert each.new is not None
    assert later.old is not None
    assert (each.new.status, later.old.status) == ("WATCHING_VIDEO", "READY")
    assert later.old.lease_minute == 123


def test_an_image_of_version_1_counts_by_its_session_and_the_status_beside_it() -> None:
    written = record_of(1, None, states()[0], (), NOW_MS)
    del written["dynamodb"]["NewImage"]["u"]
    (change,) = changes_of({"Records": [written]}, PING_S)
    assert change.new is not None
    assert (change.new.status, change.new.lease_minute) == ("WATCHING_VIDEO", (START_MS + 75_000) // 60_000)


def test_a_status_that_this_release_does_not_know_is_a_change_that_cannot_be_read() -> None:
    written = record_of(1, None, states()[0], (), NOW_MS)
    written["dynamodb"]["NewImage"]["s"] = {"S": "DREAMING"}
    (change,) = changes_of({"Records": [written]}, PING_S)
    assert change.problem == "an unknown status"


def test_the_profile_of_a_change_that_cannot_be_read_is_read_again() -> None:
    assert [needs_rewrite(change) for change in unreadable_story(START_MS)] == [True, True, True]


@pytest.mark.parametrize(("age_ms", "fails"), [(0, True), (UNREADABLE_HELD_MS + 1_000, False)])
def test_project_changes_counts_what_comes_before_then_fails_and_later_skips(
    age_ms: int, fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ms = START_MS + 60_000
    audience = InMemoryAudience()
    reports: dict[str, float] = {}
    projected: list[int] = []

    class _Parts:
        settings = type("_Settings", (), {"default_ping_interval_s": PING_S, "audience_items_a_batch": 1_000})

        class progress:
            take_up = staticmethod(lambda *_: None)

        class projector:
            @staticmethod
            def project(changes: list[SessionChange], *_: Any) -> Any:
                projected.extend(change.sequence for change in changes)
                return ProjectReport()

    _Parts.audience = audience  # type: ignore[attr-defined]
    _Parts.ads = None  # type: ignore[attr-defined]
    one, two, three = states()
    records = [
        record_of(1, None, one, (), now_ms - age_ms),
        record_of(2, one, two, ("NewImage",), now_ms - age_ms),
        record_of(3, two, three, ("OldImage",), now_ms - age_ms),
    ]
    monkeypatch.setattr(project_changes, "_parts", lambda: _Parts)
    monkeypatch.setattr(project_changes, "_report_watching_now", lambda *_: None)
    monkeypatch.setattr(project_changes.time, "time", lambda: now_ms / 1000)
    monkeypatch.setattr(
        project_changes.metrics, "add_metric", lambda name, unit, value: reports.__setitem__(name, value)
    )
    event = {"Records": records, "shardId": "shardId-0"}
    if fails:
        with pytest.raises(project_changes.UnreadableChange, match="version 3"):
            project_changes.handler(event, None)
        assert projected == [1]
        assert reports["ChangesSkipped"] == 0
        assert read_audience(audience, ALL, START_MS + 10_000).watching_now == 1
    else:
        assert project_changes.handler(event, None) == {"state": {}}
        assert projected == [1, 2, 3]
        assert reports["ChangesSkipped"] == 2
        assert read_audience(audience, ALL, START_MS + 10_000).watching_now == 1
