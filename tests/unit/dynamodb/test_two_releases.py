"""Two releases on one table: one that reads a format, one that writes it, and one that knows neither."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.dynamodb import items
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import NewerRelease, SessionPart, Written
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_codec import NEWEST_VERSION, format_version_of, pack, unpack
from live_viewers.session.visits import Visits
from live_viewers.settings import ProcessEventsSettings
from live_viewers.wire import RejectReason
from tests.any_events import any_events
from tests.store_in_memory import CallsInMemory
from tests.viewing import START_MS, pause, play


def release(calls: CallsInMemory, write_version: int) -> SessionWriter:
    settings = ProcessEventsSettings(
        stage="local",
        viewer_profiles_table="ViewerProfiles",
        rejected_bucket="rejected",
        live_index_secret="secret",
        tombstone_secret="secret",
        write_version=write_version,
    )
    return SessionWriter(cast(Calls, calls), settings)


def write(writer: SessionWriter, *events: MediaEvent) -> Written:
    parts: dict[str, SessionPart] = {}
    for number, event in enumerate(events):
        part = parts.setdefault(event.viewer_id, SessionPart(event.viewer_id, event.session_id))
        part.events.append(event)
        part.records.append({"topic": "t", "partition": 0, "offset": number})
    return writer.write(list(parts.values()), lambda: START_MS, lambda: 60_000)


def stored_version(calls: CallsInMemory) -> int:
    return format_version_of(calls.items["viewer-1", "session#session-1"]["r"]["B"])


@given(any_events(), st.data())
def test_releases_that_write_different_formats_make_one_session_of_it(events: list[MediaEvent], data: Any) -> None:
    calls = CallsInMemory()
    releases = {number: release(calls, number) for number in (1, 2)}
    highest = 0
    for event in events:
        number = data.draw(st.sampled_from((1, 2)))
        write(releases[number], event)
        highest = max(highest, number)
        assert highest >= stored_version(calls) >= 1
    stored, whole = items.session_of(calls.items["viewer-1", "session#session-1"]), fold(events)
    assert in_version_1(stored) == in_version_1(whole)


def in_version_1(session: MediaSession) -> MediaSession:
    """What version 1 holds of a session: it knows of one title, and doesn't tell visits apart."""
    held = unpack(session.viewer_id, session.session_id, pack(session, 1), 0, session.media_id)
    held.visits = Visits()
    return held


def test_a_session_in_the_newer_format_stays_in_it_when_the_release_before_is_back() -> None:
    calls = CallsInMemory()
    write(release(calls, 1), play(at=0))
    assert stored_version(calls) == 1
    write(release(calls, 2), pause(at=5))
    assert stored_version(calls) == 2
    write(release(calls, 1), play(at=9))
    assert stored_version(calls) == 2
    assert items.session_of(calls.items["viewer-1", "session#session-1"]).last_order_ms == START_MS + 9_000


def with_first_byte(calls: CallsInMemory, byte: int) -> bytes:
    """Makes the stored session one of another version; its bytes."""
    item = calls.items["viewer-1", "session#session-1"]
    item["r"] = {"B": bytes((byte,)) + item["r"]["B"][1:]}
    return bytes(item["r"]["B"])


def test_a_newer_release_s_session_fails_the_batch_so_that_kafka_keeps_it() -> None:
    calls = CallsInMemory()
    write(release(calls, 2), play(at=0))
    stored = with_first_byte(calls, NEWEST_VERSION + 1)
    with pytest.raises(NewerRelease, match="version 3, this release reads 1, 2"):
        write(release(calls, 2), pause(at=5), pause(at=5, viewer_id="viewer-2"))
    assert calls.items["viewer-1", "session#session-1"]["r"]["B"] == stored


@pytest.mark.parametrize("byte", [0, NEWEST_VERSION + 2, 255])
def test_a_damaged_session_s_records_are_rejected_and_the_rest_goes_on(byte: int) -> None:
    calls = CallsInMemory()
    write(release(calls, 2), play(at=0))
    stored = with_first_byte(calls, byte)
    written = write(release(calls, 2), pause(at=5), pause(at=5, viewer_id="viewer-2"))
    assert [(refused.reason, refused.record["offset"]) for refused in written.refused] == [
        (RejectReason.DAMAGED, 0)
    ]
    assert calls.items["viewer-1", "session#session-1"]["r"]["B"] == stored
    assert ("viewer-2", "session#session-1") in calls.items
    assert not any(viewer == "viewer-1" and sk.startswith("event#") and "5000" in sk for viewer, sk in calls.items)


def test_what_counts_stands_beside_the_packed_session() -> None:
    calls = CallsInMemory()
    write(release(calls, 2), play(at=0))
    item = calls.items["viewer-1", "session#session-1"]
    assert item["s"] == {"S": "WATCHING_VIDEO"}
    assert item["u"] == {"N": str((START_MS + 75_000) // 60_000)}
    assert item["m"] == {"S": "Big Buck Bunny"}
    write(release(calls, 2), pause(at=60))
    item = calls.items["viewer-1", "session#session-1"]
    assert item["u"] == {"N": str((START_MS + 60_000 + 600_000) // 60_000)}
