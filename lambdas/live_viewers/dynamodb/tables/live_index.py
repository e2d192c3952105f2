"""Walks the LiveSessions index in an order in which a session keeps its place for as long as it lives.

The index key is live_until rounded up to a block, plus a place within the block that only depends on the
session. While a session is live its key moves from block to block (on with each renewal, back when a lease
gets shorter), but its place in the block stays. So the walk goes by (shard, place) and reads the few blocks
that can hold live sessions at each place: none is passed over, however much they move between two pages.

What a page costs doesn't grow with the number of live sessions: it reads about as many index rows as it
shows.
"""

from collections.abc import Iterator
from hashlib import blake2b
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from live_viewers.dynamodb.tables.read_client import SideBySide
from live_viewers.profile.sources import LivePosition

# live_until is at most 10 minutes off for a paused player, 12.5 for the longest ping interval, and 5 more
# where a clock is ahead: two blocks after the current one. One more is for ads of up to 30 minutes beside a
# paused video.
BLOCKS = 4
# Read side by side; each may read its blocks side by side in the same threads, so these must be fewer.
_SHARDS_AT_ONCE = 8
_INDEX = "LiveSessions"
_POSITION = attrgetter("position")


class IndexRow(msgspec.Struct, frozen=True):
    """A session that may be live: where it is in the walk, and the key of its item. `rank` orders those
    that share a place."""

    position: LivePosition
    viewer_id: str
    sk: str


class Part(NamedTuple):
    """Rows by their place, and how many were looked at for them. All rows before the place `end` are
    there, with None all there are."""

    rows: list[IndexRow]
    looked_at: int
    end: int | None


class Step(NamedTuple):
    """Rows of a walk, how many were looked at, and where the walk goes on (None: it ends)."""

    rows: list[IndexRow]
    looked_at: int
    then: LivePosition | None


class LiveIndex:
    """The index of one table. `block` is the size of a block in units of the index key."""

    def __init__(self, client: Any, table: str, shards: int, block: int, side_by_side: SideBySide) -> None:
        self._client = client
        self._table = table
        self._shards = shards
        self._block = block
        self._side_by_side = side_by_side
        self._dense: set[int] = set()  # shards found too full for one query: remembering saves that query

    def walk(self, start: LivePosition, now_key: int, chunk: int, matching: dict[str, Any]) -> Iterator[Step]:
        """The index after `start`, as far as the caller goes.

        `now_key` is the time of reading in units of the key, `chunk` how many rows one query looks at,
        `matching` the FilterExpression with its values, or empty.
        """
        floor = -(-now_key // self._block) * self._block  # a lease that runs ends in this block or later
        shard, place = start.shard, start.place
        ahead: dict[int, Part] = {}
        while shard < self._shards:
            part = ahead.pop(shard, None) or self._part(shard, place, floor, chunk, matching)
            shard, place = (shard + 1, 0) if part.end is None else (shard, part.end)
            rows = [row for row in part.rows if row.position > start] if start.rank >= 0 else part.rows
            yield Step(rows, part.looked_at, LivePosition(shard, place) if shard < self._shards else None)
            if part.end is None and not ahead:
                # One shard fills a page when many are live. It didn't, so few are: read the others at once.
                others = range(shard, min(shard + _SHARDS_AT_ONCE, self._shards))
                read = self._side_by_side.map(lambda each: self._part(each, 0, floor, chunk, matching), others)
                ahead = dict(zip(others, read, strict=True))

    def _part(self, shard: int, place: int, floor: int, chunk: int, matching: dict[str, Any]) -> Part:
        """Rows of a shard from `place` on."""
        looked_at = 0
        if place == 0 and shard not in self._dense:
            part = self._query(shard, (floor, None), chunk, matching)
            if part.end is None:
                return part
            self._dense.add(shard)
            looked_at = part.looked_at
        blocks = [(floor + n * self._block + place, floor + (n + 1) * self._block - 1) for n in range(BLOCKS)]
        while True:
            read = self._read(shard, blocks, chunk, matching)
            looked_at += read.looked_at
            if read.end is None or read.end > place:
                return Part(read.rows, looked_at, read.end)
            chunk *= 4  # more sessions share one place than were looked at: unheard of, but it must go on

    def _read(self, shard: int, blocks: list[tuple[int, int]], chunk: int, matching: dict[str, Any]) -> Part:
        """Rows of the same places in several blocks, as far as all of them were read."""
        parts = self._side_by_side.map(lambda bounds: self._query(shard, bounds, chunk, matching), blocks)
        end = min((part.end for part in parts if part.end is not None), default=None)
        # A session that moves just now may be in two blocks: it is at the same position in both.
        rows = sorted({row.position: row for part in parts for row in part.rows}.values(), key=_POSITION)
        if end is None and sum(part.looked_at for part in parts) < chunk:
            self._dense.discard(shard)
        read = [row for row in rows if end is None or row.position.place < end]
        return Part(read, sum(part.looked_at for part in parts), end)

    def _query(self, shard: int, bounds: tuple[int, int | None], limit: int, matching: dict[str, Any]) -> Part:
        """Rows whose key is within `bounds`, both included."""
        low, high = bounds
        values = {":shard": {"S": f"live#{shard}"}, ":low": {"N": str(low)}}
        condition = "lp = :shard AND lk >= :low"
        if high is not None:
            condition = "lp = :shard AND lk BETWEEN :low AND :high"
            values[":high"] = {"N": str(high)}
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": _INDEX,
            "Limit": limit,
            **matching,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": {**values, **matching.get("ExpressionAttributeValues", {})},
        }
        answer = self._client.query(**request)
        rows = [self._row(shard, item) for item in answer["Items"]]
        rows.sort(key=_POSITION)
        last = answer.get("LastEvaluatedKey")
        end = None if last is None else int(last["lk"]["N"]) % self._block
        return Part(rows, answer["ScannedCount"], end)

    def _row(self, shard: int, item: dict[str, Any]) -> IndexRow:
        viewer_id, sk = item["viewer_id"]["S"], item["sk"]["S"]
        rank = int.from_bytes(blake2b(f"{viewer_id}\0{sk}".encode(errors="replace"), digest_size=7).digest())
        return IndexRow(LivePosition(shard, int(item["lk"]["N"]) % self._block, rank), viewer_id, sk)
