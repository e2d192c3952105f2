"""Write units: those DynamoDB tells (ReturnConsumedCapacity), and those that its published rules give for the same
items, which costs no store and so can be had for an hour of many viewers."""

import math
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from live_viewers.aws_environment import Credentials
from live_viewers.dynamodb.ad_items import ADS_PREFIX, MOST_TOKENS
from live_viewers.dynamodb.items import EVENT_PREFIX, Item
from live_viewers.dynamodb.tombstones import state_item
from live_viewers.dynamodb.transport import ErrorAnswer, NoAnswer, Transport
from live_viewers.dynamodb.writing.calls import Calls, Statement
from tests.calls_one_by_one import OneByOne

TABLE, INDEX, TIMELINE, ADS = "table", "index", "timeline", "ads"
_LOST = "ConditionalCheckFailed"
_DUPLICATE = "DuplicateItem"
_UNIT_BYTES = 1024
_INDEX_KEYS = ("lp", "lk")
_PROJECTED = ("s", "m", "d")
_ASSIGNED = re.compile(r'SET "(\w+)"=\?')
_REMOVED = re.compile(r'REMOVE "?(\w+)')
_INSERTED = re.compile(r"'(\w+)': \?")


class MeteredTransport(Transport):
    """Asks each call what it consumed. `requests` by operation, `units` written by TABLE, INDEX, TIMELINE and ADS.

    DynamoDB Local doesn't tell them for PartiQL: a BatchExecuteStatement's updates are made as UpdateItem calls,
    and counted as one request. Of a transaction it tells what one session's two actions cost, however many there
    are. A write that lost its condition is told without units: it is taken to cost one.
    """

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint, "us-east-1", Credentials("test", "test"))
        self.requests: Counter[str] = Counter()
        self.units: defaultdict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def call(self, operation: str, request: dict[str, Any]) -> Any:
        with self._lock:
            self.requests[operation] += 1
        if operation == "BatchExecuteStatement":
            return {"Responses": [self._one(statement) for statement in request["Statements"]]}
        answer = super().call(operation, {**request, "ReturnConsumedCapacity": "INDEXES"})
        if operation != "BatchGetItem":
            part = TIMELINE if operation == "BatchWriteItem" else TABLE
            actions = request.get("TransactItems", ())
            times = sum("Put" in action for action in actions) if actions else 1
            self._count(answer.get("ConsumedCapacity") or (), part, times)
        return answer

    def each(self, operation: str, requests: Iterable[dict[str, Any]]) -> Iterator[Any | NoAnswer | ErrorAnswer]:
        """One after the other."""
        for request in requests:
            try:
                yield self.call(operation, request)
            except (NoAnswer, ErrorAnswer) as failure:
                yield failure

    def _one(self, statement: Statement) -> dict[str, Any]:
        inserts = statement["Statement"].startswith("INSERT")
        part = ADS if is_of_ads(statement) else TABLE
        operation, request = ("PutItem", _as_put(statement)) if inserts else ("UpdateItem", _as_update(statement))
        try:
            answer = super().call(operation, request | {"ReturnConsumedCapacity": "INDEXES"})
        except ErrorAnswer as error:
            with self._lock:
                self.units[part] += 1
            return {"Error": {"Code": _DUPLICATE if inserts else error.code.removesuffix("Exception")}}
        self._count((answer["ConsumedCapacity"],), part)
        return {}

    def _count(self, consumed: Mapping[str, Any] | Iterable[Mapping[str, Any]], part: str, times: int = 1) -> None:
        with self._lock:
            for told in (consumed,) if isinstance(consumed, Mapping) else consumed:
                self.units[part] += times * _units_of(told.get("Table"))
                for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
                    for index in (told.get(kind) or {}).values():
                        self.units[INDEX] += times * _units_of(index)


def is_of_ads(statement: Statement) -> bool:
    """Whether it writes an item of ad views."""
    return any(value.get("S", "").startswith(ADS_PREFIX) for value in statement["Parameters"])


