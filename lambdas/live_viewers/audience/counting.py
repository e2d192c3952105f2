"""Counting the changes of a stream batch into the audience, each exactly once.

Every item of the audience keeps, beside its counts, the sequence number of the last change of each stream shard
that it holds. One conditional write adds the counts of a batch and moves that mark, so the two can't come apart:
after a crash, a timeout or a redelivery, however the batch is cut, an item refuses what it has already and says
how far it got. A mark per item, rather than one per shard in a transaction with the counts, halves the write units
and lets a batch touch each item once, whatever the number of titles.

What an item holds of a shard is always all that concerns it up to its mark. So nothing may be left out because it
adds up to nothing: part of it may have been counted before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from live_viewers.audience.counts import KEPT_MINUTES, SEEN, Count, block_of, counts_of, sighting_of
from live_viewers.scope import Scope
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.session_change import SessionChange

# Buckets that ended this long ago are behind every reader's clock.
_CLOCK_MARGIN_MINUTES = 2


@dataclass(frozen=True, slots=True)
class Addition:
    """Counts to add to one item: `counts` by (minute in the block, counter), from the changes `first`..`last`."""

    block: int
    scope: Scope
    title: str | None
    counts: dict[tuple[int, str], int]
    first: int
    last: int


class AudienceWriter(Protocol):
    """Where the counts are kept."""

    def add(self, shard_id: str, additions: Sequence[Addition]) -> list[int | None]:
        """Add each where its item's mark of the shard is below `first`, and set the mark to `last`.

        For each: None when it was added, else the mark that stands (`first` or above), and nothing was added.
        Raises when the store can't be reached: each addition was then made as a whole or not at all.
        """
        ...


@dataclass(slots=True)
class CountReport:
    """`items`: writes made; `refused`: writes that found some of their changes counted before."""

    items: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Tally:
    title: str | None = None
    counted: list[tuple[int, int, str, int]] = field(
        default_factory=list
    )  # sequence, minute in block, counter, delta


def count_changes(
    changes: Iterable[SessionChange],
    shard_id: str,
    writer: AudienceWriter,
    now_ms: int,
) -> CountReport:
    """Count the changes of one batch of one shard, which are in the order of their sequence numbers."""
    report = CountReport()
    tallies = _tallies(changes, now_ms // MINUTE_MS)
    while tallies:
        additions = [_addition(block, scope, tally) for (block, scope), tally in tallies.items()]
        refused: dict[tuple[int, Scope], _Tally] = {}
        for addition, mark in zip(additions, writer.add(shard_id, additions), strict=True):
            if mark is None:
                report.items += 1
                continue
            report.refused += 1
            key = (addition.block, addition.scope)
            rest = [counted for counted in tallies[key].counted if counted[0] > mark]
            if rest:
                refused[key] = _Tally(tallies[key].title, rest)
        tallies = refused
    return report


def _tallies(changes: Iterable[SessionChange], now_minute: int) -> dict[tuple[int, Scope], _Tally]:
    tallies: dict[tuple[int, Scope], _Tally] = {}
    for change in changes:
        old = None if change.old is None else sighting_of(change.old)
        new = None if change.new is None else sighting_of(change.new)
        for count in counts_of(old, new):
            if _is_past(count, now_minute):
                continue
            block = block_of(count.minute)
            tally = tallies.setdefault((block, count.scope), _Tally())
            tally.counted.append((change.sequence, count.minute - block, count.counter, count.delta))
            if new is not None and new.title and count.scope.kind == "title" and count.scope in new.scopes:
                tally.title = new.title
    return tallies


def _is_past(count: Count, now_minute: int) -> bool:
    """Whether no reader will ever look at it. It stays so, so leaving it out is the same on every delivery."""
    if count.counter == SEEN:
        return count.minute < now_minute - KEPT_MINUTES
    return count.minute < now_minute - _CLOCK_MARGIN_MINUTES


def _addition(block: int, scope: Scope, tally: _Tally) -> Addition:
    counts: dict[tuple[int, str], int] = {}
    for _, minute, counter, delta in tally.counted:
        counts[minute, counter] = counts.get((minute, counter), 0) + delta
    return Addition(
        block,
        scope,
        tally.title,
        {key: count for key, count in counts.items() if count},
        tally.counted[0][0],
        tally.counted[-1][0],
    )
