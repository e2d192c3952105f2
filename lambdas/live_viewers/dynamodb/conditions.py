"""Writes under a condition, with a client of botocore or a DirectClient: whether they were made."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from live_viewers.dynamodb.transport import CONDITION_FAILED, ErrorAnswer

_CANCELLED = "TransactionCanceledException"
_REASON = "ConditionalCheckFailed"


def if_allowed(write: Callable[..., Any], **request: Any) -> Any | None:
    """The answer of a write, of a transaction too; None where its condition doesn't hold and nothing was
    written."""
    try:
        return write(**request)
    except ErrorAnswer as error:
        if not _is_refusal(error.code, error.answer):
            raise
    except ClientError as error:
        if not _is_refusal(error.response["Error"]["Code"], error.response):
            raise
    return None


def _is_refusal(code: str, answer: Any) -> bool:
    if code != _CANCELLED:
        return code == CONDITION_FAILED
    reasons = [each.get("Code") for each in answer.get("CancellationReasons") or ()]
    return _REASON in reasons
