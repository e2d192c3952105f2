"""The Audience table: one item per block of minutes, shard and scope.

PK `<first Unix minute of the block>#<shard>`, SK `ALL` or `title#<media_id>`. Attributes: `n<minute>` sessions
seen, `V A P B C F R` + `<minute>` sessions by status whose lease ends in that minute (minutes within the block,
one digit), `t` the title, `q<shard hash>` the sequence number counted up to, `ttl`. One query a shard gives
every title.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import Any
from zlib import crc32

from live_viewers.audience.counting import Addition
from live_viewers.audience.counts import BLOCK_MINUTES, SEEN, STATUS_LETTERS
from live_viewers.audience.reading import BlockCounts
from live_viewers.dynamodb.querying import query_pages
from live_viewers.dynamodb.transport import CONDITION_FAILED, ErrorAnswer
from live_viewers.scope import Scope, title_scope
from live_viewers.stored_format import format_of

# A stream keeps its records 24 hours: while one can come again, the mark that refuses it must be there.
_KEPT_S = 30 * 3600
_DIGITS = "0123456789abcde"
_COUNTERS = frozenset((SEEN, *STATUS_LETTERS.values()))
# Sequence numbers have up to 40 digits, more than DynamoDB's numbers: kept as text of one width, in that order.
_SEQUENCE_DIGITS = 40
_KEYS_A_READ = 100


class AudienceTable:
    """`client` is a DirectClient; for reading alone, a low-level client of botocore. Calls run on up to `threads`
    threads.

    `shards` spreads the items of a block: writers need them, for a key takes 1,000 units a second, and a reader
    pays a query for each. It may be raised at any time; what a lower number leaves behind isn't counted any more.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        shards: int,
        threads: int = 16,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._elapsed_s = elapsed_s
        self._table = table
        self._shards = shards
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="audience")

    def add(self, shard_id: str, additions: Sequence[Addition]) -> list[int | None]:
        """See AudienceWriter: one conditional update an item, run together."""
        shard = crc32(shard_id.encode()) % self._shards
        mark = "q" + blake2b(shard_id.encode(), digest_size=6).hexdigest()
        return list(self._pool.map(lambda addition: self._add(addition, shard, mark), additions))

    def _add(self, addition: Addition, shard: int, mark: str) -> int | None:
        sets = [f"{mark} = :last", "#ttl = :ttl"]
        values: dict[str, Any] = {
            ":first": {"S": _sequence(addition.first)},
            ":last": {"S": _sequence(addition.last)},
            ":ttl": {"N": str((addition.block + BLOCK_MINUTES) * 60 + _KEPT_S)},
        }
        if addition.title is not None:
            sets.append("t = :t")
            values[":t"] = {"S": addition.title}
        adds = []
        for (minute, counter), count in addition.counts.items():
            name = counter + _DIGITS[minute]
            adds.append(f"{name} :{name}")
            values[f":{name}"] = {"N": str(count)}
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"{addition.block}#{shard}"}, "sk": {"S": addition.scope.key}},
                UpdateExpression=f"SET {', '.join(sets)}" + (f" ADD {', '.join(adds)}" if adds else ""),
                ConditionExpression=f"attribute_not_exists({mark}) OR {mark} < :first",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ErrorAnswer as refused:
            if refused.code != CONDITION_FAILED:
                raise
            return int(refused.answer["Item"][mark]["S"])
        return None

    def blocks(self, scope: Scope, blocks: Sequence[int]) -> Iterable[BlockCounts]:
        """See AudienceReader: one batch read for up to 12 blocks."""
        keys = [
            {"pk": {"S": f"{block}#{shard}"}, "sk": {"S": scope.key}}
            for block in blocks
            for shard in range(self._shards)
        ]
        for start in range(0, len(keys), _KEYS_A_READ):
            wanted: dict[str, Any] = {self._table: {"Keys": keys[start : start + _KEYS_A_READ]}}
            while wanted:
                answer = self._client.batch_get_item(RequestItems=wanted)
                yield from _read(answer["Responses"].get(self._table, []))
                wanted = answer.get("UnprocessedKeys") or {}

    def titles(
        self, starts: Mapping[int, int], counters: Collection[str], within_s: float
    ) -> tuple[Iterable[BlockCounts], bool]:
        """See AudienceReader: one query a block and shard, run together."""
        until_s = self._elapsed_s() + within_s
        asked = [
            (f"{block}#{shard}", [counter + digit for counter in counters for digit in _DIGITS[start:]])
            for block, start in starts.items()
            for shard in range(self._shards)
        ]
        read = list(self._pool.map(lambda one: self._titles(one[0], one[1], until_s), asked))
        return [item for items, _ in read for item in items], all(complete for _, complete in read)

    def _titles(self, pk: str, counts: Sequence[str], until_s: float) -> tuple[list[BlockCounts], bool]:
        request = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :title)",
            "ExpressionAttributeValues": {":pk": {"S": pk}, ":title": {"S": title_scope("").key}},
            "ProjectionExpression": ", ".join(("pk", "sk", "t", "f", *counts)),
        }
        found: list[BlockCounts] = []
        for page, more in query_pages(self._client, request):
            found += _read(page)
            if more and self._elapsed_s() > until_s:
                return found, False
        return found, True


def _sequence(number: int) -> str:
    return f"{number:0{_SEQUENCE_DIGITS}d}"


def _read(items: Iterable[dict[str, Any]]) -> Iterator[BlockCounts]:
    """Items of a format that isn't known are left out: a later release counts under names of its own."""
    for item in items:
        reader = READERS.get(format_of(item))
        if reader is not None:
            yield reader(item)


def _counts_1(item: dict[str, Any]) -> BlockCounts:
    return BlockCounts(
        int(item["pk"]["S"].partition("#")[0]),
        Scope.from_key(item["sk"]["S"]),
        item["t"]["S"] if "t" in item else None,
        {
            (_DIGITS.index(name[1]), name[0]): int(value["N"])
            for name, value in item.items()
            if len(name) == 2 and name[0] in _COUNTERS and "N" in value
        },
    )


# By the item's format version. None is ever taken away.
READERS: dict[int, Callable[[dict[str, Any]], BlockCounts]] = {1: _counts_1}
