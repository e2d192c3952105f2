"""Walks the LiveSessions index in an order in which a session keeps its place for as long as it lives.

The index key is live_until rounded up to a block, plus a place within the block that only depends on the
session. While a session is live its key moves from block to block (on with each renewal, back when a lease
gets shorter), but its place in the block stays. So the walk goes by (shard, place) and reads the few blocks
that can hold live sessions at each place: none is passed over, however much they move between two pages.

What a page costs doesn't grow with the number of live sessions: it reads about as many index rows as it
shows. Nor does it grow with what somebody sends: of one place (a shard, a second of the block) at most
MOST_AT_A_PLACE rows a block are read, and the walk says that it left some out.
"""

from collections.abc import Iterable, Iterator
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
# A million live sessions are about 200 a place, and nobody can choose theirs (see live_key).
MOST_AT_A_PLACE = 1_000
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
    there, with None all there are; but for `partial`: then one place had more than are read."""

    rows: list[IndexRow]
    looked_at: int
    end: int | None
    partial: bool = False


class Step(NamedTuple):
    """Rows of a walk, how many were looked at, where the walk goes on (None: it ends), and whether it left
    some out."""

    rows: list[IndexRow]
    looked_at: int
    then: LivePosition | None
    partial: bool


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
            then = LivePosition(shard, place) if shard < self._shards else None
            yield Step(rows, part.looked_at, then, part.partial)
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
        read = self._read(shard, blocks, chunk, matching)
        if read.end is None or read.end > place:
            return read._replace(looked_at=looked_at + read.looked_at)
        # More sessions share this place than were looked at.
        full = self._one_place(shard, place, floor, matching)
        return full._replace(looked_at=looked_at + read.looked_at + full.looked_at)

    def _one_place(self, shard: int, place: int, floor: int, matching: dict[str, Any]) -> Part:
        """Rows of one place in all blocks, of each block at most MOST_AT_A_PLACE."""
        keys = [floor + n * self._block + place for n in range(BLOCKS)]
        parts = self._side_by_side.map(lambda key: self._query(shard, (key, key), MOST_AT_A_PLACE, matching), keys)
        end = place + 1 if place + 1 < self._block else None
        return Part(
            _together(parts),
            sum(part.looked_at for part in parts),
            end,
            any(part.end is not None for part in parts),
        )

    def _read(self, shard: int, blocks: list[tuple[int, int]], chunk: int, matching: dict[str, Any]) -> Part:
        """Rows of the same places in several blocks, as far as all of them were read."""
        parts = self._side_by_side.map(lambda bounds: self._query(shard, bounds, chunk, matching), blocks)
        end = min((part.end for part in parts if part.end is not None), default=None)
        if end is None and sum(part.looked_at for part in parts) < chunk:
            self._dense.discard(shard)
        read = [row for row in _together(parts) if end is None or row.position.place < end]
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


def _together(parts: Iterable[Part]) -> list[IndexRow]:
    """The rows of all parts by their place, each once: a session that moves just now may be in two blocks, at the
    same position in both."""
    return sorted({row.position: row for part in parts for row in part.rows}.values(), key=_POSITION)
