"""Any events of one session, for properties: few times, positions, ids and labels, so that they collide."""

import msgspec
from hypothesis import strategies as st

from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent, Player, SessionTotals
from tests.viewing import SESSION, START_MS, VIEWER

# Milliseconds after the start: the same instant, neighbours, minutes, and days apart.
TIMES = st.sampled_from([0, 0, 0, 1, 2, 500, 59_999, 60_000, 61_000, 600_000, 5_000_000, 300_000_000])
POSITIONS = st.sampled_from([None, 0.0, 0.0004, 0.4996, 1.5, 10.0, 10.4, 10.6, 3600.123456, 2_147_483_647.0, -1.0])
LABELS = st.sampled_from([None, "", "  ", "A", "B", " A ", "x" * 130, "x" * 131, "映画" * 40])
MAYBE_BOOL = st.sampled_from([None, True, False])
SECONDS = st.sampled_from([0.0, 1.0, 1.001, 29.9994, 29.9996, 400.0, 1e9])
PLAYERS = st.builds(
    Player,
    position_s=st.just(0.0),
    paused=st.booleans(),
    ended=st.booleans(),
    duration_s=st.sampled_from([None, 0.5, 600.0]),
    label=LABELS,
    playback_rate=st.sampled_from([None, 1.0, 1.75]),
    muted=MAYBE_BOOL,
    livestream=MAYBE_BOOL,
    quality=st.sampled_from([None, "1080p", "é" * 20]),
)
TOTALS = st.builds(
    SessionTotals,
    ping_interval_s=st.sampled_from([None, 1, 30, 65_535]),
    started_at_ms=st.sampled_from([None, START_MS - 10_000, START_MS, START_MS + 10_000]),
    time_played_s=SECONDS,
    time_paused_s=st.none() | SECONDS,
    time_buffering_s=SECONDS,
    content_watched_s=SECONDS,
    ads=st.integers(0, 3),
    ads_clicked=st.integers(0, 3),
    ads_skipped=st.integers(0, 3),
)
ADS = st.builds(
    Ad,
    ad_id=st.integers(0, 60).map("ad-{}".format),
    name=st.sampled_from([None, "An ad", "é" * 50]),
    duration_s=st.sampled_from([None, 30.0]),
)
AD_BREAKS = st.builds(
    AdBreak,
    break_id=st.sampled_from(["b1", "b2", "b" * 256]),
    break_type=st.sampled_from([None, "linear", "nonlinear", "companion"]),
)
KINDS = st.sampled_from(EventKind)
# Two closed dimensions and an open one, each known or not.
DIMENSIONS = st.tuples(
    st.sampled_from(["aaa.0", "aaa.1", "aaa.~", "aaa.-"]),
    st.sampled_from(["b-_.0", "b-_.a", "b-_.-"]),
    st.sampled_from(["c00=", "c00=Berlin", "c00=Bern"]),
)


@st.composite
def any_event(draw: st.DrawFn) -> MediaEvent:
    """One event of the session, with or without each entity, of a format with or without device time."""
    order_time_ms = START_MS + draw(TIMES)
    return MediaEvent(
        viewer_id=VIEWER,
        session_id=SESSION,
        kind=draw(KINDS),
        event_id=f"event-{draw(st.integers(0, 20))}",
        event_time_ms=order_time_ms + draw(st.sampled_from([0, 0, 40, -30_000, 30_000])),
        order_time_ms=order_time_ms,
        collector_time_ms=order_time_ms,
        position_s=draw(POSITIONS),
        has_device_time=draw(st.booleans()),
        player=draw(st.none() | PLAYERS),
        totals=draw(st.none() | TOTALS),
        totals_partial=draw(st.booleans()),
        ad=draw(st.none() | ADS),
        ad_break=draw(st.none() | AD_BREAKS),
        payload=draw(
            st.sampled_from(
                [None, {"percent_progress": 50}, {"percent_progress": None}, {"bitrate": 800_000}, {"bitrate": 5}]
            )
        ),
        dimensions=draw(DIMENSIONS),
        media_id=draw(st.sampled_from([None, None, "video-1", " A ", "v" * 80])),
        device_time_ms=draw(st.sampled_from([None, order_time_ms, order_time_ms - 7_200_000])),
    )


def any_events(most: int = 12) -> st.SearchStrategy[list[MediaEvent]]:
    """One event or more of one session."""
    return st.lists(any_event(), min_size=1, max_size=most)


def resent(event: MediaEvent, shift_ms: int) -> MediaEvent:
    """The event as a tracker's retry sends it: the same, but for the server's times."""
    return msgspec.structs.replace(
        event,
        event_time_ms=event.event_time_ms + shift_ms,
        collector_time_ms=(event.collector_time_ms or 0) + shift_ms,
    )
