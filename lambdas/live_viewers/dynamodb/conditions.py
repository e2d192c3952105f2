"""Writes under a condition, with a client of botocore or a DirectClient: whether they were made."""

from collections.abc import Callable
from typing import Any

from live_viewers.dynamodb.transport import CONDITION_FAILED, ErrorAnswer, code_of

_CANCELLED = "TransactionCanceledException"
_REASON = "ConditionalCheckFailed"


def if_allowed(write: Callable[..., Any], **request: Any) -> Any | None:
    """The answer of a write, of a transaction too; None where its condition doesn't hold and nothing was
    written."""
    try:
        return write(**request)
    except Exception as error:
        if code_of(error) != CONDITION_FAILED and _REASON not in reasons_of(error):
            raise
    return None


def reasons_of(error: Exception) -> list[str]:
    """Of a transaction that was cancelled why, for each of its actions ("None" where not for that one); of another
    failure nothing."""
    code, answer = _code_and_answer(error)
    if code != _CANCELLED:
        return []
    return [str(each.get("Code")) for each in answer.get("CancellationReasons") or ()]


def _code_and_answer(error: Exception) -> tuple[str, Any]:
    """Of an ErrorAnswer, or of botocore's ClientError, known by what it has: a function that calls without
    botocore isn't to import 10 MB of it for a name."""
    if isinstance(error, ErrorAnswer):
        return error.code, error.answer
    answer = getattr(error, "response", None)
    return (answer["Error"]["Code"], answer) if isinstance(answer, dict) and "Error" in answer else ("", {})
