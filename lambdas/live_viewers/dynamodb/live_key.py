"""Where a session stands in the LiveSessions index: a shard, and in it a time in seconds.

The time is the end of the lease, rounded up to a block of ten minutes, plus the session's own place in the block.
So a lease that every ping renews moves its session after ten minutes, then after twenty, and from half an hour on
once in thirty, and not all sessions move at once. Shard and place are an HMAC of the session's ids: who sends
events can't choose them, and so can't fill one.
"""

import hmac
from typing import Any, NamedTuple

from live_viewers.defaults import LEASE_IN_PINGS, LIVE_PLACES, LONGEST_PING_INTERVAL_S

LIVE_KEY_UNIT_MS = 1000
LIVE_BLOCK = LIVE_PLACES
_BLOCK_MS = LIVE_BLOCK * LIVE_KEY_UNIT_MS
_LONGEST_PLAYING_LEASE_MS = int(LEASE_IN_PINGS * LONGEST_PING_INTERVAL_S * 1000)


class LivePlace(NamedTuple):
    """A session's `live#<shard>`, and its own seconds in each block."""

    shard: str
    seconds: int

    def time(self, live_until_ms: int) -> int:
        """The sort key of a session with this lease, in seconds."""
        return -(-live_until_ms // _BLOCK_MS) * LIVE_BLOCK + self.seconds


class LivePlaces:
    """`secret` is one of the stage's own (a place that it gave stays until the session's next write under
    another); `shards` are the partitions of the index."""

    def __init__(self, secret: str, shards: int) -> None:
        self._secret = secret.encode()
        self._shards = [f"live#{shard}" for shard in range(shards)]

    def of(self, viewer_id: str, session_id: str) -> LivePlace:
        """The place of a session, always the same."""
        ids = f"{viewer_id}\0{session_id}".encode(errors="replace")
        place = int.from_bytes(hmac.digest(self._secret, ids, "sha256")[:8], "big")
        return LivePlace(self._shards[place % len(self._shards)], (place >> 16) % LIVE_BLOCK)

    def key(self, viewer_id: str, session_id: str, live_until_ms: int) -> tuple[str, int]:
        """The key in the index: (`live#<shard>`, seconds)."""
        place = self.of(viewer_id, session_id)
        return place.shard, place.time(live_until_ms)


def kept_live_key(key: int | None, stored_key: int | None, now_ms: int, spare: int = 0) -> int | None:
    """The time of `LivePlaces.key` to write where the item has `stored_key`, which may be later than that of the
    lease now, `key` (None: it has run out). A player that pauses and plays on has a long lease and a short one in
    turn. To go back would cost two write units each time; to stay costs readers a row to skip, for the item
    decides. One that has to move on moves by `spare` further.
    """
    if stored_key is None or stored_key * LIVE_KEY_UNIT_MS <= now_ms:
        return key
    if key is None or key <= stored_key:
        return stored_key
    return key + spare


def spare_of(lasted_ms: int, lease_ms: int) -> int:
    """How much further than its lease a session moves that has lasted so long: a block after ten minutes, two
    after half an hour.

    Each move costs two write units, and the row of a session that has ended without a word costs readers a row to
    skip. What has lasted so long mostly goes on, and the others leave as soon as before. All keys are within the
    blocks that readers look at, though a lease is long or a clock ahead: with a long lease (paused for an ad)
    there is no spare, and two blocks with a short one alone.
    """
    if lasted_ms < _BLOCK_MS or lease_ms > _LONGEST_PLAYING_LEASE_MS:
        return 0
    return 2 * LIVE_BLOCK if lasted_ms >= 3 * _BLOCK_MS and lease_ms <= _BLOCK_MS // 2 else LIVE_BLOCK


def live_key_of(item: dict[str, dict[str, Any]]) -> int | None:
    """The sort key in LiveSessions of a session's item or attributes; None: it isn't there."""
    return int(item["lk"]["N"]) if "lk" in item else None


def may_be_live(live_until_ms: int, now_ms: int) -> bool:
    """Whether a session belongs into the index; one block of ten minutes is left for clocks that differ."""
    return live_until_ms > now_ms - _BLOCK_MS
