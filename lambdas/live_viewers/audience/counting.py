"""Counting the changes of a stream batch into the audience, each exactly once.

Every item of the audience keeps, beside its counts, the sequence number of the last change of each stream shard
that it holds. One conditional write adds the counts of a batch and moves that mark, so the two can't come apart:
after a crash, a timeout or a redelivery, however the batch is cut, an item refuses what it has already and says
how far it got. A mark per item, rather than one per shard in a transaction with the counts, halves the write units
and lets a batch touch each item once, whatever the number of scopes.

What an item holds of a shard is always all that concerns it up to its mark. So nothing may be left out because it
adds up to nothing: part of it may have been counted before.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, Protocol

from live_viewers.audience.counts import Scopes, block_of, counts_of, open_values
from live_viewers.audience.made_once import Count, Entry, counter_of, minute_of
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


class _Share(NamedTuple):
    """What a change adds to one block of some scopes."""

    sequence: int
    more: list[Count]  # one more each
    fewer: list[Count]  # one fewer each
    others: list[tuple[Count, int]]


class _Tally(NamedTuple):
    """Of one item: `counts` is the sum of `shares`, which are of changes in their order."""

    counts: Mapping[Count, int]
    shares: Sequence[_Share]

    def after(self, mark: int) -> "_Tally | None":
        """Of the changes after a mark; None where there are none."""
        left = [share for share in self.shares if share.sequence > mark]
        return _tally(left) if left else None


_Key = tuple[int, Scope]
_Alike = tuple[int, Scopes]


def count_changes(
    changes: Sequence[SessionChange],
    shard_id: str,
    writer: AudienceWriter,
    most_items: int = AUDIENCE_ITEMS_A_BATCH,
) -> CountReport:
    """Count the changes of one batch of one shard, which are in the order of their sequence numbers: as many as
    touch at most `most_items` items (names of open values included), and the first in any case. What is left is
    the next batch's."""
    batch = _Batch(most_items)
    taken = 0
    while taken < len(changes) and batch.take(changes[taken]):
        taken += 1
    report = CountReport(changes=taken)
    if batch.names:
        writer.add_names(batch.names)
    tallies = batch.tallies()
    while tallies:
        additions = [_addition(key, tally, batch.titles) for key, tally in tallies.items()]
        refused: dict[_Key, _Tally] = {}
        for addition, mark in zip(additions, writer.add(shard_id, additions), strict=True):
            if mark is None:
                report.items += 1
                continue
            report.refused += 1
            key = (addition.block, addition.scope)
            rest = tallies[key].after(mark)
            if rest is not None:
                refused[key] = rest
        tallies = refused
    return report


class _Batch:
    """What the changes of a batch add."""

    def __init__(self, most_items: int) -> None:
        self._most_items = most_items
        self._shares: dict[_Key, list[_Share]] = {}  # by item
        # The same lists, of the items of scopes that viewers who are alike share.
        self._alike: dict[_Alike, list[list[_Share]]] = {}
        self._named: set[tuple[int, tuple[str, ...]]] = set()
        self.names: set[OpenName] = set()
        self.titles: dict[Scope, str] = {}

    def take(self, change: SessionChange) -> bool:
        """Whether there is room for what the change adds; then it is taken."""
        added: list[tuple[_Alike, _Share]] = []
        new_keys: dict[_Alike, list[_Key]] = {}
        for counted in counts_of(change):
            for block, share in _by_block(change.sequence, counted.entries):
                for scopes in counted.scopes:
                    alike = (block, scopes)
                    added.append((alike, share))
                    if alike not in self._alike:
                        new_keys[alike] = [(block, scope) for scope in scopes.each]
        new_items = [key for keys in new_keys.values() for key in keys if key not in self._shares]
        new_names = self._new_names(change)
        if new_items or new_names:
            touched = len(self._shares) + len(self.names) + len(new_items) + len(new_names)
            if self._shares and touched > self._most_items:
                return False
            self._shares |= {key: [] for key in new_items}
            self.names |= new_names
        for alike, keys in new_keys.items():
            self._alike[alike] = [self._shares[key] for key in keys]
        for alike, share in added:
            for shares in self._alike[alike]:
                shares.append(share)
        self._note_title(change)
        return True

    def tallies(self) -> dict[_Key, _Tally]:
        """By item."""
        return {key: _tally(shares) for key, shares in self._shares.items()}

    def _note_title(self, change: SessionChange) -> None:
        new = change.new
        if new is None or new.media_id is None or (facts := new.facts) is None:
            return
        title = facts.title
        if title and title != new.media_id:
            self.titles[title_scope(new.media_id)] = title

    def _new_names(self, change: SessionChange) -> set[OpenName]:
        """The names that count in buckets with this change, but those of earlier changes."""
        new = change.new
        if new is None or (facts := new.facts) is None:
            return set()
        minute = facts.last_seen_ms // MINUTE_MS
        hour = minute - minute % HOUR_MINUTES
        if (hour, new.dimensions) in self._named:
            return set()
        names = {OpenName(hour, scope, text) for scope, text in open_values(new.dimensions)} - self.names
        if not names:
            self._named.add((hour, new.dimensions))
        return names


def _by_block(sequence: int, entries: Sequence[Entry]) -> Iterable[tuple[int, _Share]]:
    blocks: dict[int, _Share] = {}
    for count, more, held_by in entries:
        block = block_of(held_by)
        share = blocks.get(block)
        if share is None:
            share = blocks[block] = _Share(sequence, [], [], [])
        if more == 1:
            share.more.append(count)
        elif more == -1:
            share.fewer.append(count)
        else:
            share.others.append((count, more))
    return blocks.items()


_MORE, _FEWER, _OTHERS = map(itemgetter, (1, 2, 3))


def _tally(shares: Sequence[_Share]) -> _Tally:
    """An item of many viewers has thousands of shares: what can be is counted by a Counter's own loop."""
    counts = Counter(chain.from_iterable(map(_MORE, shares)))
    for count, fewer in Counter(chain.from_iterable(map(_FEWER, shares))).items():
        counts[count] -= fewer
    for count, more in chain.from_iterable(map(_OTHERS, shares)):
        counts[count] += more
    return _Tally(counts, shares)


def _addition(key: _Key, tally: _Tally, titles: Mapping[Scope, str]) -> Addition:
    block, scope = key
    counts = {(minute_of(count) - block, counter_of(count)): more for count, more in tally.counts.items() if more}
    return Addition(block, scope, titles.get(scope), counts, tally.shares[0].sequence, tally.shares[-1].sequence)
