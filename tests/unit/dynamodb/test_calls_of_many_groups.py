"""The calls of many groups: each group with its own answer, or with what its call failed of."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

import pytest

from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.transport import ErrorAnswer, NoAnswer, Transport
from live_viewers.dynamodb.writing.calls import Answers, Calls, Invalid, Passing, narrowed
from live_viewers.intake.store import OutOfTime

THROTTLED = ErrorAnswer("ThrottlingException", 400, {})
REFUSED = ErrorAnswer("ValidationException", 400, {"message": "no such key"})


class Service:
    """A transport whose calls `answer` answers, or fails."""

    def __init__(self, answer: Callable[[str, dict[str, Any]], Any]) -> None:
        self._answer = answer

    def call(self, operation: str, request: dict[str, Any]) -> Any:
        answer = self._answer(operation, request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def each(self, operation: str, requests: Iterable[dict[str, Any]]) -> Iterator[Any]:
        for request in requests:
            yield self._answer(operation, request)


class Together(Service):
    """Answers once it was asked all that it will be."""

    def each(self, operation: str, requests: Iterable[dict[str, Any]]) -> Iterator[Any]:
        return super().each(operation, list(requests))


def calls(answer: Callable[[str, dict[str, Any]], Any]) -> Calls:
    return Calls(cast(Transport, Service(answer)), "table")


def item(number: int) -> Item:
    return {"viewer_id": {"S": "v"}, "sk": {"S": str(number)}}


def items(group: Sequence[int]) -> list[Item]:
    return [item(number) for number in group]


def there(request: dict[str, Any]) -> dict[str, Any]:
    return {"Responses": {"table": request["RequestItems"]["table"]["Keys"]}}


def test_each_group_comes_with_its_answer() -> None:
    found = calls(lambda _, request: there(request)).read_each([[1, 2], [3]], items)
    assert list(found) == [([1, 2], items([1, 2])), ([3], items([3]))]


def test_keys_that_an_answer_left_are_read_again() -> None:
    asked: list[int] = []

    def answer(_: str, request: dict[str, Any]) -> Any:
        keys = request["RequestItems"]["table"]["Keys"]
        asked.append(len(keys))
        rest = {"table": {"Keys": keys[1:], "ConsistentRead": True}} if keys[1:] else {}
        return {"Responses": {"table": keys[:1]}, "UnprocessedKeys": rest}

    assert list(calls(answer).read_each([[1, 2, 3]], items)) == [([1, 2, 3], items([1, 2, 3]))]
    assert asked == [3, 2, 1]


def test_a_read_that_gives_nothing_is_throttled() -> None:
    left = {"table": {"Keys": items([1])}}
    ((group, outcome),) = calls(lambda *_: {"Responses": {}, "UnprocessedKeys": left}).read_each([[1]], items)
    assert group == [1]
    assert isinstance(outcome, Passing)


@pytest.mark.parametrize(
    ("failure", "kind"), [(THROTTLED, Passing), (NoAnswer("time-out"), Passing), (REFUSED, Invalid)]
)
def test_a_call_that_fails_takes_no_other_group_with_it(failure: Exception, kind: type[Exception]) -> None:
    def answer(_: str, request: dict[str, Any]) -> Any:
        puts = request["RequestItems"]["table"]
        return failure if puts[0]["PutRequest"]["Item"] == item(2) else {"UnprocessedItems": {"table": puts[1:]}}

    first, failed, last = calls(answer).put_each([[1, 4], [2], [3]], items)
    assert (first, last) == (([1, 4], [item(4)]), ([3], []))
    assert failed[0] == [2]
    assert type(failed[1]) is kind


def test_a_transaction_that_did_nothing_says_why() -> None:
    def answer(_: str, request: dict[str, Any]) -> Any:
        reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
        is_lost = len(request["TransactItems"]) > 1
        return (
            ErrorAnswer("TransactionCanceledException", 400, {"CancellationReasons": reasons}) if is_lost else {}
        )

    outcomes = list(calls(answer).transact_each([[1, 2], [3]], items))
    assert outcomes == [([1, 2], [None, "ConditionalCheckFailed"]), ([3], None)]


def test_what_was_sent_before_time_ran_out_is_answered() -> None:
    def groups() -> Iterator[list[int]]:
        yield [1]
        yield [2]
        raise OutOfTime

    transport = cast(Transport, Together(lambda _, request: there(request)))
    answers = Calls(transport, "table").read_each(groups(), items)
    assert [next(answers), next(answers)] == [([1], items([1])), ([2], items([2]))]
    with pytest.raises(OutOfTime):
        next(answers)


def test_what_no_call_will_ever_change_is_raised() -> None:
    denied = ErrorAnswer("AccessDeniedException", 400, {})
    with pytest.raises(ErrorAnswer):
        list(calls(lambda *_: denied).execute_each([[1]], lambda _: []))


@pytest.mark.parametrize("culprits", [(), (0,), (6,), (2, 3), tuple(range(7))])
def test_what_the_store_can_never_take_is_narrowed_down_to_its_entries(culprits: tuple[int, ...]) -> None:
    def call_each(groups: Iterable[list[int]]) -> Answers[list[int], str]:
        for group in groups:
            yield group, Invalid() if set(group) & set(culprits) else "taken"

    outcomes = list(narrowed(call_each, [[0, 1, 2, 3, 4], [5, 6]]))
    assert [entry for group, _ in outcomes for entry in group] == list(range(7))
    assert [group for group, outcome in outcomes if outcome != "taken"] == [[entry] for entry in culprits]
