"""How long a session counts as live after its last event. Decided when reading, never by a sweeper."""

from live_viewers.defaults import DEFAULT_PING_INTERVAL_S, LEASE_IN_PINGS
from live_viewers.session.ad_time import ad_ends_ms
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.media_session import MediaSession
from live_viewers.session.status import Status, is_paused, status_of

PAUSED_LEASE_MS = 10 * 60 * 1000  # a paused player sends one more ping and then falls silent
AD_LEASE_MS = 30 * 60 * 1000  # content paused for an ad, however long the ad says that it is
COMPLETED_LEASE_MS = 60 * 1000
# A lease counts in the audience for at most this long, so that a reader finds every one in a few blocks.
COUNTED_LEASE_MINUTES = 15

_NOT_PAUSED = (Status.WATCHING_VIDEO, Status.BUFFERING_VIDEO)  # the table asks whether it is paused before these

WATCHING = frozenset((Status.WATCHING_VIDEO, Status.WATCHING_AD, Status.BUFFERING_VIDEO))


def live_until_ms(
    session: MediaSession,
    default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S,
    status: Status | None = None,
) -> int:
    """When the session stops counting as live unless another event comes (epoch ms). `status`: the session's,
    where it is known already.

    The lease follows whether the content is paused, not the status: with content paused for an ad played
    beside it the tracker falls silent too, so such a session lives 10 minutes or until the ad ends, whichever is
    longer, but 30 minutes at most.
    """
    if status is None:
        status = status_of(session)
    if status is Status.COMPLETED_VIDEO:
        return session.last_seen_ms + COMPLETED_LEASE_MS
    if status not in _NOT_PAUSED and is_paused(session):
        rest = ad_ends_ms(session) - session.last_order_ms if status is Status.WATCHING_AD else 0
        return session.last_seen_ms + max(PAUSED_LEASE_MS, min(rest, AD_LEASE_MS))
    counters = session.counters
    interval = (counters.ping_interval_s if counters else 0) or default_ping_interval_s
    return session.last_seen_ms + int(LEASE_IN_PINGS * 1000 * interval)


def lease_minute(last_seen_ms: int, live_until_ms: int) -> int:
    """The Unix minute in which a lease ends as the audience counts it."""
    return min(live_until_ms // MINUTE_MS, last_seen_ms // MINUTE_MS + COUNTED_LEASE_MINUTES - 1)


def is_live(session: MediaSession, now_ms: int, default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S) -> bool:
    """Whether the session's lease runs at `now_ms`."""
    return now_ms < live_until_ms(session, default_ping_interval_s)


def is_watching(
    session: MediaSession, now_ms: int, default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S
) -> bool:
    """Live and playing: the video, an ad, or waiting for the video to go on."""
    return status_of(session) in WATCHING and is_live(session, now_ms, default_ping_interval_s)
