"""What stored bytes say, under names of no release: plain JSON that stays, whatever the code calls its fields.

The files beside this one hold bytes and their description. A release that reads the bytes otherwise than they were
meant (a field put into the middle, two kinds of events swapped) makes another description of them.
"""

from typing import Any

from live_viewers.ads.ad_view import AdItem
from live_viewers.audience.history import Hour
from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import NEVER, OrderPrefix, kind_of, position_of
from live_viewers.session.media_session import MediaSession
from live_viewers.session.seen_title import SeenTitle
from live_viewers.session.session_counters import SessionCounters
from live_viewers.session.snapshot import AdBreakState, AdState, PlayerState, Snapshot
from live_viewers.session.timeline import TimelineRow

COUNTERS = (
    "time_played_s",
    "time_played_muted_s",
    "time_paused_s",
    "content_watched_s",
    "time_buffering_s",
    "time_spent_ads_s",
    "ads",
    "ads_clicked",
    "ads_skipped",
    "ad_breaks",
    "ping_interval_s",
)


def describe_session(session: MediaSession, version: int) -> dict[str, Any]:
    """All that a version of the packed session holds."""
    return _in_version_1(session) | (_since_version_2(session) if version > 1 else {})


def _since_version_2(session: MediaSession) -> dict[str, Any]:
    return {
        "carried_ads": session.carried_ads,
        "first_ad_start_ms": _or_none(session.first_ad_start_ms),
        "first_play_ads_ms": session.first_play_ads_ms,
        "first_buffer_start_ms": _or_none(session.first_buffer_start_ms),
        "first_buffer_end_ms": _or_none(session.first_buffer_end_ms),
        "titles": sorted(session.titles),
        "visits": {
            str(start): _counters(counters) | {"initial_pause_ms": counters.initial_pause_ms}
            for start, counters in sorted(session.visits.by_start.items())
        },
        "visits_dropped": session.visits.dropped,
        "bitrate": None
        if session.bitrate is None
        else {"order": _order(session.newest_bitrate[0]), "bit_s": session.bitrate},
        "dimensions": {
            name: {"order": None if key == NEVER else _order(key), "token": token}
            for name, (key, token) in session.dimensions.values().items()
        },
    }


def _in_version_1(session: MediaSession) -> dict[str, Any]:
    counters = session.counters
    return {
        "viewer_id": session.viewer_id,
        "media_session_id": session.session_id,
        "version": session.version,
        "registers": {
            EventKind(rank).name: _order(prefix)
            for rank, prefix in enumerate(session.registers)
            if prefix != NEVER
        },
        "first_seen_ms": session.first_seen_ms,
        "last_seen_ms": session.last_seen_ms,
        "minutes": session.minutes,
        "is_synthetic": session.is_synthetic,
        "totals_void": session.totals_void,
        "max_position_ms": session.max_position_ms,
        "first_ready_ms": _or_none(session.first_ready_ms),
        "first_play_ms": _or_none(session.first_play_ms),
        "newest": _snapshot(session.newest),
        "newest_ad": _snapshot(session.newest_ad),
        "title": session.title,
        "media_id": session.media_id,
        "title_order": None if session.title_key == NEVER else _order(session.title_key),
        "counters": None if counters is None else _counters(counters),
        "errors": [f"{mark:06x}" for mark in sorted(session.errors)],
    }


def _counters(counters: SessionCounters) -> dict[str, Any]:
    return {
        "known": ("nothing", "clicks and skips", "all")[counters.known],
        "started_at_ms": counters.started_at_ms,
        **{name: getattr(counters, name) for name in COUNTERS},
    }


def describe_title(title: SeenTitle) -> dict[str, Any]:
    """All that version 1 of a title row holds."""
    return {
        "viewer_id": title.viewer_id,
        "media_session_id": title.session_id,
        "media_id": title.media_id,
        "title": title.title,
        "order": _order(title.key),
    }


def describe_ads(item: AdItem) -> dict[str, Any]:
    """All that version 1 of an item of ad views holds: by the ad's hash its flags, its hour, and what is shown."""
    return {
        "viewer_id": item.viewer_id,
        "media_session_id": item.session_id,
        "break_id": item.break_id,
        "has_more": item.has_more,
        "erased_ms": item.erased_ms,
        "known": {subject: list(known) for subject, known in sorted(item.known.items())},
    }


def describe_row(row: TimelineRow) -> dict[str, Any]:
    """All that version 1 of a timeline row holds, its key included."""
    return {
        "viewer_id": row.viewer_id,
        "order_time_ms": row.order_time_ms,
        "event_id": row.event_id,
        "media_session_id": row.session_id,
        "kind": EventKind(row.kind).name,
        "has_device_time": row.has_device_time,
        "position_s": row.position_s,
        "player": _player(row.player),
        "ad": _ad(row.ad),
        "ad_break": _ad_break(row.ad_break),
        "payload": row.payload,
    }


def _or_none(time_ms: int) -> int | None:
    return time_ms if time_ms < 1 << 62 else None


def _order(prefix: OrderPrefix) -> dict[str, Any]:
    return {
        "time_ms": prefix[0],
        "has_device_time": bool(prefix[1]),
        "kind": EventKind(kind_of(prefix)).name,
        "position_ms": position_of(prefix),
    }


def _snapshot(snapshot: Snapshot | None) -> dict[str, Any] | None:
    if snapshot is None:
        return None
    return {
        "order": _order(snapshot.key),
        "digest": snapshot.digest.hex(),
        "player": _player(snapshot.player),
        "ad": _ad(snapshot.ad),
        "ad_break": _ad_break(snapshot.ad_break),
    }


def _player(player: PlayerState | None) -> dict[str, Any] | None:
    if player is None:
        return None
    return {
        "paused": player.paused,
        "ended": player.ended,
        "duration_s": player.duration_s,
        "playback_rate": player.playback_rate,
        "muted": player.muted,
        "volume": player.volume,
        "fullscreen": player.fullscreen,
        "picture_in_picture": player.picture_in_picture,
        "livestream": player.livestream,
        "loop": player.loop,
        "quality": player.quality,
        "media_type": player.media_type,
        "player_type": player.player_type,
    }


def _ad(ad: AdState | None) -> dict[str, Any] | None:
    if ad is None:
        return None
    return {
        "ad_id": ad.ad_id,
        "name": ad.name,
        "creative_id": ad.creative_id,
        "pod_position": ad.pod_position,
        "duration_s": ad.duration_s,
        "skippable": ad.skippable,
    }


def _ad_break(ad_break: AdBreakState | None) -> dict[str, Any] | None:
    if ad_break is None:
        return None
    return {
        "break_id": ad_break.break_id,
        "name": ad_break.name,
        "start_time_s": ad_break.start_time_s,
        "break_type": ad_break.break_type,
        "pod_size": ad_break.pod_size,
    }


def describe_hour(hour: Hour) -> dict[str, Any]:
    """All that an hour of the audience holds."""
    counts = hour.counts
    return {
        "sessions": hour.sessions,
        "watching": hour.watching,
        "peak_minute": hour.peak_minute,
        "seen": counts.seen,
        "left": {status.value: count for status, count in counts.leases.items()},
        "attempts": counts.attempts,
        "starts": counts.starts,
        "failed": counts.failed,
        "start_up": list(counts.start_up),
        "watched_s": counts.watched_s,
        "buffering_s": counts.buffering_s,
        "played_s": counts.played_s,
    }
