"""DynamoDB's batch calls as the hot path makes them: raw items, short patience, three kinds of failure."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NoReturn, TypeVar

from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.passing import is_final, passes
from live_viewers.dynamodb.statements import Statement as Statement
from live_viewers.dynamodb.transport import ErrorAnswer, NoAnswer, Transport, with_bytes

_LOST = "ConditionalCheckFailed"

Action = dict[str, Any]
Entry = TypeVar("Entry")
Group = TypeVar("Group")
Answer = TypeVar("Answer")


class Passing(Exception):
    """Throttled, contended or away: worth another try after a while."""


class Invalid(Exception):
    """The store can never take what was asked. Of a call with several items it doesn't say which."""


class Cancelled(Exception):
    """A transaction that did nothing; `reasons` has a code for each action, `None` where it was none's fault."""

    def __init__(self, reasons: Sequence[str | None]) -> None:
        super().__init__("transaction cancelled")
        self.reasons = reasons


Answers = Iterator[tuple[Group, Answer | Passing | Invalid]]
"""Groups, each with the answer to its call, or with what the call failed of."""


class Calls:
    """The calls on one table. Each raises Passing, Invalid, or ErrorAnswer for all else (access denied).

    `read_each`, `execute_each`, `put_each` and `transact_each` make a call of each of many groups, many on their
    way together: one thread does it all, since threads that wait for each other take a third of a batch's CPU. A
    group is taken, and made a request of, just before it is sent, so that this happens while others are on their
    way. The answers come in the groups' order, with Passing or Invalid as what a call came to. What `groups`
    raises is raised after the answers to what was sent by then.
    """

    def __init__(self, transport: Transport, table: str) -> None:
        self._transport = transport
        self._table = table

    def read(self, keys: Sequence[Item]) -> list[Item]:
        """Items of at most KEYS_A_READ distinct keys, those that exist, in any order. Consistent."""
        return self._items(self._call("BatchGetItem", self._reading(keys)))

    def transact(self, actions: Sequence[Action]) -> None:
        """All of at most ACTIONS_A_TRANSACTION actions, or none: then raises Cancelled."""
        self._call("TransactWriteItems", {"TransactItems": actions})

    def transact_each(
        self, groups: Iterable[Group], actions_of: Callable[[Group], Sequence[Action]]
    ) -> Answers[Group, Sequence[str | None] | None]:
        """Of each group's transaction that did nothing the reasons (see Cancelled); None of one that was done."""
        return self._each(
            "TransactWriteItems", groups, lambda group: {"TransactItems": actions_of(group)}, _reasons
        )

    def read_each(
        self, groups: Iterable[Group], keys_of: Callable[[Group], Sequence[Item]]
    ) -> Answers[Group, list[Item]]:
        """What `read` gives of each group's keys."""
        return self._each("BatchGetItem", groups, lambda group: self._reading(keys_of(group)), self._items)

    def execute_each(
        self, groups: Iterable[Group], statements_of: Callable[[Group], Sequence[Statement]]
    ) -> Answers[Group, list[str | None]]:
        """What comes of each of a group's statements (at most STATEMENTS_A_CALL): None, or its error's code."""
        return self._each(
            "BatchExecuteStatement", groups, lambda group: {"Statements": statements_of(group)}, _outcomes
        )

    def put_each(
        self, groups: Iterable[Group], items_of: Callable[[Group], Sequence[Item]]
    ) -> Answers[Group, list[Item]]:
        """Put each group's items, at most PUTS_A_CALL with distinct keys; those that are left to put again."""

        def left(answer: Any) -> list[Item]:
            requests = (answer.get("UnprocessedItems") or {}).get(self._table, [])
            return [request["PutRequest"]["Item"] for request in requests]

        def putting(group: Group) -> dict[str, Any]:
            return {"RequestItems": {self._table: [{"PutRequest": {"Item": item}} for item in items_of(group)]}}

        return self._each("BatchWriteItem", groups, putting, left)

    def _each(
        self,
        operation: str,
        groups: Iterable[Group],
        request_of: Callable[[Group], dict[str, Any]],
        read: Callable[[Any], Answer],
    ) -> Answers[Group, Answer]:
        asked: deque[Group] = deque()
        stopped: list[Exception] = []

        def requests() -> Iterator[dict[str, Any]]:
            try:
                for group in groups:
                    asked.append(group)
                    yield request_of(group)
            except Exception as failure:
                stopped.append(failure)

        for answer in self._transport.each(operation, requests()):
            outcome: Answer | Passing | Invalid
            try:
                if isinstance(answer, NoAnswer | ErrorAnswer):
                    _raise_kind(answer)
                outcome = read(answer)
            except (Passing, Invalid) as failure:
                outcome = failure
            except Cancelled as cancelled:
                outcome = read(cancelled)
            yield asked.popleft(), outcome
        if stopped:
            raise stopped.pop()

    def _call(self, operation: str, request: dict[str, Any]) -> Any:
        try:
            return self._transport.call(operation, request)
        except (NoAnswer, ErrorAnswer) as failure:
            _raise_kind(failure)

    def _reading(self, keys: Sequence[Item]) -> dict[str, Any]:
        return {"RequestItems": {self._table: {"Keys": keys, "ConsistentRead": True}}}

    def _items(self, answer: Any) -> list[Item]:
        """The items of an answer, and those of the keys that it left."""
        items = [with_bytes(item) for item in answer["Responses"].get(self._table, [])]
        left = answer.get("UnprocessedKeys")
        if not left:
            return items
        if not items:
            raise Passing("read throttled")
        return items + self.read(left[self._table]["Keys"])


def narrowed(
    call_each: Callable[[Iterable[list[Entry]]], Answers[list[Entry], Answer]], groups: Iterable[list[Entry]]
) -> Answers[list[Entry], Answer]:
    """The answers to calls; where the store can't ever take one, it is halved until the entry that is the cause
    stands alone. So Invalid comes with groups of one."""
    for group, outcome in call_each(groups):
        if isinstance(outcome, Invalid) and len(group) > 1:
            half = len(group) // 2
            yield from narrowed(call_each, (group[:half], group[half:]))
        else:
            yield group, outcome


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


def _reasons(answer: Any) -> Sequence[str | None] | None:
    return answer.reasons if isinstance(answer, Cancelled) else None


def _outcomes(answer: Any) -> list[str | None]:
    return [outcome["Error"]["Code"] if "Error" in outcome else None for outcome in answer["Responses"]]


def _raise_kind(failure: NoAnswer | ErrorAnswer) -> NoReturn:
    if isinstance(failure, NoAnswer):
        raise Passing(str(failure)) from failure
    if failure.code == "TransactionCanceledException":
        codes = (reason.get("Code") for reason in failure.answer.get("CancellationReasons", []))
        raise Cancelled([None if code == "None" else code for code in codes]) from failure
    if is_final(failure.code):
        raise Invalid(failure.message[:200]) from failure
    if passes(failure.code) or failure.status >= 500:
        raise Passing(failure.code) from failure
    raise failure
