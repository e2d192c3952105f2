"""Counting the changes of a stream batch into the audience, each exactly once.

Every item of the audience keeps, beside its counts, the sequence number of the last change of each stream shard
that it holds. One conditional write adds the counts of a batch and moves that mark, so the two can't come apart:
after a crash, a timeout or a redelivery, however the batch is cut, an item refuses what it has already and says
how far it got. A mark per item, rather than one per shard in a transaction with the counts, halves the write units
and lets a batch touch each item once, whatever the number of scopes.

What an item holds of a shard is always all that concerns it up to its mark. So nothing may be left out because it
adds up to nothing: part of it may have been counted before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from live_viewers.audience.counts import Counted, block_of, counts_of, open_values
from live_viewers.defaults import AUDIENCE_ITEMS_A_BATCH
from live_viewers.scope import Scope, title_scope
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.session_change import SessionChange

HOUR_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Addition:
    """Counts to add to one item: `counts` by (minute in the block, counter), from the changes `first`..`last`.
    `title` is a title's text where it isn't its id."""

    block: int
    scope: Scope
    title: str | None
    counts: dict[tuple[int, str], int]
    first: int
    last: int


class OpenName(NamedTuple):
    """A value that counts in a bucket of an open dimension, and the Unix minute in which the hour begins."""

    hour: int
    scope: Scope
    text: str


class AudienceWriter(Protocol):
    """Where the counts are kept."""

    def add(self, shard_id: str, additions: Sequence[Addition]) -> list[int | None]:
        """Add each where its item's mark of the shard is below `first`, and set the mark to `last`.

        For each: None when it was added, else the mark that stands (`first` or above), and nothing was added.
        Raises when the store can't be reached: each addition was then made as a whole or not at all.
        """
        ...

    def add_names(self, names: Collection[OpenName]) -> None:
        """Keep what is counted in buckets: the first 4 names of each in an hour. Again changes nothing."""
        ...


@dataclass(slots=True)
class CountReport:
    """`changes`: how many of the batch's were counted, from its first on; `items`: writes made; `refused`: writes
    that found some of their changes counted before."""

    changes: int = 0
    items: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Tally:
    title: str | None = None
    # By change: its sequence number, and what it adds to this item.
    counted: list[tuple[int, list[tuple[tuple[int, str], int]]]] = field(default_factory=list)


_Key = tuple[int, Scope]


def count_changes(
    changes: Sequence[SessionChange],
    shard_id: str,
    writer: AudienceWriter,
    most_items: int = AUDIENCE_ITEMS_A_BATCH,
) -> CountReport:
    """Count the changes of one batch of one shard, which are in the order of their sequence numbers: as many as
    touch at most `most_items` items (names of open values included), and the first in any case. What is left is
    the next batch's."""
    tallies, names, taken = _tallies(changes, most_items)
    report = CountReport(changes=taken)
    if names:
        writer.add_names(names)
    while tallies:
        additions = [_addition(block, scope, tally) for (block, scope), tally in tallies.items()]
        refused: dict[_Key, _Tally] = {}
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


def _tallies(changes: Sequence[SessionChange], most_items: int) -> tuple[dict[_Key, _Tally], set[OpenName], int]:
    tallies: dict[_Key, _Tally] = {}
    names: set[OpenName] = set()
    for number, change in enumerate(changes):
        shares = [(each.scopes, _by_block(each)) for each in counts_of(change)]
        new_names = _names_of(change, names)
        if number and len(tallies) + len(names) + len(new_names) + _touched(shares) > most_items:
            touched = {(block, scope) for scopes, blocks in shares for block in blocks for scope in scopes}
            if len(tallies.keys() | touched) + len(names | new_names) > most_items:
                return tallies, names, number
        names |= new_names
        for scopes, blocks in shares:
            for block, entries in blocks.items():
                counted = (change.sequence, entries)
                for scope in scopes:
                    tally = tallies.get((block, scope))
                    if tally is None:
                        tally = tallies[block, scope] = _Tally()
                    tally.counted.append(counted)
        _note_title(change, shares, tallies)
    return tallies, names, len(changes)


_Blocks = dict[int, list[tuple[tuple[int, str], int]]]
_Shares = list[tuple[Sequence[Scope], _Blocks]]


def _by_block(counted: Counted) -> _Blocks:
    blocks: _Blocks = {}
    for minute, counter, count in counted.entries:
        block = block_of(minute)
        blocks.setdefault(block, []).append(((minute - block, counter), count))
    return blocks


def _touched(shares: _Shares) -> int:
    return sum(len(scopes) * len(blocks) for scopes, blocks in shares)


def _note_title(change: SessionChange, shares: _Shares, tallies: dict[_Key, _Tally]) -> None:
    new = change.new
    if new is None or new.media_id is None or new.session is None:
        return
    title = new.session.title
    if not title or title == new.media_id:
        return
    scope = title_scope(new.media_id)
    for scopes, blocks in shares:
        if scope in scopes:
            for block in blocks:
                tallies[block, scope].title = title


def _names_of(change: SessionChange, known: set[OpenName]) -> set[OpenName]:
    new = change.new
    if new is None or new.session is None:
        return set()
    minute = new.session.last_seen_ms // MINUTE_MS
    hour = minute - minute % HOUR_MINUTES
    found = {OpenName(hour, scope, text) for scope, text in open_values(new.dimensions)}
    return found - known


def _addition(block: int, scope: Scope, tally: _Tally) -> Addition:
    counts: dict[tuple[int, str], int] = {}
    for _, entries in tally.counted:
        for key, count in entries:
            counts[key] = counts.get(key, 0) + count
    return Addition(
        block,
        scope,
        tally.title,
        {key: count for key, count in counts.items() if count},
        tally.counted[0][0],
        tally.counted[-1][0],
    )
