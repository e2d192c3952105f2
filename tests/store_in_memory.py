"""The calls of the hot path on a table in memory: conditions on versions hold as DynamoDB's do."""

import re
from collections.abc import Sequence
from typing import Any

from bench.capacity import after_statement_of_ads, is_of_ads
from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.writing.calls import Action, Cancelled, Statement
from tests.calls_one_by_one import OneByOne

_LOST = "ConditionalCheckFailed"
_DUPLICATE = "DuplicateItem"


class CallsInMemory(OneByOne):
    """See writing.calls.Calls."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}

    def read(self, keys: Sequence[Item]) -> list[Item]:
        return [dict(self.items[_at(key)]) for key in keys if _at(key) in self.items]

    def execute(self, statements: Sequence[Statement]) -> list[str | None]:
        assert statements, "DynamoDB refuses a call without statements"
        return [self._add_of_ads(each) if is_of_ads(each) else self._of_session(each) for each in statements]

    def _of_session(self, statement: Statement) -> str | None:
        text, parameters = statement["Statement"], statement["Parameters"]
        if text.startswith("INSERT"):
            item = dict(zip(re.findall(r"'(\w+)': \?", text), parameters, strict=True))
            if _at(item) in self.items:
                return _DUPLICATE
            self.items[_at(item)] = item
            return None
        if text.startswith("DELETE"):
            viewer_id, sk, version = parameters
            if self.items.get((viewer_id["S"], sk["S"]), {}).get("v") != version:
                return _LOST
            del self.items[viewer_id["S"], sk["S"]]
            return None
        return self._update(statement)

    def _add_of_ads(self, statement: Statement) -> str | None:
        at, after = after_statement_of_ads(statement, self.items)
        if isinstance(after, str):
            return after
        self.items[at] = after
        return None

    def _update(self, statement: Statement) -> str | None:
        changes, _, _ = statement["Statement"].partition(" WHERE ")
        names = [part.split("=")[0].strip('" ') for part in changes.split(" SET ")[1:]]
        *values, viewer_id, sk, version = statement["Parameters"]
        at = viewer_id["S"], sk["S"]
        if self.items.get(at, {}).get("v") != version:
            return _LOST
        removed = {"lp", "lk"} if " REMOVE " in changes else set()
        kept = {name: value for name, value in self.items[at].items() if name not in removed}
        self.items[at] = kept | dict(zip(names, values, strict=True))
        return None

    def transact(self, actions: Sequence[Action]) -> None:
        reasons = [self._refusal(action) for action in actions]
        if any(reasons):
            raise Cancelled(reasons)
        self.items |= {_at(put["Item"]): put["Item"] for action in actions if (put := action.get("Put"))}

    def _refusal(self, action: Action) -> str | None:
        """All conditions that there are here ask that the item isn't there, or that its `k` is smaller."""
        known = self.items.get(_at(action["Put"]["Item"]))
        if known is None:
            return None
        values = action["Put"].get("ExpressionAttributeValues", {})
        return None if ":k" in values and known["k"]["B"] < values[":k"]["B"] else _LOST

    def put(self, items: Sequence[Item]) -> list[Item]:
        self.items |= {_at(item): item for item in items}
        return []


def _at(key: dict[str, Any]) -> tuple[str, str]:
    return key["viewer_id"]["S"], key["sk"]["S"]
