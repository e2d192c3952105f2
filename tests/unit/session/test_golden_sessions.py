"""The golden events of the real trackers, read as their viewers' stories."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.ads.ad_tokens import THIRD_QUARTILE
from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.events.order_key import order_key
from live_viewers.profile.viewing_totals import totals_of
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_codec import pack, unpack
from live_viewers.session.status import Status, status_of
from live_viewers.session.synthetic_sessions import read_sessions
from live_viewers.wire import Unreadable, decode
from live_viewers.wire.contract import DecodeSettings
from tests.ads import ad_totals_of, ads_of
from tests.golden_events import TSV_FILES, records
from tests.unit.session.test_session_codec import SHORT_ID, item_bytes

READY, PLAYING, IN_AD, PAUSED, BUFFERING, COMPLETED, FAILED = (
    Status.READY,
    Status.WATCHING_VIDEO,
    Status.WATCHING_AD,
    Status.PAUSED_VIDEO,
    Status.BUFFERING_VIDEO,
    Status.COMPLETED_VIDEO,
    Status.FAILED_VIDEO,
)


def sessions_in(file: str) -> dict[str, list[MediaEvent]]:
    """The media events of a file by session, in the order of their keys."""
    sessions: dict[str, list[MediaEvent]] = {}
    for record in records(file):
        try:
            event = decode(record, DecodeSettings())
        except Unreadable:
            continue
        if event is not None:
            sessions.setdefault(f"{event.viewer_id} {event.session_id}", []).append(event)
    return {name: sorted(events, key=order_key) for name, events in sessions.items()}


FILES = [*TSV_FILES, "reference_viewer_json.jsonl"]
SESSIONS = [
    pytest.param(events, id=f"{file} {number}")
    for file in FILES
    for number, events in enumerate(sessions_in(file).values())
]


def story_of(file: str) -> list[tuple[str, Status]]:
    """(kind, status just after it) of the only session in a file, the pings left out."""
    (events,) = sessions_in(file).values()
    session = MediaSession(events[0].viewer_id, events[0].session_id)
    story = []
    for event in events:
        session.add(event)
        if event.kind is not EventKind.PING:
            story.append((event.kind.name.lower(), status_of(session)))
    return story


def test_a_signed_in_viewer_plays_to_the_end_and_is_completed_from_the_pause_that_says_so():
    assert story_of("web_signed_in.tsv")[-3:] == [
        ("percent_progress", PLAYING),
        ("pause", COMPLETED),
        ("end", COMPLETED),
    ]


def test_ready_carries_paused_and_is_ready_all_the_same():
    ready = sessions_in("web_signed_in.tsv").popitem()[1][0]
    assert ready.player is not None
    assert ready.player.paused
    assert story_of("web_signed_in.tsv")[0] == ("ready", READY)


def test_a_linear_break_with_the_content_paused_is_watching_the_ad_until_its_end_then_paused():
    assert story_of("web_ad_breaks.tsv")[:15] == [
        ("ready", READY),
        ("play", PLAYING),
        ("pause", PAUSED),
        ("ad_break_start", IN_AD),
        ("ad_start", IN_AD),
        ("ad_quartile", IN_AD),
        ("ad_pause", IN_AD),
        ("ad_resume", IN_AD),
        ("ad_quartile", IN_AD),
        ("ad_quartile", IN_AD),
        ("ad_complete", IN_AD),
        ("ad_start", IN_AD),
        ("ad_click", IN_AD),
        ("ad_skip", IN_AD),
        ("ad_break_end", PAUSED),
    ]


def test_nonlinear_and_companion_breaks_leave_the_status_alone_and_an_ad_outside_a_break_does_not():
    assert story_of("web_ad_breaks.tsv")[15:] == [
        ("play", PLAYING),
        ("ad_break_start", PLAYING),
        ("ad_start", PLAYING),
        ("ad_complete", PLAYING),
        ("ad_break_end", PLAYING),
        ("ad_break_start", PLAYING),
        ("ad_break_end", PLAYING),
        ("ad_start", IN_AD),
        ("ad_complete", PLAYING),
        ("pause", PAUSED),
    ]


def test_a_pause_inside_the_break_of_snowplow_micro_stays_watching_ad():
    assert ("pause", IN_AD) in story_of("micro_sample_20.tsv")


def test_a_stall_is_buffering_until_its_end_and_seeks_are_not():
    story = story_of("web_seeks_and_buffering.tsv")
    assert [status for _, status in story if status is BUFFERING] == [BUFFERING] * 2
    assert story[4:8] == [
        ("buffer_start", BUFFERING),
        ("playback_rate_change", BUFFERING),
        ("buffer_end", PLAYING),
        ("playback_rate_change", PLAYING),
    ]
    assert ("seek_end", PLAYING) in story


def test_an_error_is_failed_until_a_play_and_pings_alone_do_not_clear_it():
    (events,) = sessions_in("web_errors.tsv").values()
    assert story_of("web_errors.tsv")[2:] == [
        ("error", FAILED),
        ("pause", FAILED),
        ("play", PLAYING),
        ("error", FAILED),
    ]
    failed = [number for number, event in enumerate(events) if event.kind is EventKind.ERROR]
    assert any(event.kind is EventKind.PING for event in events[failed[0] : failed[1]])
    assert len(fold(events).errors) == 2


def test_two_viewings_under_one_session_id_are_one_session_that_plays_again_and_ends_again():
    story = [step for step in story_of("web_reused_session_id.tsv") if step[0] in ("play", "end")]
    assert story == [("play", PLAYING), ("end", COMPLETED), ("play", PLAYING), ("end", COMPLETED)]


def test_the_reference_viewer_json_has_the_statuses_without_any_player():
    assert story_of("reference_viewer_json.jsonl") == [
        ("play", PLAYING),
        ("ad_break_start", IN_AD),
        ("ad_break_end", PLAYING),
        ("play", PLAYING),
        ("pause", PAUSED),
        ("end", COMPLETED),
    ]
    (events,) = sessions_in("reference_viewer_json.jsonl").values()
    session = fold(events)
    assert session.is_synthetic
    assert session.session_id.startswith("day-")
    assert totals_of(session).time_played_s is None
    assert read_sessions([session]).sessions == [session]


def test_the_tracker_counts_the_ads_of_the_breaks():
    (events,) = sessions_in("web_ad_breaks.tsv").values()
    session = fold(events)
    totals = totals_of(session, ad_totals_of(events))
    assert totals.ads_seen
    assert totals.ads_completed
    assert any(view.flags & THIRD_QUARTILE for view in ads_of(events).views)
    assert (totals.ads_clicked, totals.ads_skipped) == (1, 1)
    assert totals.time_played_s
    assert totals.content_watched_s


@pytest.mark.parametrize("events", SESSIONS)
def test_a_golden_session_with_ids_of_64_characters_is_one_write_unit(events):
    long_ids = [msgspec.structs.replace(event, viewer_id=SHORT_ID, session_id=SHORT_ID) for event in events]
    assert item_bytes(fold(long_ids)) <= 1024


@pytest.mark.parametrize("events", SESSIONS)
@given(random=st.randoms(use_true_random=False))
def test_a_golden_session_is_the_same_in_any_order_and_packed_in_between(events, random):
    arriving = [*events, *random.choices(events, k=5)]
    random.shuffle(arriving)
    at = random.randrange(1, len(arriving))
    first = fold(arriving[:at])
    session = unpack(first.viewer_id, first.session_id, pack(first), 1, first.media_id, first.dimensions.text)
    for event in arriving[at:]:
        session.add(event)
    assert session == fold(events)
