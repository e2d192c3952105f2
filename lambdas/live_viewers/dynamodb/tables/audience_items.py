"""The items of the Audience table: one for each block of minutes, shard and scope.

    ALL, titles     PK `<first Unix minute of the block>#<shard>`, SK `ALL` or `title#<media_id>`
    values of a     PK `<first Unix minute of the hour>#<shard>#<dimension's key>`, for those of a pinned title
    dimension       `#<media_id>` more; SK `<first Unix minute of the block>#<value's token, or bucket>`
    names           PK `names#<first Unix minute of the hour>#<dimension's key>`, SK the bucket's id: `k`, a set of
                    up to 4 values that count in a bucket of an open dimension

Attributes of counts are a letter for the counter (counts.STATUS_LETTERS, made_once) and a digit for the minute
in the block. A mark (17 bytes: up to which sequence number a stream shard is counted) stands under 4 characters of
the shard's hash, the title under `t`, the format's version under `f`. All of it goes by `ttl` after 96 hours.

Version 1 had blocks of 15 minutes, `n` and leases alone, marks of 40 digits under `q` and 12 digits of the hash,
and no items of dimensions. Blocks of 15 minutes begin where blocks of 5 do: such an item is written on as one of
version 2, and its later minutes are read with it.
"""

import base64
from collections.abc import Callable, Collection, Iterable, Iterator
from hashlib import blake2b
from typing import Any

from live_viewers.audience.counting import HOUR_MINUTES, Addition, OpenName
from live_viewers.audience.counts import STATUS_LETTERS
from live_viewers.audience.made_once import COUNTERS
from live_viewers.audience.reading import BlockCounts
from live_viewers.dimensions.dimension import KEY_CHARACTERS
from live_viewers.dynamodb.tables.marks import mark_of
from live_viewers.scope import Scope
from live_viewers.stored_format import format_of

Item = dict[str, dict[str, Any]]

FORMAT = 2
# History is rolled up within three days. A stream keeps its records one: while one can come again, the mark that
# refuses it must be there.
_KEPT_S = 96 * 3600
# Of minutes from a block's first on: a lease ends up to 14 after the block's last.
_DIGITS = "0123456789abcdefghi"
_COUNTERS_1 = frozenset(("n", *STATUS_LETTERS.values()))
_COUNTERS_2 = frozenset((*COUNTERS, *STATUS_LETTERS.values()))
_NAMES = "names"
MOST_NAMES = 4


def expiry_s(minute: int) -> int:
    """When what was counted of a Unix minute goes (epoch seconds)."""
    return minute * 60 + _KEPT_S


def hour_of(minute: int) -> int:
    """The Unix minute in which the hour of a minute begins."""
    return minute - minute % HOUR_MINUTES


def key_of(scope: Scope, block: int, shard: int) -> Item:
    """The item of a scope's block."""
    if scope.kind not in ("dimension", "pinned"):
        return {"pk": {"S": partition_of(block, shard)}, "sk": {"S": scope.key}}
    value, _, media_id = scope.id.partition("#") if scope.kind == "pinned" else (scope.id, "", None)
    return {
        "pk": {"S": dimension_key(value[:KEY_CHARACTERS], hour_of(block), shard, media_id)},
        "sk": {"S": f"{block}#{value}"},
    }


def partition_of(block: int, shard: int) -> str:
    """The partition key of a block's counts of all and of titles."""
    return f"{block}#{shard}"


def dimension_key(key: str, hour: int, shard: int, media_id: str | None = None) -> str:
    """The partition key of a dimension's values in an hour, with a media id of those within a pinned title."""
    return f"{hour}#{shard}#{key}" + ("" if media_id is None else f"#{media_id}")


def names_key(key: str, hour: int) -> str:
    """The partition key of the names in the buckets of an open dimension."""
    return f"{_NAMES}#{hour}#{key}"


