"""The JSON shapes that the API and the pushed messages share."""

import json

import msgspec
import pytest
from hypothesis import given

from live_viewers.events.media_event import EventKind, SessionTotals
from live_viewers.profile.session_view import MediaSessionView, session_view
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.profile.viewer_view import viewer_view
from live_viewers.rfc3339 import rfc3339
from live_viewers.session.media_session import fold
from live_viewers.session.session_codec import pack, unpack
from tests.any_events import any_events
from tests.viewing import (
    CAR_AD,
    PREROLL,
    SESSION,
    START_MS,
    VIEWER,
    ad_start,
    bare,
    buffer_end,
    buffer_start,
    ping,
    play,
    ready,
)


def test_times_have_milliseconds_always_so_that_texts_sort_like_times():
    assert rfc3339(START_MS) == "2026-11-24T11:00:00.000Z"
    assert rfc3339(START_MS + 1_007) == "2026-11-24T11:00:01.007Z"
    assert rfc3339(START_MS + 1_000) < rfc3339(START_MS + 1_500)


def test_the_view_of_a_session_in_an_ad():
    totals = SessionTotals(ping_interval_s=30, started_at_ms=START_MS, time_played_s=1.5, ads=1)
    session = fold(
        [
            ready(at=0),
            play(at=1, position=0),
            ad_start(at=5, position=3.5, ad=CAR_AD, ad_break=PREROLL, paused=True, totals=totals),
        ]
    )
    session.version = 17
    assert msgspec.to_builtins(session_view(session, START_MS + 6000)) == {
        "viewer_id": "viewer-1",
        "media_session_id": "session-1",
        "synthetic": False,
        "version": 17,
        "status": "WATCHING_AD",
        "live": True,
        "watching": True,
        "live_until": "2026-11-24T11:10:05.000Z",
        "first_seen": "2026-11-24T11:00:00.000Z",
        "last_seen": "2026-11-24T11:00:05.000Z",
        "media_id": "Big Buck Bunny",
        "title": "Big Buck Bunny",
        "position_s": 3.5,
        "position_at": "2026-11-24T11:00:05.000Z",
        "max_position_s": 3.5,
        "duration_s": 600.0,
        "playback_rate": 1.0,
        "livestream": None,
        "muted": None,
        "volume": None,
        "fullscreen": None,
        "picture_in_picture": None,
        "quality": None,
        "bitrate": None,
        "media_type": None,
        "player_type": None,
        "buffering_since": None,
        "ad": {
            "ad_id": "ad-car",
            "name": "A car",
            "creative_id": None,
            "pod_position": 1,
            "duration_s": 20.0,
            "skippable": True,
            "break_id": "break-1",
            "break_name": "pre-roll",
            "break_type": "linear",
            "pod_size": 2,
        },
        "dimensions": {},
        "totals": {
            "time_played_s": 1.5,
            "time_played_muted_s": 0.0,
            "time_paused_s": 0.0,
            "content_watched_s": 0.0,
            "time_buffering_s": 0.0,
            "time_spent_ads_s": 0.0,
            "ad_breaks": 0,
            "ads_seen": 1,
            "ads_clicked": 0,
            "ads_skipped": 0,
            "ads_completed": None,
            "partial": False,
        },
        "experience": {"start_up_s": 1.0, "rebuffer_ratio": 0.0, "errors": 0, "failed_sessions": 0},
    }


def test_buffering_shows_since_when_on_the_clock_of_the_events():
    began = [play(at=0, position=0), buffer_start(at=20, position=20)]
    view = session_view(fold(began), START_MS + 30_000)
    assert (view.status, view.buffering_since) == ("BUFFERING_VIDEO", "2026-11-24T11:00:20.000Z")
    pinged = session_view(fold([*began, ping(at=40, position=20)]), START_MS + 45_000)
    assert pinged.buffering_since == view.buffering_since
    assert session_view(fold([*began, buffer_end(at=26, position=20)]), START_MS + 30_000).buffering_since is None


