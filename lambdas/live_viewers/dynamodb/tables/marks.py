"""Marks: how far an item that counts changes has counted those of a stream shard, so that each counts once."""

from typing import Any

from live_viewers.dynamodb.transport import CONDITION_FAILED, ErrorAnswer, with_bytes

_SEQUENCE_BYTES = 17  # of up to 40 digits


def mark_of(sequence: int) -> bytes:
    """A sequence number as bytes, in their order: it is beyond DynamoDB's numbers."""
    return sequence.to_bytes(_SEQUENCE_BYTES, "big")


def sequence_of(mark: bytes) -> int:
    """The inverse of `mark_of`."""
    return int.from_bytes(mark, "big")


def mark_found(answer: Any, mark: str) -> int | None:
    """What came of an update whose condition is that the item's attribute `mark` is below its first change, and
    that asks for the item on failure (ReturnValuesOnConditionCheckFailure). None when it was made, else the
    sequence number that stands there, and nothing was counted. Raises any other failure."""
    if not isinstance(answer, Exception):
        return None
    if not isinstance(answer, ErrorAnswer) or answer.code != CONDITION_FAILED:
        raise answer
    return sequence_of(with_bytes(answer.answer["Item"])[mark]["B"])
