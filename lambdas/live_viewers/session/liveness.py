"""How long a session counts as live after its last event. Decided when reading, never by a sweeper."""

from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import NEVER
from live_viewers.session.media_session import MediaSession
from live_viewers.session.status import Status, is_paused, status_of

DEFAULT_PING_INTERVAL_S = 30
LEASE_IN_PINGS = 2.5
PAUSED_LEASE_MS = 10 * 60 * 1000  # a paused player sends one more ping and then falls silent
COMPLETED_LEASE_MS = 60 * 1000

WATCHING = frozenset((Status.WATCHING_VIDEO, Status.WATCHING_AD, Status.BUFFERING_VIDEO))


def live_until_ms(session: MediaSession, default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S) -> int:
    """When the session stops counting as live unless another event comes (epoch ms).

    The lease follows whether the content is paused, not the status: with content paused for an ad played
    beside it the tracker falls silent too, so such a session lives 10 minutes or the rest of the ad,
    whichever is longer.
    """
    status = status_of(session)
    if status is Status.COMPLETED_VIDEO:
        return session.last_seen_ms + COMPLETED_LEASE_MS
    if is_paused(session):
        rest = ad_rest_ms(session) if status is Status.WATCHING_AD else 0
        return session.last_seen_ms + max(PAUSED_LEASE_MS, rest)
    counters = session.counters
    interval = (counters.ping_interval_s if counters else 0) or default_ping_interval_s
    return session.last_seen_ms + int(LEASE_IN_PINGS * 1000 * interval)


def ad_rest_ms(session: MediaSession) -> int:
    """What is left of the newest ad at the session's last event, 0 where its length isn't known."""
    snapshot = session.newest or session.newest_ad
    if snapshot is None or snapshot.ad is None or snapshot.ad.duration_s is None:
        return 0
    length = int(snapshot.ad.duration_s * 1000)
    start = session.registers[EventKind.AD_START]
    played = 0 if start == NEVER else session.last_order_ms - start[0]
    return max(0, length - played)


def is_live(session: MediaSession, now_ms: int, default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S) -> bool:
    """Whether the session's lease runs at `now_ms`."""
    return now_ms < live_until_ms(session, default_ping_interval_s)


def is_watching(
    session: MediaSession, now_ms: int, default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S
) -> bool:
    """Live and playing: the video, an ad, or waiting for the video to go on."""
    return status_of(session) in WATCHING and is_live(session, now_ms, default_ping_interval_s)
