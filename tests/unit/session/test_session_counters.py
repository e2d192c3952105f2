"""Counters of the media session: the largest believable value of each, and null where the format has none."""

import msgspec
import pytest

from live_viewers.ads.ad_totals import AdTotals
from live_viewers.events.media_event import Ad, EventKind, SessionTotals
from live_viewers.profile.viewing_totals import ViewingTotals, sum_totals, totals_of
from live_viewers.session.media_session import MediaSession, fold
from tests.ads import ad_totals_of
from tests.viewing import PREROLL, START_MS, ad_click, ad_complete, bare, ping, play


def counted(**counters: float) -> SessionTotals:
    return SessionTotals(started_at_ms=START_MS, **counters)


def test_counters_are_cumulative_so_the_largest_counts_and_nothing_is_summed():
    session = fold(
        [
            ping(at=60, totals=counted(time_played_s=58.5, ads=2)),
            ping(at=30, totals=counted(time_played_s=29.0, ads=1)),
        ]
    )
    assert totals_of(session).time_played_s == 58.5
    assert totals_of(session).ads_seen == 2


def test_a_counter_left_out_is_zero_where_the_session_entity_is_there():
    assert totals_of(fold([play(at=0, totals=counted())])).time_buffering_s == 0


def test_totals_that_a_format_lacks_are_null_and_not_zero():
    assert totals_of(fold([bare(EventKind.PLAY, at=0)])) == ViewingTotals(ads_seen=0)


def test_viewer_json_knows_ads_clicked_and_skipped_and_nothing_else():
    session = fold(
        [bare(EventKind.PING, at=0, totals=SessionTotals(ads_clicked=2, ads_skipped=1), totals_partial=True)]
    )
    assert totals_of(session) == ViewingTotals(ads_seen=0, ads_clicked=2, ads_skipped=1)


@pytest.mark.parametrize(
    "name", ["time_played_s", "time_played_muted_s", "time_paused_s", "time_buffering_s", "time_spent_ads_s"]
)
def test_a_counter_that_exceeds_what_the_elapsed_time_allows_is_ignored(name):
    events = [ping(at=30, totals=counted(**{name: 29.0})), ping(at=60, totals=counted(**{name: 2e6}))]
    for some in (events, events[::-1]):
        assert getattr(totals_of(fold(some)), name) == 29.0


def test_a_device_clock_that_is_years_off_does_not_make_its_counters_unbelievable():
    ahead = 3 * 365 * 86_400_000
    totals = SessionTotals(started_at_ms=START_MS + ahead, time_played_s=590.0)
    session = fold([ping(at=600, totals=totals, device_time_ms=START_MS + 600_000 + ahead)])
    assert totals_of(session).time_played_s == 590.0
    assert session.counters is not None
    assert session.counters.started_at_ms == START_MS


def test_content_watched_is_bounded_by_the_duration_since_a_seek_may_fill_it_in():
    session = fold(
        [ping(at=5, totals=counted(content_watched_s=599.0)), ping(at=6, totals=counted(content_watched_s=9000.0))]
    )
    assert totals_of(session).content_watched_s == 599.0


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"duration": 0.0}, id="a duration of 0"),
        pytest.param({"duration": None}, id="no duration"),
        pytest.param({"duration": 30.0, "livestream": True}, id="the window of a live stream"),
        pytest.param({"duration": 30.0}, id="the window of a live stream that doesn't call itself one"),
    ],
)
def test_content_watched_is_not_bounded_by_what_is_no_length_of_a_title(said):
    session = fold([ping(at=60, position=1060, totals=counted(content_watched_s=61.0), **said)])
    assert totals_of(session).content_watched_s == 61.0


def test_a_playhead_a_little_past_the_end_leaves_the_duration_believed():
    events = [ping(at=60, position=34.0, duration=30.0, totals=counted(content_watched_s=61.0))]
    assert totals_of(fold(events)).content_watched_s == 0.0


def test_counters_begun_before_an_erasure_are_null():
    session = fold([ping(at=30, totals=counted(time_played_s=29.0))])
    session.totals_void = True
    assert totals_of(session) == ViewingTotals()


def test_that_counters_are_void_survives_a_merge_in_either_direction():
    void, plain = (fold([ping(at=30, totals=counted(time_played_s=29.0))]) for _ in range(2))
    void.totals_void = True
    plain.merge(void)
    assert plain.totals_void


def test_ads_completed_are_ad_views():
    events = [
        ad_complete(at=0),
        ad_complete(at=90),
        ad_complete(at=99, ad=Ad(ad_id="ad-other")),
        ad_complete(at=200, ad_break=PREROLL),
    ]
    assert totals_of(fold(events), ad_totals_of(events)).ads_completed == 3
    assert totals_of(fold(events)).ads_completed is None  # not read


def test_without_the_session_entity_clicks_are_counted_by_ad():
    events = [ad_click(at=0), ad_click(at=1), play(at=2)]
    totals = totals_of(fold(events), ad_totals_of(events))
    assert (totals.ads_clicked, totals.ads_seen) == (1, 1)
    unread = totals_of(fold(events))
    assert (unread.ads_clicked, unread.ads_seen) == (None, None)


def test_a_session_without_ads_has_none_whether_or_not_they_were_read():
    totals = totals_of(fold([play(at=0)]))
    assert (totals.ads_seen, totals.ads_completed) == (0, 0)


def test_more_ad_views_than_are_read_make_the_totals_partial():
    session = fold([ad_complete(at=0, totals=counted(ads=3))])
    assert totals_of(session, AdTotals(seen=1, completed=1, partial=True)).partial
    assert not totals_of(session, AdTotals(seen=1, completed=1)).partial


def test_a_sum_is_over_the_sessions_that_know():
    known, unknown = ViewingTotals(time_played_s=1.5, ads_seen=2), ViewingTotals(ads_seen=1)
    assert sum_totals([known, unknown, known]) == ViewingTotals(time_played_s=3.0, ads_seen=5)
    assert isinstance(msgspec.structs.asdict(sum_totals([known]))["ads_seen"], int)


def test_an_empty_session_has_no_counters():
    assert MediaSession("v", "s").counters is None


def test_a_device_clock_that_was_set_back_during_the_session_leaves_the_counters_unjudged():
    totals = SessionTotals(started_at_ms=START_MS + 7_200_000, time_played_s=590.0)
    session = fold([ping(at=600, totals=totals, device_time_ms=START_MS + 600_000)])
    assert totals_of(session).time_played_s == 590.0
