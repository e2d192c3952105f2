"""Media events as a test says them: `play(at=0)`, `ping(at=30)`, with or without the player entity."""

from collections.abc import Callable
from functools import partial
from typing import Any

from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent, Player, SessionTotals

# 2026-11-24T11:00:00Z
START_MS = 1_795_518_000_000
VIEWER = "viewer-1"
SESSION = "session-1"

PREROLL = AdBreak(break_id="break-1", name="pre-roll", break_type="linear", pod_size=2)
UNTYPED_BREAK = AdBreak(break_id="break-2")
OVERLAY = AdBreak(break_id="break-3", break_type="nonlinear")
COMPANION = AdBreak(break_id="break-4", break_type="companion")
CAR_AD = Ad(ad_id="ad-car", name="A car", pod_position=1, duration_s=20.0, skippable=True)

_event_ids = iter(range(10**9))


def with_player(
    kind: EventKind,
    *,
    at: float,
    position: float | None = 0.0,
    paused: bool = False,
    ended: bool = False,
    label: str | None = "Big Buck Bunny",
    duration: float | None = 600.0,
    livestream: bool | None = None,
    loop: bool | None = None,
    player_type: str | None = None,
    totals: SessionTotals | None = None,
    **fields: Any,
) -> MediaEvent:
    """One event that carries the player entity, `at` seconds after the start."""
    return _event(
        kind,
        at,
        position,
        player=Player(
            position_s=position or 0.0,
            paused=paused,
            ended=ended,
            duration_s=duration,
            label=label,
            livestream=livestream,
            loop=loop,
            player_type=player_type,
        ),
        totals=totals,
        **fields,
    )


def bare(kind: EventKind, *, at: float, position: float | None = 0.0, **fields: Any) -> MediaEvent:
    """One event without the player entity, and with the collector's clock only: viewer JSON."""
    return _event(kind, at, position, **{"has_device_time": False, **fields})


def _event(kind: EventKind, at: float, position: float | None, **fields: Any) -> MediaEvent:
    time_ms = START_MS + round(at * 1000)
    given: dict[str, Any] = {
        "viewer_id": VIEWER,
        "session_id": SESSION,
        "event_id": f"event-{next(_event_ids)}",
        "event_time_ms": time_ms,
        "order_time_ms": time_ms,
        "collector_time_ms": time_ms,
        **fields,
    }
    return MediaEvent(kind=kind, position_s=position, **given)


def named(kind: EventKind, make: Callable[..., MediaEvent] = with_player) -> Callable[..., MediaEvent]:
    """`make` for one kind of event."""
    return partial(make, kind)


ready = partial(with_player, EventKind.READY, paused=True)
play = partial(with_player, EventKind.PLAY)
ping = partial(with_player, EventKind.PING)
pause = partial(with_player, EventKind.PAUSE, paused=True)
end = partial(with_player, EventKind.END, paused=True, ended=True)
error = partial(with_player, EventKind.ERROR)
buffer_start = partial(with_player, EventKind.BUFFER_START)
buffer_end = partial(with_player, EventKind.BUFFER_END)
seek_start = partial(with_player, EventKind.SEEK_START)
seek_end = partial(with_player, EventKind.SEEK_END)
ad_break_start = partial(with_player, EventKind.AD_BREAK_START, ad_break=PREROLL)
ad_break_end = partial(with_player, EventKind.AD_BREAK_END, ad_break=PREROLL)
ad_start = partial(with_player, EventKind.AD_START, ad=CAR_AD)
ad_quartile = partial(with_player, EventKind.AD_QUARTILE, ad=CAR_AD)
ad_complete = partial(with_player, EventKind.AD_COMPLETE, ad=CAR_AD)
ad_skip = partial(with_player, EventKind.AD_SKIP, ad=CAR_AD)
ad_click = partial(with_player, EventKind.AD_CLICK, ad=CAR_AD)
