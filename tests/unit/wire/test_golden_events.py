"""What the golden files hold, read by the decoder: one sentence a file."""

import pytest

from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.wire import DecodeSettings, RejectReason, Unreadable, decode
from tests.golden_events import TSV_FILES, records

SETTINGS = DecodeSettings()


def media_events(file: str) -> list[MediaEvent]:
    decoded = (decode(record, SETTINGS) for record in records(file))
    return [event for event in decoded if event is not None]


def kinds(events: list[MediaEvent]) -> set[EventKind]:
    return {event.kind for event in events}


def test_every_kind_of_media_event_is_among_the_golden_events():
    found = set()
    for file in TSV_FILES:
        if file != "web_server_anonymous.tsv":
            found |= kinds(media_events(file))
    assert found == set(EventKind)


def test_a_signed_in_viewer_is_named_by_the_user_id():
    events = media_events("web_signed_in.tsv")
    assert {event.viewer_id for event in events} == {"viewer-1@example.com"}
    assert {event.session_id for event in events} == {"5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a01"}
    custom = next(event for event in events if event.kind is EventKind.CUSTOM)
    assert custom.payload == {"event_vendor": "com.example", "event_name": "reaction"}
    assert custom.player is not None


def test_an_anonymous_viewer_is_named_by_the_collectors_cookie():
    (viewer_id,) = {event.viewer_id for event in media_events("web_anonymous.tsv")}
    network_userids = {record.split(b"\t")[17].decode() for record in records("web_anonymous.tsv")}
    assert network_userids == {viewer_id}


def test_nobody_is_left_when_the_server_anonymises_too():
    for record in records("web_server_anonymous.tsv"):
        with pytest.raises(Unreadable) as caught:
            decode(record, SETTINGS)
        assert caught.value.reason is RejectReason.NO_VIEWER


def test_a_login_in_mid_play_moves_the_session_to_the_user():
    events = media_events("web_login_in_mid_play.tsv")
    by_time = sorted(events, key=lambda event: event.order_time_ms)
    assert by_time[0].viewer_id != "viewer-4"
    assert by_time[-1].viewer_id == "viewer-4"
    assert len({event.session_id for event in events}) == 1


def test_the_ad_entity_ends_with_the_ad_and_the_break_entity_with_the_break():
    events = media_events("web_ad_breaks.tsv")
    break_ends = [event for event in events if event.kind is EventKind.AD_BREAK_END]
    assert all(event.ad_break is not None and event.ad is None for event in break_ends)
    types = {event.ad_break.break_id: event.ad_break.break_type for event in events if event.ad_break}
    assert types == {"break-1": "linear", "break-2": "nonlinear", "break-3": "companion"}
    outside = [event for event in events if event.ad is not None and event.ad.ad_id == "ad-4"]
    assert outside
    assert all(event.ad_break is None for event in outside)
    assert max(event.totals.ads or 0 for event in events if event.totals) == 4
    assert max(event.totals.ads_skipped or 0 for event in events if event.totals) == 1


def test_buffering_is_counted_and_two_dragged_seeks_are_one():
    events = media_events("web_seeks_and_buffering.tsv")
    assert {EventKind.BUFFER_START, EventKind.BUFFER_END} <= kinds(events)
    assert sum(event.kind is EventKind.SEEK_START for event in events) == 2
    assert max(event.totals.time_buffering_s or 0 for event in events if event.totals) > 0


def test_an_error_carries_its_name_and_a_tab_in_it_breaks_no_column():
    errors = [event for event in media_events("web_errors.tsv") if event.kind is EventKind.ERROR]
    assert [error.payload and error.payload["error_name"] for error in errors] == [
        "MEDIA_ERR_NETWORK",
        "MEDIA_ERR_DECODE",
    ]


def test_a_site_without_pings_sends_none():
    assert EventKind.PING not in kinds(media_events("web_without_pings.tsv"))


def test_a_reused_session_id_is_one_session_with_two_readies():
    events = media_events("web_reused_session_id.tsv")
    assert {event.session_id for event in events} == {"title-42"}
    assert sum(event.kind is EventKind.READY for event in events) == 2


def test_the_python_tracker_is_read_with_its_accents_and_its_sent_time_in_whole_seconds():
    events = media_events("python_tracker.tsv")
    assert {event.viewer_id for event in events} == {"viewer-10"}
    assert {event.player.label for event in events if event.player} == {"Jardin d’hiver – épisode 1"}
    assert all(event.event_time_ms <= (event.collector_time_ms or 0) for event in events)


def test_a_mobile_viewer_is_named_by_the_client_session():
    events = media_events("mobile.tsv")
    assert {event.viewer_id for event in events} == {"8d0a6f7e-91c4-4b3f-bb58-1f3a7d1b0c11"}


def test_legacy_events_name_their_kind_in_the_payload_and_have_a_session_a_day():
    events = media_events("legacy_v1.tsv")
    assert [event.kind.name for event in events] == [
        "PLAY",
        "PERCENT_PROGRESS",
        "SEEK_END",
        "PAUSE",
        "PLAY",
        "END",
        "CUSTOM",
    ]
    assert events[1].payload == {"percent_progress": 25}
    assert events[6].payload == {
        "event_vendor": "com.snowplowanalytics.snowplow",
        "event_name": "media_player_event",
        "type": "canplaythrough",
    }
    assert {event.player.label for event in events if event.player} == {"Old clip"}
    assert {(event.session_id, event.session_is_synthetic) for event in events} == {("day-2025-11-24", True)}


def test_a_sample_of_snowplow_micro_is_read_and_its_page_views_are_skipped():
    decoded = [decode(record, SETTINGS) for record in records("micro_sample_20.tsv")]
    assert sum(event is None for event in decoded) == 5
    assert {event.viewer_id for event in decoded if event} == {"143f9cb9-3db9-4e99-8d67-c8aea075d190"}
    assert {event.session_id for event in decoded if event} == {"e3a82b1d-e44e-4bbf-a797-672b4e879af3"}


def test_the_references_viewer_json_is_read():
    events = [event for record in records("reference_viewer_json.jsonl") if (event := decode(record, SETTINGS))]
    assert [event.kind.name for event in events] == [
        "PLAY",
        "PING",
        "AD_BREAK_START",
        "PING",
        "AD_BREAK_END",
        "PLAY",
        "PAUSE",
        "END",
    ]
    assert [event.ad.ad_id for event in events if event.ad] == ["288"]
    assert events[1].event_time_ms - events[0].event_time_ms == 10_100
    assert events[7].event_time_ms % 1000 == 123
    assert events[4].totals is not None
    assert events[4].totals.ads_skipped == 1
    assert all(event.totals_partial and event.player is None and not event.has_device_time for event in events)
    assert {(event.session_id, event.session_is_synthetic) for event in events} == {("day-2025-11-24", True)}
