"""How far behind the stream `project_changes` is: told by itself, read by those who would judge what it counts."""

from collections.abc import Iterable
from typing import Protocol

import msgspec

LATE_MS = 30_000
"""A change that waited longer may be missing from a minute that is judged."""
TOLD_FOR_MS = 180_000
"""A shard that fails is tried again within this time; one that has said nothing for longer has nothing to
count."""
TOLD_EVERY_MS = 10_000


class ShardProgress(msgspec.Struct, frozen=True):
    """When a shard's changes were last taken up (epoch ms), and how long the first of them had waited."""

    at_ms: int
    behind_ms: int


class Progress(Protocol):
    """Where it is kept."""

    def tell(self, shard_id: str, progress: ShardProgress) -> None:
        """Of one shard, in place of what was told before."""
        ...

    def of_shards(self) -> Iterable[ShardProgress]:
        """Of all shards, some of which may have ended."""
        ...


def is_late(shards: Iterable[ShardProgress], now_ms: int) -> bool:
    """Whether a shard that is at work is so far behind that minutes lack some of what happened in them."""
    return any(now_ms - each.at_ms <= TOLD_FOR_MS and each.behind_ms > LATE_MS for each in shards)


class ProgressTeller:
    """Tells for one function instance, now and then: at once when a shard falls behind or has caught up."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._told: dict[str, ShardProgress] = {}

    def take_up(self, shard_id: str, oldest_change_ms: int, now_ms: int) -> None:
        """A batch of changes of this shard, the first of which was made at `oldest_change_ms`, is being taken
        up."""
        if not oldest_change_ms:
            return  # the stream doesn't tell
        progress = ShardProgress(now_ms, max(0, now_ms - oldest_change_ms))
        told = self._told.get(shard_id)
        same = told is not None and (told.behind_ms > LATE_MS) == (progress.behind_ms > LATE_MS)
        if told is not None and same and now_ms - told.at_ms < TOLD_EVERY_MS:
            return
        self._progress.tell(shard_id, progress)
        self._told[shard_id] = progress
