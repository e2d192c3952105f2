"""Committing what was delivered: at most one request under way, always the newest position of each partition."""

import threading
import time
from collections.abc import Callable, Mapping

from kafka_event_source.record import Partition

Commit = Callable[[Mapping[Partition, int]], None]  # starts a commit; its outcome comes to `finished`

LOST_AFTER_S = 15.0  # a commit without an outcome by then is sent again
RETRY_AFTER_S = 0.5


class OffsetCommitter:
    """Workers mark positions from their threads; committing and its outcomes are the consumer's thread's."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._lock = threading.Lock()
        self._positions: dict[Partition, int] = {}
        self._committed: dict[Partition, int] = {}
        self._under_way_since: float | None = None
        self._not_before = 0.0

    def begin(self, partition: Partition, offset: int, committed: bool) -> None:
        """A partition is taken over at `offset`; when it isn't `committed` yet, it will be."""
        with self._lock:
            self._positions[partition] = offset
            if committed:
                self._committed[partition] = offset
            else:
                self._committed.pop(partition, None)

    def mark(self, partition: Partition, offset: int) -> None:
        """All before `offset` is delivered. A partition that was released is someone else's now: no effect."""
        with self._lock:
            if partition in self._positions and offset > self._positions[partition]:
                self._positions[partition] = offset

    def position(self, partition: Partition) -> int | None:
        with self._lock:
            return self._positions.get(partition)

    def committed(self, partition: Partition) -> int | None:
        with self._lock:
            return self._committed.get(partition)

    def flush(self) -> None:
        """Commit what isn't yet, if anything and unless a commit is under way."""
        now = time.monotonic()
        with self._lock:
            lost = self._under_way_since is not None and now - self._under_way_since > LOST_AFTER_S
            if (self._under_way_since is not None and not lost) or now < self._not_before:
                return
            waiting = self._uncommitted()
            if not waiting:
                return
            self._under_way_since = now
        try:
            self._commit(waiting)
        except Exception:
            self.finished({}, failed=True)
            raise

    def finished(self, committed: Mapping[Partition, int], failed: bool = False) -> None:
        """The outcome of the commit under way. What failed stays to be committed."""
        with self._lock:
            self._under_way_since = None
            self._not_before = time.monotonic() + RETRY_AFTER_S if failed else 0.0
            for partition, offset in committed.items():
                if partition in self._positions:
                    self._committed[partition] = max(offset, self._committed.get(partition, -1))

    def release(self, partitions: list[Partition]) -> dict[Partition, int]:
        """Forget partitions that go to someone else; returns what is still to be committed of them."""
        with self._lock:
            waiting = {p: offset for p, offset in self._uncommitted().items() if p in partitions}
            for partition in partitions:
                self._positions.pop(partition, None)
                self._committed.pop(partition, None)
            return waiting

    def _uncommitted(self) -> dict[Partition, int]:
        return {
            partition: offset
            for partition, offset in self._positions.items()
            if self._committed.get(partition) != offset
        }
