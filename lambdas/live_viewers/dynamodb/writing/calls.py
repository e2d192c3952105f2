"""DynamoDB's batch calls as the hot path makes them: raw items, short patience, three kinds of failure."""

from collections.abc import Sequence
from typing import Any, NoReturn

from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.passing import is_final, passes
from live_viewers.dynamodb.statements import Statement as Statement
from live_viewers.dynamodb.transport import ErrorAnswer, NoAnswer, Transport, with_bytes

THREADS = 8

_LOST = "ConditionalCheckFailed"

Action = dict[str, Any]


class Passing(Exception):
    """Throttled, contended or away: worth another try after a while."""


class Invalid(Exception):
    """The store can never take what was asked. Of a call with several items it doesn't say which."""


class Cancelled(Exception):
    """A transaction that did nothing; `reasons` has a code for each action, `None` where it was none's fault."""

    def __init__(self, reasons: Sequence[str | None]) -> None:
        super().__init__("transaction cancelled")
        self.reasons = reasons


class Calls:
    """The calls on one table. Each raises Passing, Invalid, or ErrorAnswer for all else (access denied)."""

    def __init__(self, transport: Transport, table: str) -> None:
        self._transport = transport
        self._table = table

    def read(self, keys: Sequence[Item]) -> list[Item]:
        """Items of at most KEYS_A_READ distinct keys, those that exist, in any order. Consistent."""
        found: list[Item] = []
        wanted: dict[str, Any] = {self._table: {"Keys": list(keys), "ConsistentRead": True}}
        while wanted:
            answer = self._call("BatchGetItem", RequestItems=wanted)
            items = [with_bytes(item) for item in answer["Responses"].get(self._table, [])]
            found += items
            wanted = answer.get("UnprocessedKeys") or {}
            if wanted and not items:
                raise Passing("read throttled")
        return found

    def execute(self, statements: Sequence[Statement]) -> list[str | None]:
        """The outcome of each of at most STATEMENTS_A_CALL PartiQL statements: None, or the code of its error."""
        answer = self._call("BatchExecuteStatement", Statements=statements)
        return [outcome["Error"]["Code"] if "Error" in outcome else None for outcome in answer["Responses"]]

    def transact(self, actions: Sequence[Action]) -> None:
        """All of at most ACTIONS_A_TRANSACTION actions, or none: then raises Cancelled."""
        self._call("TransactWriteItems", TransactItems=actions)

    def put(self, items: Sequence[Item]) -> list[Item]:
        """Put at most PUTS_A_CALL items with distinct keys; those that are left to put again."""
        requests = [{"PutRequest": {"Item": item}} for item in items]
        answer = self._call("BatchWriteItem", RequestItems={self._table: requests})
        left = (answer.get("UnprocessedItems") or {}).get(self._table, [])
        return [request["PutRequest"]["Item"] for request in left]

    def _call(self, operation: str, **request: Any) -> Any:
        try:
            return self._transport.call(operation, request)
        except NoAnswer as none:
            raise Passing(str(none)) from none
        except ErrorAnswer as error:
            _raise_kind(error)


class StateByCalls:
    """See tombstones.StateStore."""

    def __init__(self, calls: Calls, table: str) -> None:
        self._calls = calls
        self._table = table

    def read(self, key: Item) -> Item | None:
        """See StateStore."""
        return next(iter(self._calls.read([key])), None)

    def insert(self, item: Item) -> None:
        """See StateStore."""
        put = {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(viewer_id)"}
        try:
            self._calls.transact([{"Put": put}])
        except Cancelled as cancelled:
            if list(cancelled.reasons) != [_LOST]:
                raise Passing("an insert was cancelled") from cancelled


def _raise_kind(error: ErrorAnswer) -> NoReturn:
    if error.code == "TransactionCanceledException":
        codes = (reason.get("Code") for reason in error.answer.get("CancellationReasons", []))
        raise Cancelled([None if code == "None" else code for code in codes]) from error
    if is_final(error.code):
        raise Invalid(error.message[:200]) from error
    if passes(error.code) or error.status >= 500:
        raise Passing(error.code) from error
    raise error
