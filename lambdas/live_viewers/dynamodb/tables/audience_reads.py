"""Reading the Audience table: items of scopes by key, of a dimension and of titles by queries of many items."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from live_viewers.audience.counts import MOST_BEFORE, block_of, blocks_between
from live_viewers.audience.reading import BlockCounts
from live_viewers.audience.scope_counts import ByMinute, CountsRead
from live_viewers.audience.summing import by_minute, titles_of
from live_viewers.dynamodb.querying import query_pages
from live_viewers.dynamodb.tables import audience_items
from live_viewers.dynamodb.tables.audience_items import Item, hour_of, read_blocks
from live_viewers.dynamodb.transport import KEYS_A_READ
from live_viewers.scope import ALL, Scope, title_scope
from live_viewers.session.liveness import COUNTED_LEASE_MINUTES

_TITLES = title_scope("").key


class AudienceReads:
    """`client` is a DirectClient; for reading alone, one of botocore's does. Calls run on up to `threads` threads.

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

    def of_scopes(
        self, scopes: Collection[Scope], from_minute: int, to_minute: int, leases_until: int | None = None
    ) -> Mapping[Scope, ByMinute]:
        """See AudienceCounts."""
        blocks = blocks_between(from_minute, leases_until or to_minute)
        keys = [
            audience_items.key_of(scope, block, shard)
            for scope in dict.fromkeys(scopes)
            for block in blocks
            for shard in range(self._shards)
        ]
        parts = [keys[start : start + KEYS_A_READ] for start in range(0, len(keys), KEYS_A_READ)]
        items = [item for read in self._pool.map(self._get, parts) for item in read]
        return by_minute(read_blocks(items), from_minute, to_minute, leases_until)

    def of_dimension(
        self,
        key: str,
        from_minute: int,
        to_minute: int,
        within_s: float,
        leases_until: int | None = None,
        media_id: str | None = None,
    ) -> CountsRead:
        """See AudienceCounts: one query an hour and shard, and one an hour for names."""
        until_s = self._elapsed_s() + within_s
        end = leases_until or to_minute
        hours = range(hour_of(from_minute - MOST_BEFORE), end, 60)
        first = from_minute - MOST_BEFORE
        between = (str(block_of(first)), str(end))  # Unix minutes have 8 digits: in order as text, too
        asked = [
            _Asked(audience_items.dimension_key(key, hour, shard, media_id), between=between)
            for hour in hours
            for shard in range(self._shards)
        ]
        # Who is live was last seen within a lease's length.
        named = range(hour_of(from_minute - COUNTED_LEASE_MINUTES), to_minute, 60) if media_id is None else ()
        names = self._pool.map(lambda hour: self._names(audience_items.names_key(key, hour), until_s), named)
        items, complete = self._query_all(asked, until_s)
        found: dict[Scope, tuple[str, ...]] = {}
        for names_read, all_names in names:
            complete &= all_names
            for scope, some in names_read.items():
                found[scope] = tuple(sorted({*found.get(scope, ()), *some}))
        counts = by_minute(read_blocks(items), from_minute, to_minute, leases_until)
        return CountsRead(counts, found, partial=not complete)

    def of_titles(
        self, from_minute: int, to_minute: int, within_s: float, leases_until: int | None = None
    ) -> CountsRead:
        """See AudienceCounts: one query a block and shard."""
        until_s = self._elapsed_s() + within_s
        asked = [
            _Asked(audience_items.partition_of(*place), begins=_TITLES)
            for place in self._places(blocks_between(from_minute, leases_until or to_minute))
        ]
        items, complete = self._query_all(asked, until_s)
        blocks = list(read_blocks(items))
        counts = by_minute(blocks, from_minute, to_minute, leases_until)
        names = {scope: (title,) for scope, title in titles_of(blocks).items() if scope in counts}
        return CountsRead(counts, names, partial=not complete)

    def blocks(self, scope: Scope, blocks: Sequence[int]) -> Iterable[BlockCounts]:
        """See AudienceReader: a batch read for each hundred items."""
        keys = [audience_items.key_of(scope, block, shard) for block in blocks for shard in range(self._shards)]
        for start in range(0, len(keys), KEYS_A_READ):
            yield from read_blocks(self._get(keys[start : start + KEYS_A_READ]))

    def titles(
        self, starts: Mapping[int, int], counters: Collection[str], within_s: float
    ) -> tuple[Iterable[BlockCounts], bool]:
        """See AudienceReader: one query a block and shard, run together."""
        until_s = self._elapsed_s() + within_s
        asked = [
            _Asked(
                audience_items.partition_of(block, shard),
                begins=_TITLES,
                counters=tuple(audience_items.names_of(counters, starts[block])),
            )
            for block, shard in self._places(list(starts))
        ]
        items, complete = self._query_all(asked, until_s)
        return read_blocks(items), complete

    def _places(self, blocks: Sequence[int]) -> list[tuple[int, int]]:
        """The blocks and shards in which anything is counted: what counts for a title counts in all, in the same
        block and shard. Few stream shards fill few shards, and blocks to come are mostly empty."""
        places = [(block, shard) for block in blocks for shard in range(self._shards)]
        found: set[str] = set()
        for start in range(0, len(places), KEYS_A_READ):
            keys = [audience_items.key_of(ALL, *place) for place in places[start : start + KEYS_A_READ]]
            found.update(item["pk"]["S"] for item in self._get(keys, ProjectionExpression="pk"))
        return [place for place in places if audience_items.partition_of(*place) in found]

    def _get(self, keys: Sequence[Item], **options: Any) -> Iterator[Item]:
        wanted: dict[str, Any] = {self._table: {"Keys": keys, **options}}
        found: list[Item] = []
        while wanted:
            answer = self._client.batch_get_item(RequestItems=wanted)
            found += answer["Responses"].get(self._table, [])
            wanted = answer.get("UnprocessedKeys") or {}
        return iter(found)

    def _query_all(self, asked: Sequence["_Asked"], until_s: float) -> tuple[list[Item], bool]:
        read = list(self._pool.map(lambda each: self._query(each, until_s), asked))
        return [item for items, _ in read for item in items], all(complete for _, complete in read)

    def _query(self, asked: "_Asked", until_s: float) -> tuple[list[Item], bool]:
        if self._elapsed_s() > until_s:
            return [], False
        request = {"TableName": self._table, **asked.request()}
        found: list[Item] = []
        for page, more in query_pages(self._client, request):
            found += page
            if more and self._elapsed_s() > until_s:
                return found, False
        return found, True

    def _names(self, pk: str, until_s: float) -> tuple[dict[Scope, list[str]], bool]:
        items, complete = self._query(_Asked(pk), until_s)
        return {Scope("dimension", item["sk"]["S"]): item["k"]["SS"] for item in items}, complete


class _Asked(NamedTuple):
    """A query: of a partition key the sort keys that begin with a text, or lie between two. With `counters` only
    items that have one of these attributes, and of their counts only these."""

    pk: str
    begins: str = ""
    between: tuple[str, str] = ("", "")
    counters: tuple[str, ...] = ()

    def request(self) -> dict[str, Any]:
        condition, values = "pk = :pk", {":pk": {"S": self.pk}}
        if self.begins:
            condition += " AND begins_with(sk, :begins)"
            values[":begins"] = {"S": self.begins}
        elif self.between[0]:
            condition += " AND sk BETWEEN :first AND :last"
            values |= {":first": {"S": self.between[0]}, ":last": {"S": self.between[1]}}
        request: dict[str, Any] = {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}
        if self.counters:
            request |= {
                "FilterExpression": " OR ".join(f"attribute_exists({name})" for name in self.counters),
                "ProjectionExpression": ", ".join(("pk", "sk", "t", "#f", *self.counters)),
                "ExpressionAttributeNames": {"#f": "f"},
            }
        return request
