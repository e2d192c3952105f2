"""How often and how long the hot path tries again, and when it stops."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from live_viewers.intake.store import OutOfTime

# A call may take its connect and read time-outs (transport): none is begun with less time left.
TIME_FOR_A_CALL_MS = 6_000
ROUNDS = 9
FIRST_WAIT_S = 0.025
LONGEST_WAIT_S = 2.0

Entry = TypeVar("Entry")


class Patience:
    """`time_left_ms` is what the invocation still has."""

    def __init__(self, time_left_ms: Callable[[], int]) -> None:
        self._time_left_ms = time_left_ms

    def check(self) -> None:
        """Raises OutOfTime when no call should be begun."""
        if self._time_left_ms() < TIME_FOR_A_CALL_MS:
            raise OutOfTime("stopped before the deadline")

    def groups(self, entries: Iterable[Entry], most: int) -> Iterator[list[Entry]]:
        """So many entries at a time, for a call each. Raises OutOfTime."""
        rest = iter(entries)
        while group := list(islice(rest, most)):
            self.check()
            yield group

    def rounds(self, should_wait: Callable[[], bool]) -> Iterator[int]:
        """Numbers of tries, for as long as it makes sense to try; between them a growing wait where one helps.

        Who only lost a race goes on at once, but not for ever.
        """
        for number in range(ROUNDS):
            yield number
            if number + 1 < ROUNDS and (should_wait() or number > 1):
                time.sleep(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**number) * random.uniform(0.5, 1))  # noqa: S311
