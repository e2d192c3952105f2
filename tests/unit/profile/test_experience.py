"""Start-up, rebuffering, errors: what a session's events come to."""

from typing import Any

import pytest

from live_viewers.events.media_event import EventKind, MediaEvent, SessionTotals
from live_viewers.profile.experience import Experience, experience_of
from live_viewers.profile.viewing_totals import totals_of
from live_viewers.session.media_session import MediaSession, fold
from tests.viewing import (
    START_MS,
    ad_break_start,
    ad_start,
    bare,
    buffer_end,
    buffer_start,
    error,
    ping,
    play,
    ready,
)


def session(*events: MediaEvent) -> MediaSession:
    return fold(events)


def counted(paused_s: float = 0.0, **counters: Any) -> SessionTotals:
    """What a tracker counts that began at the start."""
    return SessionTotals(started_at_ms=START_MS, time_paused_s=paused_s, **counters)


def start_up_of(*events: MediaEvent) -> float | None:
    """The same in either order."""
    forth, back = (experience_of([session(*some)]).start_up_s for some in (events, events[::-1]))
    assert forth == back
    return forth


def test_start_up_is_the_time_from_ready_to_the_first_play():
    assert start_up_of(ready(at=0), play(at=1.25, totals=counted()), play(at=9, totals=counted(4.0))) == 1.25


def test_start_up_begins_with_the_start_of_tracking_where_no_ready_came():
    totals = SessionTotals(started_at_ms=START_MS - 800)
    assert start_up_of(play(at=0, totals=totals)) == 0.8


@pytest.mark.parametrize("waited_s", [0.0, 7.0, 3000.0])
def test_the_time_before_the_click_is_no_start_up(waited_s):
    assert start_up_of(ready(at=0), play(at=waited_s + 2, totals=counted(waited_s))) == 2.0
    assert start_up_of(play(at=waited_s + 2, totals=counted(waited_s))) == 2.0
    assert start_up_of(ready(at=0), ad_start(at=waited_s + 2, totals=counted(waited_s))) == 2.0


def test_the_pause_is_counted_from_ready_or_from_the_start_of_tracking():
    """Snowplow's web plugin begins to count with its first event, others with their start."""
    assert start_up_of(ready(at=3), play(at=9, totals=counted(5.0))) == 1.0
    assert start_up_of(ready(at=3), play(at=9, totals=counted(8.0))) == 1.0


def test_a_play_that_buffers_at_once_was_the_click():
    clicked = [ready(at=0), play(at=5, totals=counted(5.0)), buffer_start(at=5.1)]
    assert start_up_of(*clicked) == 0.0
    assert start_up_of(*clicked, buffer_end(at=8)) == 3.0
    assert start_up_of(*clicked, buffer_end(at=8), buffer_start(at=60), buffer_end(at=90)) == 3.0


def test_a_later_stall_is_no_start_up():
    events = [ready(at=0), play(at=5, totals=counted(5.0)), buffer_start(at=5.5), buffer_end(at=8)]
    assert start_up_of(*events) == 0.0


def test_buffering_before_the_first_play_begins_with_the_click():
    """The YouTube player: paused until it plays, so that its pause says nothing."""
    youtube = "com.youtube-youtube"
    first = play(at=9, totals=counted(9.0), player_type=youtube)
    assert start_up_of(ready(at=0), buffer_start(at=7.5), buffer_end(at=8.9), first) == 1.5
    assert start_up_of(ready(at=0), first) is None
    assert start_up_of(ready(at=0), buffer_start(at=7.5), play(at=9)) == 1.5


@pytest.mark.parametrize(
    "events",
    [
        [play(at=0)],
        [ready(at=0)],
        [ready(at=0), ping(at=30, totals=counted(30.0))],
        [play(at=0), ready(at=5)],
        [ready(at=0), play(at=1)],  # of formats without counters nobody knows when the viewer clicked
        [ready(at=0), play(at=61, totals=counted())],
    ],
)
def test_start_up_is_null_where_it_cannot_be_known(events):
    assert start_up_of(*events) is None


def test_start_up_of_five_visits_under_one_id_went_with_the_first():
    visits = [
        play(at=hour * 3600, totals=SessionTotals(started_at_ms=START_MS + hour * 3_600_000)) for hour in range(5)
    ]
    assert start_up_of(*visits[:4]) == 0.0
    assert start_up_of(*visits) is None


def test_the_pause_before_the_first_play_of_each_visit_is_none():
    later = SessionTotals(started_at_ms=START_MS + 3_600_000, time_paused_s=20.0)
    more = SessionTotals(started_at_ms=START_MS + 3_600_000, time_paused_s=25.0)
    events = [play(at=9, totals=counted(9.0)), play(at=23, totals=counted(12.0))]
    assert totals_of(session(*events)).time_paused_s == 3.0
    assert totals_of(session(*events, play(at=3700, totals=later))).time_paused_s == 3.0
    longer = session(*events, play(at=3700, totals=later), ping(at=3800, totals=more))
    assert totals_of(longer).time_paused_s == 8.0


def test_start_up_ends_with_the_first_frame_of_a_pre_roll():
    events = [ready(at=0), ad_break_start(at=1), ad_start(at=1.1, totals=counted()), play(at=31.5)]
    assert start_up_of(*events) == 1.1


def test_the_time_of_ads_that_the_first_play_reports_is_no_start_up():
    first, later = counted(time_spent_ads_s=30.0), counted(time_spent_ads_s=45.0)
    assert start_up_of(ready(at=0), play(at=31.5, totals=first), play(at=600, totals=later)) == 1.5


def test_a_mid_roll_is_no_start():
    assert start_up_of(ready(at=0), play(at=1.5, totals=counted()), ad_start(at=300)) == 1.5


def stalling(player_type: str | None, played_s: float) -> MediaSession:
    totals = SessionTotals(started_at_ms=START_MS, time_played_s=played_s, time_buffering_s=10.0)
    return session(ping(at=60, totals=totals, player_type=player_type))


@pytest.mark.parametrize("player_type", [None, "org.whatwg-media_element", "com.vimeo-vimeo", "a-new-player"])
def test_rebuffer_ratio_is_buffering_over_watched_which_most_trackers_count_the_stalls_in(player_type):
    assert experience_of([stalling(player_type, 40.0)]).rebuffer_ratio == 0.25


def test_the_youtube_plugin_counts_stalls_as_paused():
    assert experience_of([stalling("com.youtube-youtube", 30.0)]).rebuffer_ratio == 0.25


def test_rebuffer_ratio_is_never_above_1():
    assert experience_of([stalling(None, 4.0)]).rebuffer_ratio == 1.0


def test_the_experience_of_many_sessions():
    def totals(buffering: float) -> SessionTotals:
        return SessionTotals(started_at_ms=START_MS, time_played_s=90.0, time_buffering_s=buffering)

    sessions = [
        session(ready(at=0), play(at=1, totals=totals(0.0)), ping(at=100, totals=totals(10.0))),
        session(ready(at=0), play(at=3, totals=totals(0.0)), ping(at=100, totals=totals(0.0)), error(at=101)),
        session(bare(EventKind.PLAY, at=0)),
    ]
    assert experience_of(sessions) == Experience(2.0, round(10 / 180, 4), 1, 1)
