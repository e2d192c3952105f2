"""What the slices of a batch write beside their sessions, gathered so that calls are full."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.intake.store import StoreUnavailable

Entry = TypeVar("Entry")


class FullCalls(Generic[Entry]):
    """Entries of all slices of one batch, in calls of `most`: whichever slice fills one makes it.

    `call` tries some entries and returns those that are left to do, which are tried again in `finish`.
    `should_wait`: whether trying again at once makes no sense. `what` names the entries.
    """

    def __init__(
        self,
        most: int,
        call: Callable[[list[Entry]], Sequence[Entry]],
        patience: Patience,
        what: str,
        should_wait: Callable[[], bool] = lambda: True,
    ) -> None:
        self._most = most
        self._call = call
        self._patience = patience
        self._what = what
        self._should_wait = should_wait
        self._lock = threading.Lock()
        self._waiting: list[Entry] = []  # for others that fill a call
        self._undone: dict[int, tuple[int, Entry]] = {}  # the slice and the entry, by the entry's identity

    @property
    def unfinished(self) -> set[int]:
        """The slices of which something is left to do."""
        return {slice_number for slice_number, _ in self._undone.values()}

    def add(self, slice_number: int, entries: Sequence[Entry]) -> None:
        """Make the calls that these entries fill. Raises whatever `call` raises."""
        with self._lock:
            for entry in entries:
                self._undone[id(entry)] = slice_number, entry
            self._waiting += entries
            full = len(self._waiting) // self._most * self._most
            taken, self._waiting = self._waiting[:full], self._waiting[full:]
        self._make(taken)

    def finish(self) -> None:
        """Make the calls that are left, once nothing is added. Raises StoreUnavailable when something could not be
        done, and whatever `call` raises."""
        if not self._undone:
            return
        for _ in self._patience.rounds(self._should_wait):
            self._make([entry for _, entry in self._undone.values()])
            if not self._undone:
                return
        raise StoreUnavailable(f"{len(self._undone)} {self._what} could not be written")

    def _make(self, entries: Sequence[Entry]) -> None:
        for at in range(0, len(entries), self._most):
            self._patience.check()
            tried = list(entries[at : at + self._most])
            left = set(map(id, self._call(tried)))
            with self._lock:
                for entry in tried:
                    if id(entry) not in left:
                        del self._undone[id(entry)]
