"""The timeline: every event but pings and progress, once each, with the status after each step."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.events.media_event import EventKind
from live_viewers.profile.timeline_view import timeline_view
from live_viewers.session.media_session import MediaSession
from live_viewers.session.row_codec import NEWEST_VERSION, WRITERS, pack_row, unpack_row
from live_viewers.session.status import Status, status_of
from live_viewers.session.timeline import (
    timeline_row,
    with_statuses,
)
from live_viewers.stored_format import Damaged, NewerFormat
from tests.any_events import any_event, resent
from tests.viewing import (
    PREROLL,
    START_MS,
    VIEWER,
    ad_break_end,
    ad_break_start,
    ad_start,
    bare,
    end,
    error,
    pause,
    ping,
    play,
    ready,
    with_player,
)


def rows_of(events):
    return [row for event in events if (row := timeline_row(event)) is not None]


def test_pings_and_progress_leave_no_row():
    assert timeline_row(ping(at=0)) is None
    assert timeline_row(with_player(EventKind.PERCENT_PROGRESS, at=0)) is None


@pytest.mark.parametrize("kind", [k for k in EventKind if k not in (EventKind.PING, EventKind.PERCENT_PROGRESS)])
def test_every_other_kind_leaves_one(kind):
    row = timeline_row(with_player(kind, at=3, position=2.5))
    assert row is not None
    assert (row.kind, row.order_time_ms, row.position_s) == (kind, START_MS + 3000, 2.5)


EVENING = [
    (ready(at=0), Status.READY),
    (play(at=1), Status.WATCHING_VIDEO),
    (ad_break_start(at=10), Status.WATCHING_AD),
    (pause(at=15, ad_break=PREROLL), Status.WATCHING_AD),
    (ad_break_end(at=40, paused=True), Status.PAUSED_VIDEO),
    (play(at=41), Status.WATCHING_VIDEO),
    (error(at=60, position=19), Status.FAILED_VIDEO),
    (play(at=70, position=19), Status.WATCHING_VIDEO),
    (pause(at=600, position=600, ended=True), Status.COMPLETED_VIDEO),
    (end(at=600, position=600), Status.COMPLETED_VIDEO),
]


@given(st.randoms(use_true_random=False))
def test_each_step_has_the_status_just_after_it_whatever_order_the_rows_are_read_in(random):
    rows = rows_of(event for event, _ in EVENING)
    random.shuffle(rows)
    assert [status for _, status in with_statuses(rows)] == [status for _, status in EVENING]


def test_two_changes_in_the_same_millisecond_are_both_in_the_timeline_in_the_players_order():
    rows = rows_of([end(at=600), pause(at=600)])
    assert [row.kind for row, _ in with_statuses(rows)] == [EventKind.PAUSE, EventKind.END]


def test_a_repeated_event_id_is_shown_once_at_its_earliest():
    event = play(at=5)
    shifted = msgspec.structs.replace(event, order_time_ms=event.order_time_ms + 40)
    assert [row.order_time_ms for row, _ in with_statuses(rows_of([shifted, event]))] == [START_MS + 5000]


def test_sessions_of_one_viewer_keep_their_statuses_apart():
    rows = rows_of([play(at=0), pause(at=5, session_id="other"), ad_start(at=6)])
    assert [status for _, status in with_statuses(rows)] == [
        Status.WATCHING_VIDEO,
        Status.PAUSED_VIDEO,
        Status.WATCHING_AD,
    ]


def test_viewer_json_has_a_timeline_by_its_registers():
    rows = rows_of([bare(EventKind.PAUSE, at=0), bare(EventKind.AD_BREAK_START, at=1), bare(EventKind.END, at=2)])
    assert [status for _, status in with_statuses(rows)] == [
        Status.PAUSED_VIDEO,
        Status.WATCHING_AD,
        Status.COMPLETED_VIDEO,
    ]


@pytest.mark.parametrize("version", WRITERS)
@given(any_event())
def test_a_row_is_read_back_as_it_was_written(version, event):
    row = timeline_row(event)
    if row is not None:
        assert unpack_row(row.viewer_id, row.order_time_ms, row.event_id, pack_row(row, version)) == row


@given(any_event(), st.integers(-25_000, 25_000))
def test_a_trackers_retry_writes_the_same_row(event, shift_ms):
    assert timeline_row(resent(event, shift_ms)) == timeline_row(event)


@given(any_event())
def test_a_row_shows_the_status_that_its_event_shows(event):
    row = timeline_row(event)
    if row is None:
        return
    alone = MediaSession(event.viewer_id, event.session_id)
    alone.add(event)
    assert with_statuses([row])[0][1] is status_of(alone)


def test_a_row_with_texts_of_the_greatest_length_is_two_write_units_at_the_most():
    details = {"error_code": "E" * 256, "error_name": "n" * 256, "error_description": "d" * 4096}
    row = timeline_row(error(at=0, payload=details))
    assert row is not None
    assert len(pack_row(row)) < 900


def test_a_row_of_another_version_is_reported_by_its_number():
    row = timeline_row(play(at=0))
    assert row is not None
    with pytest.raises(NewerFormat, match=f"version {NEWEST_VERSION + 1}"):
        unpack_row(VIEWER, START_MS, "e", bytes((NEWEST_VERSION + 1,)) + pack_row(row)[1:])
    with pytest.raises(Damaged, match="version 9"):
        unpack_row(VIEWER, START_MS, "e", bytes((9,)) + pack_row(row)[1:])
    with pytest.raises(Damaged, match="damaged"):
        unpack_row(VIEWER, START_MS, "e", bytes((NEWEST_VERSION,)) + b"\xc1")


def test_the_view_of_a_step():
    event = with_player(EventKind.ERROR, at=1.5, position=7, event_id="e-1", payload={"error_code": "404"})
    assert msgspec.to_builtins(timeline_view(rows_of([event]))) == [
        {
            "event_id": "e-1",
            "time": "2026-11-24T11:00:01.500Z",
            "event": "error",
            "media_session_id": "session-1",
            "status": "FAILED_VIDEO",
            "position_s": 7.0,
            "ad": None,
            "details": {"error_code": "404"},
        }
    ]
