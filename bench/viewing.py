"""An hour of viewers at a 30 s ping, as media events: `pings` alone after play, or `film`, with what else happens.

A film's hour: ready, play, a ping every 30 s of playing, two mid-roll breaks with one ad each (nine events with
the pause and the play around it), a seek, and a pause of 20 s. Every sixth event is no ping; in the reference
event set it is every fifth.
"""

import heapq
import uuid
from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random

import msgspec

from live_viewers.events.media_event import (
    Ad,
    AdBreak,
    EpochMs,
    EventKind,
    MediaEvent,
    Payload,
    Player,
    SessionTotals,
)

HOUR_S = 3600.0
PING_S = 30.0
AD_S = 15.0
_QUARTILES = (25, 50, 75)
_BREAK = (
    (EventKind.PAUSE, 0.0),
    (EventKind.AD_BREAK_START, 0.01),
    (EventKind.AD_START, 0.02),
    *((EventKind.AD_QUARTILE, percent / 100 * AD_S) for percent in _QUARTILES),
    (EventKind.AD_COMPLETE, AD_S),
    (EventKind.AD_BREAK_END, AD_S + 0.01),
    (EventKind.PLAY, AD_S + 0.2),
)


def stopped_clock(now_ms: int) -> Callable[[], int]:
    """A clock that shows this time and no other."""
    return lambda: now_ms


def hour_of(viewers: int, with_events: bool, begins_ms: int, seconds: float = HOUR_S) -> Iterator[MediaEvent]:
    """All viewers' events in the order of their time; viewers begin spread over the first ping interval."""
    lives = [_hour(number, with_events, begins_ms, seconds) for number in range(viewers)]
    return heapq.merge(*lives, key=lambda event: event.event_time_ms)


def hour_of_one(number: int, begins_ms: int, title: int, dimensions: tuple[str, ...]) -> Iterator[MediaEvent]:
    """A film's hour of one viewer, with a title and dimensions of its own."""
    label = f"Title number {title}: the film of the week"
    for event in _hour(number, True, begins_ms, HOUR_S):
        player = None if event.player is None else msgspec.structs.replace(event.player, label=label)
        yield msgspec.structs.replace(event, player=player, dimensions=dimensions)


def _hour(number: int, with_events: bool, begins_ms: int, seconds: float) -> Iterator[MediaEvent]:
    rng = Random(number)
    starts = rng.uniform(0, PING_S)
    moments = [(0.0, EventKind.READY), (0.8, EventKind.PLAY)]
    moments += [
        (at * PING_S + 0.8 + rng.uniform(0, 0.05), EventKind.PING) for at in range(1, int(seconds / PING_S) + 1)
    ]
    if with_events:
        for middle in (1000, 2500):
            begins = middle + rng.uniform(0, 600)
            moments += [(begins + after, kind) for kind, after in _BREAK]
        at = rng.uniform(100, 3000)
        moments += [(at, EventKind.SEEK_START), (at + 0.3, EventKind.SEEK_END)]
        at = rng.uniform(100, 3000)
        moments += [(at, EventKind.PAUSE), (at + 20, EventKind.PLAY)]
    session_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    quartiles = cycle(_QUARTILES)
    for at, kind in sorted(moments):
        if at < seconds:
            payload: Payload | None = (
                {"percent_progress": next(quartiles)} if kind is EventKind.AD_QUARTILE else None
            )
            yield _event(number, session_id, kind, begins_ms + int((starts + at) * 1000), at, rng, payload)


def _event(
    number: int,
    session_id: str,
    kind: EventKind,
    at_ms: int,
    position_s: float,
    rng: Random,
    payload: Payload | None,
) -> MediaEvent:
    in_break = EventKind.AD_CLICK <= kind <= EventKind.AD_BREAK_END or kind >= EventKind.AD_BREAK_START
    paused = in_break or kind in (EventKind.PAUSE, EventKind.READY)
    half_hour = int(position_s // 1800)
    return MediaEvent(
        viewer_id=f"{number:08d}-6b1f-4a54-9d4c-2f6a51d0c9e3",
        session_id=session_id,
        kind=kind,
        event_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        event_time_ms=at_ms,
        order_time_ms=at_ms,
        collector_time_ms=at_ms + 150,
        position_s=round(position_s, 3),
        player=Player(
            position_s=round(position_s, 3),
            paused=paused,
            ended=False,
            duration_s=5400.0,
            label=f"Title number {number % 200}: the film of the week",
            playback_rate=1.0,
            muted=False,
            volume=80,
            fullscreen=False,
            picture_in_picture=False,
            livestream=False,
            loop=False,
            quality="1080p",
            media_type="video",
            player_type="org.whatwg-media_element",
        ),
        totals=SessionTotals(
            ping_interval_s=int(PING_S),
            started_at_ms=EpochMs(at_ms - int(position_s * 1000)),
            time_played_s=position_s,
            content_watched_s=position_s,
        ),
        ad=Ad(
            ad_id=f"ad-{number % 40}", name=f"Spot {number % 40}", pod_position=1, duration_s=AD_S, skippable=True
        )
        if in_break
        else None,
        ad_break=AdBreak(
            break_id=f"{session_id[:8]}-{half_hour}", name="mid-roll", break_type="linear", pod_size=1
        )
        if in_break
        else None,
        payload=payload,
    )
