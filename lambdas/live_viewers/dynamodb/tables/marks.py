"""Marks: how far an item that counts changes has counted those of a stream shard, so that each counts once."""

from collections.abc import Callable
from typing import Any

from live_viewers.dynamodb.transport import CONDITION_FAILED, ErrorAnswer, with_bytes

_SEQUENCE_BYTES = 17  # of up to 40 digits


def mark_of(sequence: int) -> bytes:
    """A sequence number as bytes, in their order: it is beyond DynamoDB's numbers."""
    return sequence.to_bytes(_SEQUENCE_BYTES, "big")


def sequence_of(mark: bytes) -> int:
    """The inverse of `mark_of`."""
    return int.from_bytes(mark, "big")


def count_below_mark(update_item: Callable[..., Any], mark: str, **update: Any) -> int | None:
    """Make an update whose condition is that the item's attribute `mark` is below its first change. None when it
    was made, else the sequence number that stands there, and nothing was counted. `update_item` is a
    DirectClient's; `update` asks for the item on failure (ReturnValuesOnConditionCheckFailure)."""
    try:
        update_item(**update)
    except ErrorAnswer as refused:
        if refused.code != CONDITION_FAILED:
            raise
        return sequence_of(with_bytes(refused.answer["Item"])[mark]["B"])
    return None
