"""What live reads answered within the last second, so that many open pages cost a function instance one
read.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """A value that tells about how many bytes keeping it takes."""

    @property
    def size(self) -> int: ...


Value = TypeVar("Value", bound=Sized)


class BriefCache(Generic[Value]):
    """Keeps values `keep_ms`, at most `most` of them and `most_bytes` in all (the oldest go first). Time comes
    from the caller."""

    def __init__(self, keep_ms: int = 1000, most: int = 256, most_bytes: int = 16 * 1024 * 1024) -> None:
        self._keep_ms = keep_ms
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._values: OrderedDict[Hashable, tuple[int, Value]] = OrderedDict()

    def get(self, key: Hashable, now_ms: int, make: Callable[[], Value]) -> Value:
        """The kept value of `key`, or what `make` gives, kept from now on."""
        kept = self._values.get(key)
        if kept is not None and 0 <= now_ms - kept[0] < self._keep_ms:
            return kept[1]
        value = make()
        if kept is not None:
            del self._values[key]
            self._bytes -= kept[1].size
        self._values[key] = (now_ms, value)
        self._bytes += value.size
        while self._values and (len(self._values) > self._most or self._bytes > self._most_bytes):
            _, (_, oldest) = self._values.popitem(last=False)
            self._bytes -= oldest.size
        return value
