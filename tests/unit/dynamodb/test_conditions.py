"""Whether a conditional write was made, as both clients tell it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from live_viewers.dynamodb.conditions import if_allowed, reasons_of
from live_viewers.dynamodb.transport import ErrorAnswer

REFUSED = "ConditionalCheckFailedException"
CANCELLED = "TransactionCanceledException"


def of_both(code: str, **answer: Any) -> list[Exception]:
    return [ErrorAnswer(code, 400, answer), ClientError({"Error": {"Code": code}, **answer}, "PutItem")]  # type: ignore[typeddict-item]


def failing(error: Exception) -> Any:
    def write(**_: Any) -> None:
        raise error

    return write


@pytest.mark.parametrize(
    "error",
    [
        *of_both(REFUSED),
        *of_both(CANCELLED, CancellationReasons=[{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]),
    ],
    ids=repr,
)
def test_a_condition_that_doesn_t_hold_is_no_fault(error: Exception) -> None:
    assert if_allowed(failing(error), Key={}) is None


@pytest.mark.parametrize(
    "error",
    [
        *of_both("ValidationException"),
        *of_both(CANCELLED, CancellationReasons=[{"Code": "TransactionConflict"}, {"Code": "None"}]),
        *of_both(CANCELLED),
        RuntimeError("away"),
    ],
    ids=repr,
)
def test_anything_else_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)):
        if_allowed(failing(error), Key={})


@pytest.mark.parametrize("error", of_both(CANCELLED, CancellationReasons=[{"Code": "None"}, {"Code": "Why"}]))
def test_a_cancelled_transaction_tells_why_for_each_action(error: Exception) -> None:
    assert reasons_of(error) == ["None", "Why"]


@pytest.mark.parametrize("error", [*of_both(REFUSED), *of_both(CANCELLED), RuntimeError("away")], ids=repr)
def test_other_failures_have_no_reasons(error: Exception) -> None:
    assert reasons_of(error) == []


def test_a_write_that_was_made_has_its_answer() -> None:
    assert if_allowed(lambda **asked: asked, Key=1) == {"Key": 1}