def mark_name(shard_id: str) -> str:
    """The attribute in which an item keeps how far it holds a stream shard's changes. Four characters, for an item
    has up to 15 marks: of 16 million pairs of shards one has the same."""
    return base64.urlsafe_b64encode(blake2b(shard_id.encode(), digest_size=3).digest()).decode()


def names_of(counters: Collection[str], start: int) -> list[str]:
    """The attributes of these counters in the minutes of a block from `start` on, those of version 1 included."""
    return [counter + digit for counter in counters for digit in _DIGITS[start:]]


def update_of(addition: Addition, shard: int, mark: str) -> dict[str, Any]:
    """An update that adds the counts and moves the mark, if that is below the addition's first change."""
    sets = ["#m = :last", "#f = :f", "#ttl = :ttl"]
    values: dict[str, Any] = {
        ":first": {"B": mark_of(addition.first)},
        ":last": {"B": mark_of(addition.last)},
        ":f": {"N": str(FORMAT)},
        ":ttl": {"N": str(expiry_s(addition.block))},
    }
    if addition.title is not None:
        sets.append("t = :t")
        values[":t"] = {"S": addition.title}
    adds = []
    for (minute, counter), count in addition.counts.items():
        name = counter + _DIGITS[minute]
        adds.append(f"{name} :{name}")
        values[f":{name}"] = {"N": str(count)}
    return {
        "Key": key_of(addition.scope, addition.block, shard),
        "UpdateExpression": f"SET {', '.join(sets)}" + (f" ADD {', '.join(adds)}" if adds else ""),
        "ConditionExpression": "attribute_not_exists(#m) OR #m < :first",
        "ExpressionAttributeNames": {"#m": mark, "#f": "f", "#ttl": "ttl"},
        "ExpressionAttributeValues": values,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def name_update_of(name: OpenName) -> dict[str, Any]:
    """An update that adds a name to its bucket's, where it is there or there is room."""
    return {
        "Key": {
            "pk": {"S": names_key(name.scope.id[:KEY_CHARACTERS], name.hour)},
            "sk": {"S": name.scope.id},
        },
        "UpdateExpression": "ADD k :names SET #ttl = :ttl",
        "ConditionExpression": "attribute_not_exists(k) OR contains(k, :name) OR size(k) < :most",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {
            ":names": {"SS": [name.text]},
            ":name": {"S": name.text},
            ":most": {"N": str(MOST_NAMES)},
            ":ttl": {"N": str(expiry_s(name.hour + HOUR_MINUTES))},
        },
    }


def read_blocks(items: Iterable[Item]) -> Iterator[BlockCounts]:
    """Items of a format that isn't known are left out: a later release counts under names of its own."""
    for item in items:
        reader = READERS.get(format_of(item))
        if reader is not None:
            yield reader(item)


def _counts_1(item: Item) -> BlockCounts:
    block, scope = _place_of(item)
    return BlockCounts(block, scope, item["t"]["S"] if "t" in item else None, _counts(item, _COUNTERS_1))


def _counts_2(item: Item) -> BlockCounts:
    block, scope = _place_of(item)
    return BlockCounts(block, scope, item["t"]["S"] if "t" in item else None, _counts(item, _COUNTERS_2))


def _place_of(item: Item) -> tuple[int, Scope]:
    """The inverse of `key_of`, but for the shard."""
    first, _, *more = item["pk"]["S"].split("#", 3)
    if not more:
        return int(first), Scope.from_key(item["sk"]["S"])
    block, _, value = item["sk"]["S"].partition("#")
    if len(more) == 1:
        return int(block), Scope("dimension", value)
    return int(block), Scope("pinned", f"{value}#{more[1]}")


def _counts(item: Item, counters: frozenset[str]) -> dict[tuple[int, str], int]:
    return {
        (_DIGITS.index(name[1]), name[0]): int(value["N"])
        for name, value in item.items()
        if len(name) == 2 and name[0] in counters and "N" in value
    }


# By the item's format version. None is ever taken away.
READERS: dict[int, Callable[[Item], BlockCounts]] = {1: _counts_1, 2: _counts_2}
