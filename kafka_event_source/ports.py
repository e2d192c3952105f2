"""What the core needs from outside: a function to invoke, a place for discarded batches, time."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Invocation:
    """Lambda's answer to one Invoke call; `function_error` is the X-Amz-Function-Error header or None."""

    status: int
    function_error: str | None
    payload: bytes
    request_id: str
    executed_version: str = "$LATEST"


class Throttled(Exception):
    """429: the function was not run. Tried again, never counted as an error of the function."""


class Unavailable(Exception):
    """No function ran, or none could be reached (5xx, connection refused, unknown function). Tried again."""


class Invoker(Protocol):
    """Invokes one function, synchronously."""

    @property
    def function_arn(self) -> str: ...

    def invoke(self, payload: bytes) -> Invocation:
        """Raises Throttled or Unavailable. A function that exceeds its timeout is an Invocation with an error."""


class Destination(Protocol):
    """Where discarded batches go (OnFailure)."""

    def send(self, failure: dict[str, object], payload: bytes) -> None:
        """Store one invocation record; `payload` is the whole event, which only S3 gets. Raises any error."""


class Clock(Protocol):
    def now_ms(self) -> int: ...

    def wait(self, seconds: float) -> bool:
        """Wait; True when stopping, at once or while waiting."""
