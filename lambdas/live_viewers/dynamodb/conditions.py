"""Writes under a condition, with a DirectClient: whether they were made."""

from collections.abc import Callable
from typing import Any

from live_viewers.dynamodb.transport import CONDITION_FAILED, ErrorAnswer

_CANCELLED = "TransactionCanceledException"
_REASON = "ConditionalCheckFailed"


def if_allowed(write: Callable[..., Any], **request: Any) -> Any | None:
    """The answer of a write, of a transaction too; None where its condition doesn't hold and nothing was
    written."""
    try:
        return write(**request)
    except ErrorAnswer as error:
        if error.code != CONDITION_FAILED and _REASON not in reasons_of(error):
            raise
    return None


def reasons_of(error: ErrorAnswer) -> list[str]:
    """Of a transaction that was cancelled why, for each of its actions ("None" where not for that one); of another
    failure nothing."""
    if error.code != _CANCELLED:
        return []
    return [str(each.get("Code")) for each in error.answer.get("CancellationReasons") or ()]
