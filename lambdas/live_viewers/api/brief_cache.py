"""What live reads answered within the last second, so that many open pages cost a function instance one
read.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BriefCache(Generic[Value]):
    """Keeps values `keep_ms`, at most `most` of them (the oldest go first). Time comes from the caller."""

    def __init__(self, keep_ms: int = 1000, most: int = 256) -> None:
        self._keep_ms = keep_ms
        self._most = most
        self._values: OrderedDict[Hashable, tuple[int, Value]] = OrderedDict()

    def get(self, key: Hashable, now_ms: int, make: Callable[[], Value]) -> Value:
        """The kept value of `key`, or what `make` gives, kept from now on."""
        kept = self._values.get(key)
        if kept is not None and 0 <= now_ms - kept[0] < self._keep_ms:
            return kept[1]
        value = make()
        self._values.pop(key, None)
        self._values[key] = (now_ms, value)
        while len(self._values) > self._most:
            self._values.popitem(last=False)
        return value
