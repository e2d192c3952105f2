"""What happened to a batch: an invocation and how it ended, or giving up."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kafka_event_source.record import Record


class Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    PARTLY = "items failed"
    FUNCTION_ERROR = "function error"
    THROTTLED = "throttled"
    UNAVAILABLE = "unreachable"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that happened to `records`, for whoever watches; `took_ms` is the call's time."""

    outcome: Outcome
    records: Sequence[Record]
    detail: str
    took_ms: int
    payload_bytes: int
