"""The items of sessions, timeline rows and tombstones: the one place where they are built and read.

Items are in DynamoDB's wire form (`{"S": ...}`). A session item is paid for by the kilobyte at each write, so its
attribute names are a letter long:

    viewer_id, sk   `session#<media_session_id>`
    v               version, a number that grows with each write
    r               the packed session (session_codec)
    s, m            status and media_id, for filters on the LiveSessions index
    lp, lk          the index's key, only while the session may be live: `live#<shard>`, and a time in seconds
    e               when the viewer was erased (epoch ms), on sessions begun after an erasure
    ttl             epoch seconds
"""

import hashlib
from typing import Any
from zlib import crc32

from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_codec import pack, unpack
from live_viewers.session.timeline import TimelineRow, pack_row, unpack_row

Item = dict[str, dict[str, Any]]

SESSION_PREFIX = "session#"
EVENT_PREFIX = "event#"
PROFILE_SORT_KEY = "profile"
TOMBSTONE_PREFIX = "erased#"
TOMBSTONE_SORT_KEY = "tombstone"

# The LiveSessions index's sort key is in seconds: live_until rounded up to a block, plus the session's own place
# in the block. So a lease that every ping renews moves its session in the index once in ten minutes, and not all
# sessions move at once.
LIVE_KEY_UNIT_MS = 1000
LIVE_BLOCK = 600
_BLOCK_MS = LIVE_BLOCK * LIVE_KEY_UNIT_MS

_DAY_S = 24 * 3600


def session_sort_key(session_id: str) -> str:
    return SESSION_PREFIX + session_id


def event_sort_key(order_time_ms: int, event_id: str) -> str:
    """Thirteen digits, so that keys sort as times do (until the year 2286)."""
    return f"{EVENT_PREFIX}{order_time_ms:013d}#{event_id}"


def session_key(viewer_id: str, session_id: str) -> Item:
    return {"viewer_id": {"S": viewer_id}, "sk": {"S": SESSION_PREFIX + session_id}}


def profile_key(viewer_id: str) -> Item:
    return {"viewer_id": {"S": viewer_id}, "sk": {"S": PROFILE_SORT_KEY}}


def live_key(viewer_id: str, session_id: str, live_until_ms: int, shards: int) -> tuple[str, int]:
    """The key in the LiveSessions index: (`live#<shard>`, seconds)."""
    place = crc32(f"{viewer_id}\0{session_id}".encode(errors="replace"))
    block = -(-live_until_ms // _BLOCK_MS) * LIVE_BLOCK
    return f"live#{place % shards}", block + (place >> 16) % LIVE_BLOCK


def kept_live_key(key: int | None, stored_key: int | None, now_ms: int) -> int | None:
    """The time of `live_key` to write where the item has `stored_key`, which may be later than that of the lease
    now, `key` (None: it has run out). A player that pauses and plays on has a long lease and a short one in turn.
    To go back would cost two write units each time; to stay costs readers a row to skip, for the item decides.
    """
    if stored_key is None or stored_key * LIVE_KEY_UNIT_MS <= now_ms:
        return key
    return stored_key if key is None else max(key, stored_key)


def live_key_of(item: Item) -> int | None:
    """The sort key in LiveSessions of a session's item or attributes; None: it isn't there."""
    return int(item["lk"]["N"]) if "lk" in item else None


def may_be_live(live_until_ms: int, now_ms: int) -> bool:
    """Whether a session belongs into the index; one block of ten minutes is left for clocks that differ."""
    return live_until_ms > now_ms - _BLOCK_MS


def expiry_s(newest_ms: int, retention_days: int) -> int:
    """The TTL (epoch seconds) of an item whose newest event was then."""
    return newest_ms // 1000 + retention_days * _DAY_S


def session_attributes(
    session: MediaSession,
    packed: bytes,
    *,
    status: str,
    live_until_ms: int,
    now_ms: int,
    live_shards: int,
    retention_days: int,
    stored_live_key: int | None = None,
) -> Item:
    """All of a session item but its key, its version and `e`. `stored_live_key`: the item's, if it may stay."""
    attributes: Item = {
        "r": {"B": packed},
        "s": {"S": status},
        "ttl": {"N": str(expiry_s(session.last_seen_ms, retention_days))},
    }
    media_id = session.media_id
    if media_id is not None:
        attributes["m"] = {"S": media_id}
    shard, at = live_key(session.viewer_id, session.session_id, live_until_ms, live_shards)
    key = kept_live_key(at if may_be_live(live_until_ms, now_ms) else None, stored_live_key, now_ms)
    if key is not None:
        attributes["lp"] = {"S": shard}
        attributes["lk"] = {"N": str(key)}
    return attributes


def session_of(item: Item) -> MediaSession:
    """Raises UnknownSessionFormat when another release packed it in a way this one doesn't read."""
    return unpack(
        item["viewer_id"]["S"],
        item["sk"]["S"][len(SESSION_PREFIX) :],
        bytes(item["r"]["B"]),
        int(item["v"]["N"]),
    )


def timeline_item(row: TimelineRow, retention_days: int) -> Item:
    """PK viewer_id, SK `event#<order time>#<event_id>`, `d` the packed row."""
    return {
        "viewer_id": {"S": row.viewer_id},
        "sk": {"S": event_sort_key(row.order_time_ms, row.event_id)},
        "d": {"B": pack_row(row)},
        "ttl": {"N": str(expiry_s(row.order_time_ms, retention_days))},
    }


def timeline_row_of(item: Item) -> TimelineRow:
    """Raises UnknownRowFormat when another release packed it in a way this one doesn't read."""
    _, order_time, event_id = item["sk"]["S"].split("#", 2)
    return unpack_row(item["viewer_id"]["S"], int(order_time), event_id, bytes(item["d"]["B"]))


def tombstone_key(viewer_id: str) -> Item:
    """The key of what an erasure leaves: a hash of the viewer's id, since the id itself has to go."""
    digest = hashlib.sha256(viewer_id.encode(errors="replace")).hexdigest()
    return {"viewer_id": {"S": TOMBSTONE_PREFIX + digest}, "sk": {"S": TOMBSTONE_SORT_KEY}}


def tombstone_item(viewer_id: str, erased_at_ms: int, ttl_s: int) -> Item:
    """Events collected at `erased_at_ms` or before bring nothing back. It must outlive every topic's retention."""
    return {**tombstone_key(viewer_id), "erased_ms": {"N": str(erased_at_ms)}, "ttl": {"N": str(ttl_s)}}


def erased_at_ms(item: Item) -> int:
    """When the erasure was asked for, of a tombstone."""
    return int(item["erased_ms"]["N"])


def session_item(
    session: MediaSession, *, status: str, live_until_ms: int, now_ms: int, live_shards: int, retention_days: int
) -> Item:
    """The whole item of a session, its version included."""
    return {
        **session_key(session.viewer_id, session.session_id),
        "v": {"N": str(session.version)},
        **session_attributes(
            session,
            pack(session),
            status=status,
            live_until_ms=live_until_ms,
            now_ms=now_ms,
            live_shards=live_shards,
            retention_days=retention_days,
        ),
    }
