"""The Audience table: what project_changes adds to it, and what is read of it (AudienceReads)."""

from collections.abc import Collection, Sequence
from typing import Any
from zlib import crc32

from live_viewers.audience.counting import Addition, OpenName
from live_viewers.dynamodb.tables import audience_items
from live_viewers.dynamodb.tables.audience_reads import AudienceReads
from live_viewers.dynamodb.tables.marks import count_below_mark
from live_viewers.dynamodb.transport import CONDITION_FAILED, ErrorAnswer
from live_viewers.scope import Scope

# Of names that this instance knows to be there: a few hundred values an hour, and what somebody makes up.
_NAMES_REMEMBERED = 20_000


class AudienceTable(AudienceReads):
    """`client` is a DirectClient."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names_there: set[OpenName] = set()
        self._full_buckets: set[tuple[int, Scope]] = set()

    def add(self, shard_id: str, additions: Sequence[Addition]) -> list[int | None]:
        """See AudienceWriter: one conditional update an item, run together."""
        shard = crc32(shard_id.encode()) % self._shards
        mark = audience_items.mark_name(shard_id)
        return list(self._pool.map(lambda addition: self._add(addition, shard, mark), additions))

    def _add(self, addition: Addition, shard: int, mark: str) -> int | None:
        update = audience_items.update_of(addition, shard, mark)
        return count_below_mark(self._client.update_item, mark, TableName=self._table, **update)

    def add_names(self, names: Collection[OpenName]) -> None:
        """See AudienceWriter: one conditional update for each that isn't known to be there, run together."""
        if len(self._names_there) + len(self._full_buckets) > _NAMES_REMEMBERED:
            self._names_there.clear()
            self._full_buckets.clear()
        new = [
            name
            for name in names
            if name not in self._names_there and (name.hour, name.scope) not in self._full_buckets
        ]
        list(self._pool.map(self._add_name, new))

    def _add_name(self, name: OpenName) -> None:
        if (name.hour, name.scope) in self._full_buckets:
            return
        try:
            self._client.update_item(TableName=self._table, **audience_items.name_update_of(name))
        except ErrorAnswer as refused:
            if refused.code != CONDITION_FAILED:
                raise
            self._full_buckets.add((name.hour, name.scope))
        else:
            self._names_there.add(name)
