"""What the Audience table keeps beside the counts: who watched at each minute's end, and hours.

PK `watching#<group>`, SK the Unix minute: `w` (msgpack, scope ids and how many), `ttl`.
PK `hours#<scope's key>`, SK the Unix hour: `v` (a byte of version, and the hour in msgpack), `ttl`.
PK `rolling`, SK `state`: `start` and `end`, the Unix hours that were rolled up. SK `missed#<hour>`: one that
wasn't."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from live_viewers.audience.counts import STATUS_LETTERS
from live_viewers.audience.history import HOURS_KEPT_DAYS, MINUTES_KEPT_H, Hour, Rolled, Watching
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.dynamodb.conditions import if_allowed
from live_viewers.dynamodb.querying import query_pages
from live_viewers.scope import Scope
from live_viewers.stored_format import read_stored
from live_viewers.time_units import DAY_S, HOUR_S, MINUTE_S

_STATE = {"pk": {"S": "rolling"}, "sk": {"S": "state"}}
_STATUSES = {letter: status for status, letter in STATUS_LETTERS.items()}
_ABSENT = "attribute_not_exists(pk)"
_HOUR_FORMAT = 1


class HistoryTable:
    """See AudienceHistory. `client` is a DirectClient; for reading alone, one of botocore's does."""

    def __init__(self, client: Any, table: str, threads: int = 16) -> None:
        self._client = client
        self._table = table
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="history")

    def watching(
        self, groups: Collection[str], from_minute: int, to_minute: int
    ) -> Mapping[str, Mapping[int, Mapping[str, int]]]:
        """See AudienceHistory: a query a group, run together."""

        def read(group: str) -> dict[int, Mapping[str, int]]:
            items = self._range(f"watching#{group}", from_minute, to_minute)
            return {int(item["sk"]["S"]): msgspec.msgpack.decode(item["w"]["B"]) for item in items}

        wanted = list(groups)
        return dict(zip(wanted, self._pool.map(read, wanted), strict=True))

    def hours(self, scope: Scope, from_hour: int, to_hour: int) -> Mapping[int, Hour]:
        """See AudienceHistory."""
        items = self._range(f"hours#{scope.key}", from_hour, to_hour)
        return {int(item["sk"]["S"]): read_stored(READERS, item["v"]["B"], "an hour") for item in items}

    def rolled(self, from_hour: int, to_hour: int) -> Rolled:
        """See AudienceHistory."""
        state = self._client.get_item(TableName=self._table, Key=_STATE).get("Item")
        if state is None:
            return Rolled()
        missed = self._query("rolling", f"missed#{from_hour:08d}", f"missed#{to_hour - 1:08d}")
        hours = frozenset(int(item["sk"]["S"].removeprefix("missed#")) for item in missed)
        return Rolled(int(state["start"]["N"]), int(state["end"]["N"]), hours)

    def put_watching(self, minute: int, groups: Sequence[Watching]) -> int:
        """See AudienceHistory."""
        ttl = minute * MINUTE_S + MINUTES_KEPT_H * HOUR_S
        return self._put_absent(
            _item(f"watching#{each.group}", minute, ttl, w=msgspec.msgpack.encode(each.by_id)) for each in groups
        )

    def put_hours(self, hour: int, hours: Mapping[Scope, Hour]) -> int:
        """See AudienceHistory."""
        ttl = hour * HOUR_S + HOURS_KEPT_DAYS * DAY_S
        return self._put_absent(
            _item(f"hours#{scope.key}", hour, ttl, v=_packed(each)) for scope, each in hours.items()
        )

    def start_rolling(self, hour: int) -> int:
        """See AudienceHistory."""
        state = self._client.get_item(TableName=self._table, Key=_STATE, ConsistentRead=True).get("Item")
        if state is None:
            state = self._client.update_item(
                TableName=self._table,
                Key=_STATE,
                UpdateExpression="SET #start = if_not_exists(#start, :hour), #end = if_not_exists(#end, :hour)",
                ExpressionAttributeNames={"#start": "start", "#end": "end"},
                ExpressionAttributeValues={":hour": {"N": str(hour)}},
                ReturnValues="ALL_NEW",
            )["Attributes"]
        return int(state["end"]["N"])

    def end_hour(self, hour: int, *, missed: bool) -> bool:
        """See AudienceHistory."""
        if missed:
            ttl = hour * HOUR_S + HOURS_KEPT_DAYS * DAY_S
            item = {**_STATE, "sk": {"S": f"missed#{hour:08d}"}, "ttl": {"N": str(ttl)}}
            self._client.put_item(TableName=self._table, Item=item)
        moved = if_allowed(
            self._client.update_item,
            TableName=self._table,
            Key=_STATE,
            UpdateExpression="SET #end = :next",
            ConditionExpression="#end = :hour",
            ExpressionAttributeNames={"#end": "end"},
            ExpressionAttributeValues={":next": {"N": str(hour + 1)}, ":hour": {"N": str(hour)}},
        )
        return moved is not None

    def _put_absent(self, items: Iterator[dict[str, Any]]) -> int:
        def put(item: dict[str, Any]) -> bool:
            return (
                if_allowed(self._client.put_item, TableName=self._table, Item=item, ConditionExpression=_ABSENT)
                is not None
            )

        return sum(self._pool.map(put, items))

    def _range(self, pk: str, start: int, end: int) -> Iterator[dict[str, Any]]:
        return self._query(pk, f"{start:08d}", f"{end - 1:08d}") if start < end else iter(())

    def _query(self, pk: str, first: str, last: str) -> Iterator[dict[str, Any]]:
        request = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}},
        }
        for page, _ in query_pages(self._client, request):
            yield from page


def _item(pk: str, place: int, ttl: int, **data: bytes) -> dict[str, Any]:
    """Places have 8 digits, so that keys sort as times do."""
    bytes_of = {name: {"B": each} for name, each in data.items()}
    return {"pk": {"S": pk}, "sk": {"S": f"{place:08d}"}, "ttl": {"N": str(ttl)}, **bytes_of}


def _packed(hour: Hour) -> bytes:
    counts = hour.counts
    left = {STATUS_LETTERS[status]: count for status, count in counts.leases.items()}
    fields = (
        hour.sessions,
        hour.watching,
        hour.peak_minute,
        counts.seen,
        left,
        counts.attempts,
        counts.starts,
        counts.failed,
        counts.start_up,
        counts.watched_s,
        counts.buffering_s,
        counts.played_s,
    )
    return bytes([_HOUR_FORMAT]) + msgspec.msgpack.encode(fields)


_HourFields = tuple[
    int, int | None, int | None, int, dict[str, int], int, int, int, tuple[int, ...], float, float, float
]


def _hour_1(packed: memoryview) -> Hour:
    fields = msgspec.msgpack.decode(packed, type=_HourFields)
    sessions, watching, peak_minute, seen, left, attempts, starts, failed, start_up, *seconds = fields
    watched_s, buffering_s, played_s = seconds
    counts = ScopeCounts(
        seen=seen,
        leases={_STATUSES[letter]: count for letter, count in left.items()},
        attempts=attempts,
        starts=starts,
        failed=failed,
        start_up=start_up,
        watched_s=watched_s,
        buffering_s=buffering_s,
        played_s=played_s,
    )
    return Hour(counts=counts, sessions=sessions, watching=watching, peak_minute=peak_minute)


# By the version in the first byte. None is ever taken away.
READERS: dict[int, Callable[..., Hour]] = {1: _hour_1}
