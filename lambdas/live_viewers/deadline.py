"""How long an invocation may still run."""

from collections.abc import Callable
from typing import Any

_NO_DEADLINE_MS = 900_000


def time_left_ms(context: Any) -> Callable[[], int]:
    """The clock of the invocation's deadline, of Lambda's context; outside Lambda there is none."""
    left: Callable[[], int] = getattr(context, "get_remaining_time_in_millis", lambda: _NO_DEADLINE_MS)
    return left