def _as_put(statement: Statement) -> dict[str, Any]:
    return {
        "TableName": statement["Statement"].split('"')[1],
        "Item": dict(zip(_INSERTED.findall(statement["Statement"]), statement["Parameters"], strict=True)),
        "ConditionExpression": "attribute_not_exists(viewer_id)",
    }


def _as_update(statement: Statement) -> dict[str, Any]:
    """The UpdateItem call that does what a statement of statements.update_statement does, or one of ad_writer
    that adds tokens."""
    text = statement["Statement"]
    if is_of_ads(statement):
        tokens, ttl, viewer, sk = statement["Parameters"]
        return {
            "TableName": text.split('"')[1],
            "Key": {"viewer_id": viewer, "sk": sk},
            "UpdateExpression": "ADD x :tokens SET #ttl = :ttl",
            "ConditionExpression": "size(x) < :most AND attribute_not_exists(e)",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {":tokens": tokens, ":ttl": ttl, ":most": {"N": str(MOST_TOKENS)}},
        }
    *values, viewer, sk, version = statement["Parameters"]
    names = _ASSIGNED.findall(text)
    removed = _REMOVED.findall(text)
    sets = ", ".join(f"#{name} = :{name}" for name in names)
    return {
        "TableName": text.split('"')[1],
        "Key": {"viewer_id": viewer, "sk": sk},
        "UpdateExpression": f"SET {sets}" + (f" REMOVE {', '.join(removed)}" if removed else ""),
        "ConditionExpression": "#v = :read",
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
        "ExpressionAttributeValues": {
            ":read": version,
            **{f":{name}": value for name, value in zip(names, values, strict=True)},
        },
    }


def after_statement_of_ads(
    statement: Statement, items: Mapping[tuple[str, str], Item]
) -> tuple[tuple[str, str], Item | str]:
    """The key and the item that a statement of ad_writer leaves, or the code of its refusal."""
    text, parameters = statement["Statement"], [*statement["Parameters"]]
    if text.startswith("INSERT"):
        item = dict(zip(_INSERTED.findall(text), parameters, strict=True))
        return _place(item), _DUPLICATE if _place(item) in items else item
    changes, condition = text.split(" WHERE ")
    names = _ASSIGNED.findall(changes)
    adds = "set_add" in changes
    if adds:
        names = ["x", *names]
    values, (viewer, sk, *rest) = parameters[: len(names)], parameters[len(names) :]
    at = viewer["S"], sk["S"]
    old = items.get(at)
    if old is None:
        return at, _LOST
    erased = int(old["e"]["N"]) if "e" in old else None
    expected = int(rest[0]["N"]) if condition.endswith("e = ?") else None
    if erased != expected or (adds and len(old["x"]["SS"]) >= MOST_TOKENS):
        return at, _LOST
    new = {name: value for name, value in old.items() if name not in _REMOVED.findall(changes)}
    new |= dict(zip(names, values, strict=True))
    if adds:
        new["x"] = {"SS": sorted({*old["x"]["SS"], *values[0]["SS"]})}
    return at, new


def _units_of(told: Mapping[str, float] | None) -> float:
    return 0.0 if told is None else told.get("WriteCapacityUnits", told.get("CapacityUnits", 0.0))


