"""The Audience table: what project_changes adds to it, and what is read of it (AudienceReads)."""

from collections.abc import Collection, Sequence
from typing import Any
from zlib import crc32

from live_viewers.audience.counting import Addition, OpenName
from live_viewers.dynamodb.tables import audience_items
from live_viewers.dynamodb.tables.audience_reads import AudienceReads
from live_viewers.dynamodb.tables.marks import mark_found
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
        answers = self._client.call_each(
            "UpdateItem",
            [
                {"TableName": self._table, **audience_items.update_of(addition, shard, mark)}
                for addition in additions
            ],
        )
        return [mark_found(answer, mark) for answer in answers]

    def add_names(self, names: Collection[OpenName]) -> None:
        """See AudienceWriter: one conditional update for each that isn't known to be there, run together."""
        if len(self._names_there) + len(self._full_buckets) > _NAMES_REMEMBERED:
            self._names_there.clear()
            self._full_buckets.clear()
        new = [name for name in names if not self._is_told(name)]
        # One name a bucket at a time: a bucket that is found full is full for the others, too.
        while new:
            asked = list({(name.hour, name.scope): name for name in new}.values())
            updates = [{"TableName": self._table, **audience_items.name_update_of(name)} for name in asked]
            for name, answer in zip(asked, self._client.call_each("UpdateItem", updates), strict=True):
                if not isinstance(answer, Exception):
                    self._names_there.add(name)
                elif isinstance(answer, ErrorAnswer) and answer.code == CONDITION_FAILED:
                    self._full_buckets.add((name.hour, name.scope))
                else:
                    raise answer
            new = [name for name in new if not self._is_told(name)]

    def _is_told(self, name: OpenName) -> bool:
        return name in self._names_there or (name.hour, name.scope) in self._full_buckets
