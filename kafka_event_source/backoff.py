"""How long to wait before the next try: doubling, capped, with jitter."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Waits of `first_s`, twice that and so on up to `longest_s`, each shortened by up to a half at random.

    AWS doesn't document its own intervals; these only keep a failing function from being called in a busy loop.
    """

    first_s: float = 0.1
    longest_s: float = 30.0
    jitter: Callable[[], float] = random.random

    def wait_s(self, failures: int) -> float:
        """Seconds to wait after `failures` (1 or more) failures in a row."""
        whole = min(self.longest_s, self.first_s * 2.0 ** min(failures - 1, 30))
        return whole * (1 - self.jitter() / 2)
