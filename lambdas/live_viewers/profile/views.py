"""The JSON shapes of sessions, viewers and timelines: the same in the API's answers and in pushed messages.

snake_case; times in RFC 3339, UTC, with milliseconds; a number with a unit carries it in its name; what isn't
known is null. Only plain dicts, lists, strings, numbers, booleans and None, so any JSON encoder writes them.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from live_viewers.events.order_key import position_of
from live_viewers.profile.experience import Experience, experience_of
from live_viewers.profile.viewer_profile import ViewerProfile
from live_viewers.profile.viewing_totals import ViewingTotals, totals_of
from live_viewers.session.content_length import duration_of, is_livestream
from live_viewers.session.liveness import DEFAULT_PING_INTERVAL_S, WATCHING, live_until_ms
from live_viewers.session.media_session import MediaSession
from live_viewers.session.snapshot import AdBreakState, AdState, PlayerState
from live_viewers.session.status import Status, status_of
from live_viewers.session.timeline import TimelineRow, with_statuses

SESSIONS_SHOWN = 20
TITLES_SHOWN = 10

_NO_PLAYER = PlayerState(paused=False, ended=False)


def rfc3339(time_ms: int) -> str:
    """`2026-11-24T11:30:00.123Z`: always 24 characters, so that texts sort like times."""
    return datetime.fromtimestamp(time_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{time_ms % 1000:03d}Z"


def session_view(
    session: MediaSession,
    now_ms: int,
    default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S,
    *,
    superseded: bool = False,
) -> dict[str, Any]:
    """A session as of `now_ms`.

    `position_s` is the playhead at `position_at`; while `status` is WATCHING_VIDEO a reader extrapolates it:
    position_s + (now - position_at) * playback_rate, up to duration_s. `live` and `watching` hold until
    `live_until`. `superseded`: a later day session exists, so this one isn't live (see `read_sessions`).
    """
    status = status_of(session)
    live_until = live_until_ms(session, default_ping_interval_s)
    live = not superseded and now_ms < live_until
    player = session.newest.player if session.newest is not None else None
    position_s, position_at_ms = playhead(session)
    state = player or _NO_PLAYER
    return {
        "viewer_id": session.viewer_id,
        "media_session_id": session.session_id,
        "synthetic": session.is_synthetic,
        "version": session.version,
        "status": status.value,
        "live": live,
        "watching": live and status in WATCHING,
        "live_until": rfc3339(live_until),
        "first_seen": rfc3339(session.first_seen_ms),
        "last_seen": rfc3339(session.last_seen_ms),
        "media_id": session.media_id,
        "title": session.title,
        "position_s": position_s,
        "position_at": rfc3339(position_at_ms),
        "max_position_s": None if session.max_position_ms < 0 else session.max_position_ms / 1000,
        "duration_s": duration_of(session.newest),
        "playback_rate": 1.0 if state.playback_rate is None else state.playback_rate,
        "livestream": is_livestream(session.newest),
        "muted": state.muted,
        "volume": state.volume,
        "fullscreen": state.fullscreen,
        "picture_in_picture": state.picture_in_picture,
        "quality": state.quality,
        "media_type": state.media_type,
        "player_type": state.player_type,
        "ad": _current_ad(session, status),
        "totals": totals_view(totals_of(session)),
        "experience": experience_view(experience_of((session,))),
    }


def playhead(session: MediaSession) -> tuple[float | None, int]:
    """(position in seconds, when it was there in epoch ms) of the newest event with a position.

    When is told on the event times' clock: as long before `last_seen` as the event is before the newest one.
    """
    newest = max(session.registers)
    if position_of(newest) < 0:
        newest = max((one for one in session.registers if position_of(one) >= 0), default=newest)
    position = position_of(newest)
    at_ms = session.last_seen_ms - (session.last_order_ms - newest[0])
    return (None if position < 0 else position / 1000), at_ms


def _current_ad(session: MediaSession, status: Status) -> dict[str, Any] | None:
    """The ad and its break while one is attached to the newest event, linear or not; None otherwise."""
    snapshot = session.newest
    if snapshot is None and status is Status.WATCHING_AD:
        snapshot = session.newest_ad
    if snapshot is None or (snapshot.ad is None and snapshot.ad_break is None):
        return None
    return ad_view(snapshot.ad, snapshot.ad_break)


def ad_view(ad: AdState | None, ad_break: AdBreakState | None) -> dict[str, Any]:
    """An ad and the break it is in; the fields of the one that isn't there are null."""
    return {
        "ad_id": ad.ad_id if ad else None,
        "name": ad.name if ad else None,
        "creative_id": ad.creative_id if ad else None,
        "pod_position": ad.pod_position if ad else None,
        "duration_s": ad.duration_s if ad else None,
        "skippable": ad.skippable if ad else None,
        "break_id": ad_break.break_id if ad_break else None,
        "break_name": ad_break.name if ad_break else None,
        "break_type": ad_break.break_type if ad_break else None,
        "pod_size": ad_break.pod_size if ad_break else None,
    }


def totals_view(totals: ViewingTotals) -> dict[str, Any]:
    """The totals by their names."""
    return msgspec.structs.asdict(totals)


def experience_view(experience: Experience) -> dict[str, Any]:
    """The experience by its names."""
    return msgspec.structs.asdict(experience)


def viewer_view(
    profile: ViewerProfile, now_ms: int, default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S
) -> dict[str, Any]:
    """A viewer as of `now_ms`, with the newest 20 sessions and 10 titles."""

    def shown(session: MediaSession) -> dict[str, Any]:
        superseded = session.session_id in profile.superseded
        return session_view(session, now_ms, default_ping_interval_s, superseded=superseded)

    return {
        "viewer_id": profile.viewer_id,
        "status": profile.status.value,
        "live": profile.live,
        "live_until": rfc3339(profile.live_until_ms),
        "first_seen": rfc3339(profile.first_seen_ms),
        "last_seen": rfc3339(profile.last_seen_ms),
        "version": profile.version,
        "current_session": shown(profile.current_session),
        "live_sessions": [session.session_id for session in profile.live_sessions],
        "totals": {
            "sessions": len(profile.sessions),
            "titles": len(profile.titles),
            **totals_view(profile.totals),
        },
        "experience": experience_view(profile.experience),
        "titles": [
            {"media_id": one.media_id, "title": one.title, "last_seen": rfc3339(one.last_seen_ms)}
            for one in profile.titles[:TITLES_SHOWN]
        ],
        "sessions": [shown(session) for session in profile.sessions[:SESSIONS_SHOWN]],
    }


def timeline_view(rows: Iterable[TimelineRow]) -> list[dict[str, Any]]:
    """The timeline of one viewer, oldest first, each event once, with the status just after it."""
    return [timeline_entry(row, status) for row, status in with_statuses(rows)]


def timeline_entry(row: TimelineRow, status: Status) -> dict[str, Any]:
    """One step of a timeline."""
    return {
        "event_id": row.event_id,
        "time": rfc3339(row.order_time_ms),
        "event": row.kind.name.lower(),
        "media_session_id": row.session_id,
        "status": status.value,
        "position_s": row.position_s,
        "ad": None if row.ad is None and row.ad_break is None else ad_view(row.ad, row.ad_break),
        "details": row.payload,
    }
