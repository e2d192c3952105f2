"""The timeline: what happened in a viewer's sessions, event by event, but for pings and progress.

A row is known by (order time, event id), so writing it again changes nothing. It holds no time that a
tracker's retry could shift. The status at each step is computed when reading, in order.
"""

from collections.abc import Iterable, Sequence

import msgspec

from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent, Payload, Player
from live_viewers.events.order_key import order_key, position_ms_of
from live_viewers.events.title import cut_to_bytes
from live_viewers.events.viewer import DAY_SESSION, PAGE_VIEW_SESSION
from live_viewers.session.media_session import MediaSession
from live_viewers.session.snapshot import (
    AdBreakState,
    AdState,
    PlayerState,
    ad_break_state,
    ad_state,
    player_state,
)
from live_viewers.session.status import Status, status_of

QUIET = frozenset((EventKind.PING, EventKind.PERCENT_PROGRESS))
CAN_WAIT = QUIET | {EventKind.AD_QUARTILE}
"""What says only that the content or an ad goes on: with a write interval it waits, and has no row."""
_LONGEST_DETAIL = 256


class TimelineRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event in the timeline. `player` is the state just after it; texts are cut so that a row is small."""

    viewer_id: str
    order_time_ms: int
    event_id: str
    session_id: str
    kind: EventKind
    has_device_time: bool
    position_s: float | None
    player: PlayerState | None
    ad: AdState | None
    ad_break: AdBreakState | None
    payload: Payload | None


def has_rows(events: Sequence[MediaEvent]) -> bool:
    """Whether the timeline shows any of the events."""
    return any(event.kind not in QUIET for event in events)


def timeline_row(event: MediaEvent) -> TimelineRow | None:
    """The row of an event; None for pings and progress, which only say that nothing happened."""
    if event.kind in QUIET:
        return None
    position_ms = position_ms_of(event.position_s)
    return TimelineRow(
        viewer_id=event.viewer_id,
        order_time_ms=event.order_time_ms,
        event_id=event.event_id,
        session_id=event.session_id,
        kind=event.kind,
        has_device_time=event.has_device_time,
        position_s=None if position_ms < 0 else position_ms / 1000,
        player=player_state(event.player),
        ad=ad_state(event.ad),
        ad_break=ad_break_state(event.ad_break),
        payload=_cut_payload(event.payload),
    )


def _cut_payload(payload: Payload | None) -> Payload | None:
    if payload is None:
        return None
    return {
        name: cut_to_bytes(value, _LONGEST_DETAIL) if isinstance(value, str) else value
        for name, value in payload.items()
    }


def with_statuses(rows: Iterable[TimelineRow]) -> list[tuple[TimelineRow, Status]]:
    """Rows of one viewer, oldest first, each event id once, with the session's status just after each.

    A status is computed of the session's rows given, so they should begin where the session does: of a session cut
    off at its beginning the first rows know only what they say themselves.
    """
    steps = sorted((order_key(event), row.session_id, row, event) for row, event in _once(rows))
    sessions: dict[str, MediaSession] = {}
    out: list[tuple[TimelineRow, Status]] = []
    for _, session_id, row, event in steps:
        session = sessions.setdefault(session_id, MediaSession(row.viewer_id, session_id))
        session.add(event)
        out.append((row, status_of(session)))
    return out


def _once(rows: Iterable[TimelineRow]) -> list[tuple[TimelineRow, MediaEvent]]:
    """Each event id once, the earliest: a retried event whose order time shifted has two rows."""
    seen: set[str] = set()
    kept = []
    for row in sorted(rows, key=lambda one: (one.order_time_ms, one.event_id)):
        if row.event_id not in seen:
            seen.add(row.event_id)
            kept.append((row, _event_of(row)))
    return kept


def _event_of(row: TimelineRow) -> MediaEvent:
    player, ad, ad_break = row.player, row.ad, row.ad_break
    return MediaEvent(
        viewer_id=row.viewer_id,
        session_id=row.session_id,
        kind=row.kind,
        event_id=row.event_id,
        event_time_ms=row.order_time_ms,
        order_time_ms=row.order_time_ms,
        collector_time_ms=None,
        position_s=row.position_s,
        session_is_synthetic=row.session_id.startswith((DAY_SESSION, PAGE_VIEW_SESSION)),
        has_device_time=row.has_device_time,
        player=None
        if player is None
        else Player(
            position_s=row.position_s or 0.0,
            paused=player.paused,
            ended=player.ended,
            duration_s=player.duration_s,
            loop=player.loop,
        ),
        ad=None if ad is None else Ad(ad_id=ad.ad_id, duration_s=ad.duration_s),
        ad_break=None if ad_break is None else AdBreak(break_id=ad_break.break_id, break_type=ad_break.break_type),
    )
