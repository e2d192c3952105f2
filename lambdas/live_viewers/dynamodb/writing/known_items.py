"""What an instance remembers of the items that it wrote, from one invocation to the next."""

from itertools import islice
from typing import Generic, TypeVar

from live_viewers.dynamodb.writing.trust import Trust

Key = TypeVar("Key")
Kept = TypeVar("Kept")

_FORGOTTEN_AT_ONCE = 1 / 32


class KnownItems(Generic[Key, Kept]):
    """At most `most` of them, those put longest ago forgotten first. `take` gives one away: who changes it puts it
    back when the store has it too, so a failure can't leave behind what was never written."""

    def __init__(self, most: int) -> None:
        self.trust = Trust()
        self._most = most
        self._items: dict[Key, Kept] = {}

    def take(self, key: Key) -> Kept | None:
        """What is remembered of it, which is forgotten then."""
        return self._items.pop(key, None)

    def keep(self, key: Key, item: Kept) -> None:
        """Remember it as the newest."""
        self._items[key] = item
        if len(self._items) > self._most:
            # Some at once: a dict finds its first by looking at the places of all that were before it.
            for oldest in list(islice(self._items, int(self._most * _FORGOTTEN_AT_ONCE) or 1)):
                del self._items[oldest]

    def clear(self) -> None:
        """Forget all."""
        self._items.clear()
