"""A viewer's profile: the fold of the viewer's sessions."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.events.media_event import EventKind, SessionTotals
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.status import Status
from tests.viewing import START_MS, bare, end, pause, ping, play

DAY_S = 86_400


def session(session_id: str, *events) -> MediaSession:
    return fold([msgspec.structs.replace(event, session_id=session_id) for event in events])


def day(date: str, *events) -> MediaSession:
    synthetic = {"session_id": f"day-{date}", "session_is_synthetic": True}
    return fold([msgspec.structs.replace(event, **synthetic) for event in events])


def now(at: float) -> int:
    return START_MS + round(at * 1000)


def test_end_then_a_new_video_shows_the_new_session():
    old, new = session("old", play(at=0), end(at=600)), session("new", play(at=610))
    profile = fold_profile([old, new], now(620))
    assert profile.current_session is new
    assert profile.status is Status.WATCHING_VIDEO


def test_overlapping_live_sessions_are_all_live_and_the_watched_one_is_current():
    tab = session("tab", play(at=0), pause(at=50))
    watched = session("watched", play(at=20), ping(at=40))
    gone = session("gone", play(at=-4000))
    profile = fold_profile([tab, gone, watched], now(60))
    assert [one.session_id for one in profile.live_sessions] == ["watched", "tab"]
    assert profile.status is Status.WATCHING_VIDEO
    assert profile.live


def test_a_viewer_who_left_is_gone_after_the_lease():
    profile = fold_profile([session("s", play(at=0))], now(76))
    assert not profile.live
    assert profile.live_until_ms == now(75)
    assert profile.status is Status.WATCHING_VIDEO


@given(st.permutations(range(4)))
def test_sessions_come_in_any_order(order):
    sessions = [
        session("a", play(at=0), end(at=10)),
        session("b", play(at=10)),
        session("c", pause(at=10)),
        session("d", play(at=-5 * DAY_S, totals=SessionTotals(ads=2))),
    ]
    assert fold_profile([sessions[n] for n in order], now(20)) == fold_profile(sessions, now(20))


def test_totals_titles_and_times_are_over_all_sessions():
    totals = SessionTotals(started_at_ms=START_MS, time_played_s=25.5, ads=2, ads_clicked=1)
    profile = fold_profile(
        [
            session("a", play(at=-2 * DAY_S, label="Sintel")),
            session("b", ping(at=30, label="Big Buck Bunny", totals=totals)),
            session("c", ping(at=60, label="Sintel", totals=totals)),
        ],
        now(61),
    )
    assert (profile.first_seen_ms, profile.last_seen_ms) == (now(-2 * DAY_S), now(60))
    assert (profile.totals.time_played_s, profile.totals.ads_clicked) == (51.0, 2)
    assert [title.title for title in profile.titles] == ["Sintel", "Big Buck Bunny"]


def test_no_sessions_are_no_viewer():
    with pytest.raises(ValueError, match="at least one session"):
        fold_profile([], START_MS)


def test_a_day_session_with_only_pings_goes_on_with_the_day_before():
    before = day("2026-11-24", bare(EventKind.PAUSE, at=0), bare(EventKind.AD_BREAK_START, at=1))
    after = day("2026-11-25", bare(EventKind.PING, at=30))
    before.version, after.version = 5, 9
    profile = fold_profile([after, before], now(40))
    assert [(one.session_id, one.version) for one in profile.sessions] == [("day-2026-11-24", 9)]
    assert profile.status is Status.WATCHING_AD
    assert profile.last_seen_ms == now(30)
    assert after.session_id == "day-2026-11-25"


def test_an_earlier_day_session_is_not_live_once_a_later_exists():
    before = day("2026-11-24", bare(EventKind.PAUSE, at=0))
    after = day("2026-11-25", bare(EventKind.PLAY, at=30))
    profile = fold_profile([before, after], now(40))
    assert [one.session_id for one in profile.live_sessions] == ["day-2026-11-25"]
    assert profile.superseded == {"day-2026-11-24"}


def test_day_sessions_with_a_day_between_are_not_joined():
    before = day("2026-11-22", bare(EventKind.PLAY, at=-2 * DAY_S))
    after = day("2026-11-24", bare(EventKind.PING, at=0))
    assert len(fold_profile([before, after], now(1)).sessions) == 2
