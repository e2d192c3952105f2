"""Where a session stands in the LiveSessions index: a shard, and in it a time in seconds.

The time is the end of the lease, rounded up to a block of ten minutes, plus the session's own place in the block.
So a lease that every ping renews moves its session once in ten minutes, and not all sessions move at once. Shard
and place are an HMAC of the session's ids: who sends events can't choose them, and so can't fill one.
"""

import hmac
from typing import Any

from live_viewers.defaults import LIVE_PLACES

LIVE_KEY_UNIT_MS = 1000
LIVE_BLOCK = LIVE_PLACES
_BLOCK_MS = LIVE_BLOCK * LIVE_KEY_UNIT_MS


class LivePlaces:
    """`secret` is one of the stage's own (a place that it gave stays until the session's next write under
    another); `shards` are the partitions of the index."""

    def __init__(self, secret: str, shards: int) -> None:
        self._secret = secret.encode()
        self._shards = shards

    def key(self, viewer_id: str, session_id: str, live_until_ms: int) -> tuple[str, int]:
        """The key in the index: (`live#<shard>`, seconds)."""
        ids = f"{viewer_id}\0{session_id}".encode(errors="replace")
        place = int.from_bytes(hmac.digest(self._secret, ids, "sha256")[:8], "big")
        block = -(-live_until_ms // _BLOCK_MS) * LIVE_BLOCK
        return f"live#{place % self._shards}", block + (place >> 16) % LIVE_BLOCK


def kept_live_key(key: int | None, stored_key: int | None, now_ms: int) -> int | None:
    """The time of `LivePlaces.key` to write where the item has `stored_key`, which may be later than that of the
    lease now, `key` (None: it has run out). A player that pauses and plays on has a long lease and a short one in
    turn. To go back would cost two write units each time; to stay costs readers a row to skip, for the item
    decides.
    """
    if stored_key is None or stored_key * LIVE_KEY_UNIT_MS <= now_ms:
        return key
    return stored_key if key is None else max(key, stored_key)


def live_key_of(item: dict[str, dict[str, Any]]) -> int | None:
    """The sort key in LiveSessions of a session's item or attributes; None: it isn't there."""
    return int(item["lk"]["N"]) if "lk" in item else None


def may_be_live(live_until_ms: int, now_ms: int) -> bool:
    """Whether a session belongs into the index; one block of ten minutes is left for clocks that differ."""
    return live_until_ms > now_ms - _BLOCK_MS
