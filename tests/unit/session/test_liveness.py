"""How long a session counts as live after its last event, and when someone is watching."""

import pytest

from live_viewers.events.media_event import Ad, EventKind, SessionTotals
from live_viewers.session.liveness import is_live, is_watching, live_until_ms
from live_viewers.session.media_session import fold
from live_viewers.session.status import Status, status_of
from tests.viewing import (
    PREROLL,
    START_MS,
    ad_break_start,
    ad_start,
    bare,
    buffer_start,
    end,
    error,
    pause,
    ping,
    play,
    ready,
)

LONG_AD = Ad(ad_id="ad-long", duration_s=1200.0)
ENDLESS_AD = Ad(ad_id="ad-endless", duration_s=2_147_483_647.0)
MINUTE = 60.0


def pinging(interval_s: int | None) -> SessionTotals:
    return SessionTotals(ping_interval_s=interval_s)


@pytest.mark.parametrize(
    ("events", "lease_s"),
    [
        pytest.param([play(at=0)], 75, id="two and a half pings of the default 30 s"),
        pytest.param([play(at=0, totals=pinging(10))], 25, id="two and a half of the session's own pings"),
        pytest.param([play(at=0, totals=pinging(None))], 75, id="no interval said"),
        pytest.param([play(at=0, totals=pinging(65_535))], 750, id="an interval is capped at 300 s"),
        pytest.param([play(at=0), pause(at=0)], 10 * MINUTE, id="paused: ten minutes"),
        pytest.param([ready(at=0)], 10 * MINUTE, id="ready and paused: ten minutes"),
        pytest.param([play(at=0), end(at=0)], MINUTE, id="completed: one minute"),
        pytest.param([play(at=0), error(at=0, paused=True)], 10 * MINUTE, id="failed with the content paused"),
        pytest.param([play(at=0), error(at=0)], 75, id="failed while the player claims to play"),
        pytest.param([play(at=0), buffer_start(at=0)], 75, id="buffering"),
        pytest.param([ad_break_start(at=0)], 75, id="an ad in the content's player pings"),
        pytest.param(
            [ad_break_start(at=0, paused=True)], 10 * MINUTE, id="content paused for a break: ten minutes"
        ),
        pytest.param(
            [ad_start(at=0, paused=True, ad_break=PREROLL, ad=LONG_AD)],
            20 * MINUTE + 10,
            id="or the ad's length and 10 s",
        ),
        pytest.param(
            [
                ad_start(at=0, paused=True, ad_break=PREROLL, ad=LONG_AD),
                ping(at=120, paused=True, ad_break=PREROLL, ad=LONG_AD),
            ],
            18 * MINUTE + 10,
            id="or what is left of it",
        ),
        pytest.param(
            [ad_start(at=0, paused=True, ad_break=PREROLL, ad=ENDLESS_AD)], 30 * MINUTE, id="30 minutes at most"
        ),
        pytest.param(
            [play(at=0), buffer_start(at=0, paused=True)],
            75,
            id="buffering in a player that says paused meanwhile",
        ),
        pytest.param([bare(EventKind.PLAY, at=0)], 75, id="viewer JSON, playing"),
        pytest.param([bare(EventKind.PAUSE, at=0)], 10 * MINUTE, id="viewer JSON, paused"),
        pytest.param([bare(EventKind.END, at=0)], MINUTE, id="viewer JSON, completed"),
        pytest.param([bare(EventKind.AD_BREAK_START, at=0)], 75, id="viewer JSON, in a break"),
    ],
)
def test_a_session_is_live_for(events, lease_s):
    session = fold(events)
    assert live_until_ms(session) - session.last_seen_ms == lease_s * 1000


def test_a_site_without_pings_configures_the_lease():
    session = fold([play(at=0)])
    assert live_until_ms(session, 120) == START_MS + 300_000
    assert is_live(session, START_MS + 299_999, 120)


def test_the_lease_ends_at_its_instant():
    session = fold([play(at=0)])
    assert is_live(session, START_MS + 74_999)
    assert not is_live(session, START_MS + 75_000)


def test_a_late_old_event_does_not_prolong_the_lease():
    session = fold([play(at=100)])
    until = live_until_ms(session)
    session.add(ping(at=30))
    assert live_until_ms(session) == until


@pytest.mark.parametrize(
    ("events", "status", "watching"),
    [
        ([play(at=0)], Status.WATCHING_VIDEO, True),
        ([ad_break_start(at=0)], Status.WATCHING_AD, True),
        ([play(at=0), buffer_start(at=1)], Status.BUFFERING_VIDEO, True),
        ([pause(at=0)], Status.PAUSED_VIDEO, False),
        ([end(at=0)], Status.COMPLETED_VIDEO, False),
        ([ready(at=0)], Status.READY, False),
        ([error(at=0)], Status.FAILED_VIDEO, False),
    ],
)
def test_someone_watches_while_a_video_or_an_ad_plays_or_waits_to_go_on(events, status, watching):
    session = fold(events)
    assert status_of(session) is status
    assert is_watching(session, START_MS + 2_000) is watching
    assert not is_watching(session, START_MS + 3_600_000)