class ModelledCalls(OneByOne, Calls):
    """A store in memory that counts write units by DynamoDB's rules: a unit for each begun kilobyte of the larger
    of the old and the new item, the same for each index item put, changed or removed (two where its key moves),
    and for a write that lost its condition what it would have cost.
    """

    def __init__(self) -> None:
        # A stage whose old tombstones are rewritten, as each is from its first hours on.
        about_tombstones = state_item("secret", 0, is_done=True)
        self.items: dict[tuple[str, str], Item] = {_place(about_tombstones): about_tombstones}
        self.units: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.lost = 0

    def read(self, keys: Sequence[Item]) -> list[Item]:
        self.requests["BatchGetItem"] += 1
        return [self.items[at] for at in map(_place, keys) if at in self.items]

    def execute(self, statements: Sequence[Statement]) -> list[str | None]:
        self.requests["BatchExecuteStatement"] += 1
        return [
            self._add_of_ads(each) if is_of_ads(each) else self._of_session(each["Statement"], each["Parameters"])
            for each in statements
        ]

    def _of_session(self, statement: str, parameters: Sequence[Mapping[str, Any]]) -> str | None:
        if not statement.startswith("INSERT"):
            return self._update(statement, parameters)
        item: Item = dict(zip(_INSERTED.findall(statement), map(dict, parameters), strict=True))
        if (taken := self.items.get(_place(item))) is not None:
            self.lost += 1
            self.units[TABLE] += units_of_size(item_size(taken))
            return _DUPLICATE
        self._write(_place(item), {}, item)
        return None

    def _add_of_ads(self, statement: Statement) -> str | None:
        at, after = after_statement_of_ads(statement, self.items)
        old = self.items.get(at, {})
        if isinstance(after, str):
            self.lost += 1
            self.units[ADS] += units_of_size(item_size(old))
            return after
        self._write_ads(at, old, after)
        return None

    def _write_ads(self, at: tuple[str, str], old: Item, new: Item) -> None:
        self.units[ADS] += units_of_size(max(item_size(old), item_size(new)))
        self.items[at] = new

    def _update(self, statement: str, parameters: Sequence[Mapping[str, Any]]) -> str | None:
        *values, viewer, sk, version = parameters
        at = (viewer["S"], sk["S"])
        old = self.items.get(at)
        if old is None or old["v"] != version:
            self.lost += 1
            self.units[TABLE] += units_of_size(item_size(old or {}))
            return _LOST
        removed = _REMOVED.findall(statement)
        new: Item = {name: value for name, value in old.items() if name not in removed}
        new |= dict(zip(_ASSIGNED.findall(statement), map(dict, values), strict=True))
        self._write(at, old, new)
        return None

    def put(self, items: Sequence[Item]) -> list[Item]:
        self.requests["BatchWriteItem"] += 1
        for item in items:
            if not item["sk"]["S"].startswith(EVENT_PREFIX):
                raise AssertionError("only timeline rows are put")
            self.units[TIMELINE] += units_of_size(item_size(item))
        return []

    def _write(self, at: tuple[str, str], old: Item, new: Item) -> None:
        self.units[TABLE] += units_of_size(max(item_size(old), item_size(new)))
        self.units[INDEX] += index_units(old, new)
        self.items[at] = new


def _place(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["viewer_id"]["S"], item["sk"]["S"]


def item_size(item: Item) -> int:
    """Bytes of an item as DynamoDB counts them: names, values in UTF-8, numbers at two digits a byte, plus one."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "SS":
        return sum(len(each.encode()) for each in content)
    if kind == "N":
        return math.ceil(len(content.lstrip("-").replace(".", "").strip("0")) / 2) + 1
    return len(content.encode()) if isinstance(content, str) else len(content)


def units_of_size(size: int) -> int:
    return max(1, math.ceil(size / _UNIT_BYTES))


def index_units(old: Item, new: Item) -> int:
    """Units of both indexes for a change of a session's item."""
    return _live_units(old, new) + _recent_units(old, new)


def _recent_units(old: Item, new: Item) -> int:
    """The local index has keys alone: put once, moved when the hour changes."""
    if old.get("h") == new.get("h"):
        return 0
    return 2 if "h" in old and "h" in new else 1


def _live_units(old: Item, new: Item) -> int:
    was, now = ({name: item[name] for name in _INDEX_KEYS if name in item} for item in (old, new))
    if not was and not now:
        return 0
    shown = ({name: item.get(name) for name in (*_INDEX_KEYS, *_PROJECTED)} for item in (old, new))
    if next(shown) == next(shown):
        return 0
    return 2 if was and now and was != now else 1
