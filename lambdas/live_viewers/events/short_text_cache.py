"""A cache for functions of a text that comes from outside: a long one is computed anew, never kept."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

Result = TypeVar("Result")

MOST_TEXTS = 4096
LONGEST_TEXT = 256
"""Characters. So a cache keeps some 5 MB at the most, whatever is sent."""


def cache_short_texts(function: Callable[[str], Result]) -> Callable[[str], Result]:
    """Keep the results for the last MOST_TEXTS texts of at most LONGEST_TEXT characters."""
    cached = lru_cache(maxsize=MOST_TEXTS)(function)

    @wraps(function)
    def call(text: str) -> Result:
        return cached(text) if len(text) <= LONGEST_TEXT else function(text)

    return call