def test_a_lease_that_ran_out_and_a_superseded_session_are_not_live():
    session = fold([play(at=0)])
    assert session_view(session, START_MS + 74_999).live
    assert not session_view(session, START_MS + 75_000).live
    superseded = session_view(session, START_MS, superseded=True)
    assert (superseded.live, superseded.watching) == (False, False)


@pytest.mark.parametrize(
    ("said", "duration_s", "livestream"),
    [
        pytest.param({"duration": 600.0}, 600.0, None, id="a title"),
        pytest.param({"duration": 0.0}, None, True, id="a duration of 0 far into the title"),
        pytest.param({"duration": 30.0}, None, True, id="a window that the playhead is beyond"),
        pytest.param({"duration": 600.0, "livestream": True}, None, True, id="a live stream with a window"),
        pytest.param({"duration": None, "livestream": True}, None, True, id="a live stream without a duration"),
        pytest.param({"duration": None}, None, None, id="no duration"),
    ],
)
def test_of_a_live_stream_the_position_is_shown_and_no_duration(said, duration_s, livestream):
    view = session_view(fold([ping(at=30, position=120.0, **said)]), START_MS)
    assert (view.position_s, view.duration_s, view.livestream) == (120.0, duration_s, livestream)


def test_a_duration_of_0_at_the_start_is_not_yet_a_live_stream():
    view = session_view(fold([play(at=0, duration=0.0)]), START_MS)
    assert (view.duration_s, view.livestream) == (None, None)


def test_position_at_is_on_the_event_times_clock_though_the_device_is_20_s_behind():
    session = fold(
        [
            ping(at=10, position=9.0, event_time_ms=START_MS + 30_000),
            bare(
                EventKind.VOLUME_CHANGE,
                at=12,
                position=None,
                has_device_time=True,
                event_time_ms=START_MS + 32_000,
            ),
        ]
    )
    view = session_view(session, START_MS + 33_000)
    assert (view.position_s, view.position_at) == (9.0, rfc3339(START_MS + 30_000))


def test_viewer_json_shows_the_ad_of_its_break_and_nothing_after_it():
    in_break = [bare(EventKind.PLAY, at=0), bare(EventKind.AD_BREAK_START, at=5, ad=CAR_AD)]
    view = session_view(fold(in_break), START_MS)
    assert view.status == "WATCHING_AD"
    assert view.ad is not None
    assert view.ad.ad_id == "ad-car"
    assert view.title is None
    assert session_view(fold([*in_break, bare(EventKind.AD_BREAK_END, at=9)]), START_MS).ad is None


def test_the_view_of_a_viewer():
    sessions = [
        fold([play(at=minute * 60, session_id=f"s{minute:02}", label=f"Title {minute}")]) for minute in range(25)
    ]
    now_ms = START_MS + 24 * 60_000 + 1000
    view = msgspec.to_builtins(viewer_view(fold_profile(sessions, now_ms), now_ms))
    assert list(view) == [
        "viewer_id",
        "status",
        "live",
        "live_until",
        "first_seen",
        "last_seen",
        "version",
        "current_session",
        "live_sessions",
        "totals",
        "experience",
        "titles",
        "sessions",
        "partial",
    ]
    assert view["current_session"]["media_session_id"] == "s24"
    assert view["live_sessions"] == ["s24", "s23"]
    assert [one["media_session_id"] for one in view["sessions"]] == [f"s{n:02}" for n in range(24, 4, -1)]
    assert (view["totals"]["sessions"], view["totals"]["titles"]) == (25, 25)
    assert view["titles"][0] == {"media_id": "Title 24", "title": "Title 24", "last_seen": rfc3339(now_ms - 1000)}


@given(any_events())
def test_a_session_read_back_shows_the_same_and_is_json(events):
    session = fold(events)
    view = session_view(session, START_MS)
    assert (
        session_view(
            unpack(VIEWER, SESSION, pack(session), 0, session.media_id, session.dimensions.text), START_MS
        )
        == view
    )
    text = msgspec.json.encode(view)
    assert msgspec.json.decode(text, type=MediaSessionView) == view
    assert json.loads(text) == msgspec.to_builtins(view)
