"""Caches for functions of a text that comes from outside: bounded in number, and a long text is never kept."""

from collections.abc import Callable
from typing import Any, TypeVar

Key = TypeVar("Key")
Result = TypeVar("Result")

MOST_TEXTS = 4096
LONGEST_TEXT = 256
"""Characters. So a cache keeps some 5 MB at the most, whatever is sent."""
MOST_IDS = 20_000
LONGEST_ID = 64
"""The same for ids of viewers and sessions, of which there are as many as watch: UUIDs have 36 characters."""


class Memo(dict[Key, Result]):
    """What a function comes to, by what it is given: `memo[key]` computes what isn't there.

    Keeps at most `most` (when full all go, which costs less than to know the oldest) and no key longer than
    `longest`, its texts and bytes together. A dict, for a look-up in one takes a third of a call's time.
    """

    def __init__(
        self, function: Callable[[Key], Result], most: int = MOST_TEXTS, longest: int = LONGEST_TEXT
    ) -> None:
        super().__init__()
        self._function = function
        self._most = most
        self._longest = longest

    def __missing__(self, key: Key) -> Result:
        result = self._function(key)
        if _size(key) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[key] = result
        return result


def _size(key: Any) -> int:
    if isinstance(key, tuple):
        return sum(map(_size, key))
    return len(key) if isinstance(key, str | bytes) else 0


def cache_short_texts(function: Callable[[str], Result]) -> Callable[[str], Result]:
    """Keep the results for the last MOST_TEXTS texts of at most LONGEST_TEXT characters."""
    return Memo(function).__getitem__
