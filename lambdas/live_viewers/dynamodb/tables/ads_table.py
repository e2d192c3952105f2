"""Ad views counted by hour, in the Audience table under partition keys of their own.

PK `ads#<ad or break>#<Unix day>#<shard>`, SK `<hash of the title or ->#<hash of the id or ->#<hour of the day>`;
by ad the id's hash is followed by a dot and the creative's. Attributes: a counter a letter (ads.ad_counting),
`ni nn nc` the id, the name and the creative's id, `q<shard hash>` the sequence number counted up to, `ttl`. One
query a day and shard reads all, or one title's.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import Any
from zlib import crc32

from live_viewers.ads.ad_counting import COUNTERS, NONE, AdAddition, AdNames, By
from live_viewers.ads.ad_report import AdHourCounts, AdReport, rows_of
from live_viewers.ads.ad_tokens import hash_of
from live_viewers.dynamodb.querying import query_pages
from live_viewers.dynamodb.tables.marks import mark_found, mark_of
from live_viewers.stored_format import format_of

KEPT_DAYS = 400
MOST_ITEMS = 20_000
WITHIN_S = 3.0
"""A report reads so many items, and for so long."""

_DAY_HOURS = 24
_NAMES = ("ni", "nn", "nc")


class AdCountsTable:
    """See ads.ad_counting.AdCountWriter and ads.ad_report.AdCounts. `client` is a DirectClient, `shards` is as
    AudienceTable has it."""

    def __init__(
        self,
        client: Any,
        table: str,
        shards: int,
        threads: int = 16,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._table = table
        self._shards = shards
        self._elapsed_s = elapsed_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ads")

    def add(self, shard_id: str, additions: Sequence[AdAddition], now_ms: int) -> list[int | None]:
        """See AdCountWriter: one conditional update an item, run together."""
        shard = crc32(shard_id.encode()) % self._shards
        mark = "q" + blake2b(shard_id.encode(), digest_size=4).hexdigest()
        updates = [self._update_of(addition, shard, mark, now_ms) for addition in additions]
        return [mark_found(answer, mark) for answer in self._client.call_each("UpdateItem", updates)]

    def _update_of(self, addition: AdAddition, shard: int, mark: str, now_ms: int) -> dict[str, Any]:
        scope = addition.scope
        newest_s = max(scope.hour * 3600, now_ms // 1000)
        sets = [f"{mark} = :last", "#ttl = :ttl"]
        values: dict[str, Any] = {
            ":first": {"B": mark_of(addition.first)},
            ":last": {"B": mark_of(addition.last)},
            ":ttl": {"N": str(newest_s + KEPT_DAYS * 86_400)},
        }
        for name, text in zip(_NAMES, addition.names, strict=True):
            if text:
                sets.append(f"{name} = :{name}")
                values[f":{name}"] = {"S": text}
        adds = [f"{counter} :{counter}" for counter in addition.counts]
        values |= {f":{counter}": {"N": str(count)} for counter, count in addition.counts.items()}
        day, hour = divmod(scope.hour, _DAY_HOURS)
        key = f"{_of_title(scope.media_id)}{scope.subject}#{hour:02d}"
        return {
            "TableName": self._table,
            "Key": {"pk": {"S": _partition(scope.by, day, shard)}, "sk": {"S": key}},
            "UpdateExpression": f"SET {', '.join(sets)}" + (f" ADD {', '.join(adds)}" if adds else ""),
            "ConditionExpression": f"attribute_not_exists({mark}) OR {mark} < :first",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def report(self, by: By, from_hour: int, to_hour: int, media_id: str | None) -> AdReport:
        """See AdCounts: one query a day and shard, newest day first, run together."""
        until_s = self._elapsed_s() + WITHIN_S
        days = range((to_hour - 1) // _DAY_HOURS, from_hour // _DAY_HOURS - 1, -1)
        kept = "break" if by == "break" else "ad"
        asked = [_partition(kept, day, shard) for day in days for shard in range(self._shards)]
        left = [MOST_ITEMS]
        read = list(self._pool.map(lambda pk: self._read(pk, media_id, left, until_s), asked))
        items = (counts for found, _ in read for at, counts in found if from_hour <= at < to_hour)
        return rows_of(by, items, all(complete for _, complete in read))

    def _read(
        self, pk: str, media_id: str | None, left: list[int], until_s: float
    ) -> tuple[list[tuple[int, AdHourCounts]], bool]:
        """The items of a partition with their hours; and whether these are all."""
        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if media_id is not None:
            condition += " AND begins_with(sk, :title)"
            values[":title"] = {"S": _of_title(media_id)}
        request = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        found: list[tuple[int, AdHourCounts]] = []
        if left[0] <= 0 or self._elapsed_s() > until_s:
            return found, False
        for page, more in query_pages(self._client, request):
            found += _counts(page)
            left[0] -= len(page)
            if more and (left[0] <= 0 or self._elapsed_s() > until_s):
                return found, False
        return found, True


def _partition(by: str, day: int, shard: int) -> str:
    return f"ads#{by}#{day}#{shard}"


def _of_title(media_id: str) -> str:
    return (hash_of(media_id) if media_id else NONE) + "#"


def _counts(items: Sequence[dict[str, Any]]) -> Iterator[tuple[int, AdHourCounts]]:
    """Items of a format that isn't known are left out."""
    for item in items:
        reader = READERS.get(format_of(item))
        if reader is not None:
            yield reader(item)


def _counts_1(item: dict[str, Any]) -> tuple[int, AdHourCounts]:
    _, _, day, _ = item["pk"]["S"].split("#")
    _, subject, hour = item["sk"]["S"].split("#")
    names = AdNames(*(item[name]["S"] if name in item else "" for name in _NAMES))
    counts = {name: int(item[name]["N"]) for name in COUNTERS if "N" in item.get(name, ())}
    return int(day) * _DAY_HOURS + int(hour), AdHourCounts(subject, names, counts)


# By the item's format version. None is ever taken away.
READERS: dict[int, Callable[[dict[str, Any]], tuple[int, AdHourCounts]]] = {1: _counts_1}
