"""Joining a batch's events to a session as the store has it, and what is to be written of that."""

from collections.abc import Sequence

from live_viewers.dynamodb.items import Item, session_attributes
from live_viewers.dynamodb.known_sessions import Stored
from live_viewers.events.media_event import MediaEvent
from live_viewers.session.liveness import live_until_ms
from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_codec import pack
from live_viewers.session.status import Status, status_of
from live_viewers.session.timeline import QUIET
from live_viewers.settings import Settings

# A ping of every 30 s comes after 30.1 s: without this an interval of 30 s would spare none of them.
_PING_JITTER_MS = 2_000


def events_after(events: Sequence[MediaEvent], erased_ms: int | None) -> Sequence[MediaEvent]:
    """The events that were collected after the erasure (all where there was none)."""
    if erased_ms is None:
        return events
    return [event for event in events if _collected_ms(event) > erased_ms]


def _collected_ms(event: MediaEvent) -> int:
    return event.event_time_ms if event.collector_time_ms is None else event.collector_time_ms


def join(
    session: MediaSession,
    events: Sequence[MediaEvent],
    stored: Stored | None,
    erased_ms: int | None,
    settings: Settings,
    now_ms: int,
) -> tuple[bytes, Item]:
    """Adds the events to `session`: a new one, or the stored one, which is changed by this.

    The session packed, and the attributes to write of it: none when its item needs no write.
    """
    calm = stored is not None and settings.ping_write_interval_s > 0 and all(e.kind in QUIET for e in events)
    before = _shown(session) if calm else None
    for event in events:
        session.add(event)
    if erased_ms is not None and _began_before(session, erased_ms):
        session.totals_void = True
    packed = pack(session)
    if stored is not None and packed == stored.packed:
        return packed, {}
    if before is not None and _can_wait(before, session, settings.ping_write_interval_s * 1000):
        return packed, {}
    status = status_of(session)
    attributes = session_attributes(
        session,
        packed,
        status=status.value,
        live_until_ms=live_until_ms(session, settings.default_ping_interval_s),
        now_ms=now_ms,
        live_shards=settings.live_shards,
        retention_days=settings.profile_retention_days,
        # What is over leaves the list soon.
        stored_live_key=stored.live_key if stored and status is not Status.COMPLETED_VIDEO else None,
    )
    return packed, attributes


def _began_before(session: MediaSession, erased_ms: int) -> bool:
    """Whether the tracker's counters, which are cumulative, may hold something from before the erasure."""
    return session.counters is not None and (session.counters.started_at_ms or 0) <= erased_ms


def _shown(session: MediaSession) -> tuple[Status, str | None, int]:
    return status_of(session), session.media_id, session.last_seen_ms


def _can_wait(before: tuple[Status, str | None, int], session: MediaSession, interval_ms: int) -> bool:
    """Pings and progress that only move the playhead or renew a lease that is still long."""
    status, media_id, last_seen_ms = _shown(session)
    return (status, media_id) == before[:2] and last_seen_ms - before[2] < interval_ms + _PING_JITTER_MS
