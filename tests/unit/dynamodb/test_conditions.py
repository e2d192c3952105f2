"""Whether a conditional write was made."""

from typing import Any

import pytest

from live_viewers.dynamodb.conditions import if_allowed, reasons_of
from live_viewers.dynamodb.transport import ErrorAnswer

REFUSED = "ConditionalCheckFailedException"
CANCELLED = "TransactionCanceledException"


def refusal(code: str, **answer: Any) -> ErrorAnswer:
    return ErrorAnswer(code, 400, answer)


def failing(error: Exception) -> Any:
    def write(**_: Any) -> None:
        raise error

    return write


@pytest.mark.parametrize(
    "error",
    [
        refusal(REFUSED),
        refusal(CANCELLED, CancellationReasons=[{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]),
    ],
    ids=repr,
)
def test_a_condition_that_doesn_t_hold_is_no_fault(error: Exception) -> None:
    assert if_allowed(failing(error), Key={}) is None


@pytest.mark.parametrize(
    "error",
    [
        refusal("ValidationException"),
        refusal(CANCELLED, CancellationReasons=[{"Code": "TransactionConflict"}, {"Code": "None"}]),
        refusal(CANCELLED),
        RuntimeError("away"),
    ],
    ids=repr,
)
def test_anything_else_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)):
        if_allowed(failing(error), Key={})


def test_a_cancelled_transaction_tells_why_for_each_action() -> None:
    cancelled = refusal(CANCELLED, CancellationReasons=[{"Code": "None"}, {"Code": "Why"}])
    assert reasons_of(cancelled) == ["None", "Why"]


@pytest.mark.parametrize("error", [refusal(REFUSED), refusal(CANCELLED)], ids=repr)
def test_other_failures_have_no_reasons(error: ErrorAnswer) -> None:
    assert reasons_of(error) == []


def test_a_write_that_was_made_has_its_answer() -> None:
    assert if_allowed(lambda **asked: asked, Key=1) == {"Key": 1}
