"""Counting the changes of a stream batch into the audience, each exactly once.

Every item of the audience keeps, beside its counts, the sequence number of the last change of each stream shard
that it holds. One conditional write adds the counts of a batch and moves that mark, so the two can't come apart:
after a crash, a timeout or a redelivery, however the batch is cut, an item refuses what it has already and says
how far it got. A mark per item, rather than one per shard in a transaction with the counts, halves the write units
and lets a batch touch each item once, whatever the number of scopes.

What an item holds of a shard is always all that concerns it up to its mark. So nothing may be left out because it
adds up to nothing: part of it may have been counted before.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, Protocol

import msgspec

from live_viewers.audience.counts import Counted, Scopes, block_of, counts_of, open_values
from live_viewers.audience.made_once import Count, Entry, counter_of, minute_of
from live_viewers.defaults import AUDIENCE_ITEMS_A_BATCH
from live_viewers.events.short_text_cache import Memo
from live_viewers.scope import Scope, title_scope
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.session_change import SessionChange

HOUR_MINUTES = 60


class Addition(msgspec.Struct, frozen=True):
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


class _Share(msgspec.Struct, frozen=True, eq=False):
    """What a change adds to the items of one block. Compared by identity: most changes of a batch add the same, as
    pings of those who watch do."""

    block: int
    counts: Sequence[tuple[Count, int]]


class _Part(msgspec.Struct):
    """What changes add to the items of one block of some scopes: side by side their sequence numbers, which grow,
    and their shares."""

    sequences: list[int] = []
    shares: list[_Share] = []

    def after(self, mark: int) -> "_Part":
        """Of the changes after a mark."""
        counted = bisect_right(self.sequences, mark)
        return _Part(self.sequences[counted:], self.shares[counted:])


_Key = tuple[int, Scope]
_Place = tuple[int, Scopes]


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
    items = batch.items()
    while items:
        additions = [_addition(key, parts, batch.titles) for key, parts in items.items()]
        refused: dict[_Key, list[_Part]] = {}
        for addition, mark in zip(additions, writer.add(shard_id, additions), strict=True):
            if mark is None:
                report.items += 1
                continue
            report.refused += 1
            key = (addition.block, addition.scope)
            rest = [left for part in items[key] if (left := part.after(mark)).sequences]
            if rest:
                refused[key] = rest
        items = refused
    return report


class _Block(msgspec.Struct):
    """What a batch adds to the items of one block: by scope the parts of an item, and each part by its scopes."""

    items: defaultdict[Scope, list[_Part]] = msgspec.field(default_factory=lambda: defaultdict(list))
    parts: dict[Scopes, _Part] = {}


class _Batch:
    """What the changes of a batch add."""

    def __init__(self, most_items: int) -> None:
        self._most_items = most_items
        self._touched = 0  # items, of names too
        self._blocks: defaultdict[int, _Block] = defaultdict(_Block)
        self._named: set[tuple[int, tuple[str, ...]]] = set()
        self.names: set[OpenName] = set()
        self.titles: dict[Scope, str] = {}

    def items(self) -> dict[_Key, list[_Part]]:
        """What is added to each item."""
        return {
            (block, scope): parts for block, added in self._blocks.items() for scope, parts in added.items.items()
        }

    def take(self, change: SessionChange) -> bool:
        """Whether there is room for what the change adds; then it is taken."""
        added: list[tuple[_Part, _Share]] = []
        new: dict[_Place, _Part] = {}
        for counted in counts_of(change):
            for share in _shares_of(counted):
                parts = self._blocks[share.block].parts
                for scopes in counted.scopes:
                    part = parts.get(scopes)
                    if part is None:
                        part = new.setdefault((share.block, scopes), _Part())
                    added.append((part, share))
        names = self._new_names(change)
        if (new or names) and not self._make_room(new, names):
            return False
        for part, share in added:
            part.sequences.append(change.sequence)
            part.shares.append(share)
        self._note_title(change)
        return True

    def _make_room(self, new: Mapping[_Place, _Part], names: set[OpenName]) -> bool:
        """Take these parts and names in, unless that would be too many items."""
        keys = [(self._blocks[block].items, scope) for block, scopes in new for scope in scopes.each]
        touched = len(names) + sum([scope not in items for items, scope in keys])
        if self._touched and self._touched + touched > self._most_items:
            return False
        self._touched += touched
        self.names |= names
        for (block, scopes), part in new.items():
            parts, items = self._blocks[block].parts, self._blocks[block].items
            parts[scopes] = part
            for scope in scopes.each:
                items[scope].append(part)
        return True

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
        names = {OpenName(hour, scope, text) for scope, text in open_values[new.dimensions]} - self.names
        if not names:
            self._named.add((hour, new.dimensions))
        return names


def _shares_of(counted: Counted) -> Sequence[_Share]:
    shares = _shares_of_ones[counted.ones]
    return (*shares, *_by_block(counted.seconds)) if counted.seconds else shares


def _by_block(entries: Iterable[Entry]) -> tuple[_Share, ...]:
    blocks: dict[int, list[tuple[Count, int]]] = {}
    for count, more, held_by in entries:
        blocks.setdefault(block_of(held_by), []).append((count, more))
    return tuple(_Share(block, counts) for block, counts in blocks.items())


_shares_of_ones: Memo[tuple[Entry, ...], tuple[_Share, ...]] = Memo(_by_block)


def _addition(key: _Key, parts: Sequence[_Part], titles: Mapping[Scope, str]) -> Addition:
    block, scope = key
    counts: dict[Count, int] = {}
    # An item of many viewers has thousands of shares, of few kinds: these are counted by Counter's own loop.
    for share, times in Counter(chain.from_iterable([part.shares for part in parts])).items():
        for count, more in share.counts:
            counts[count] = counts.get(count, 0) + more * times
    return Addition(
        block,
        scope,
        titles.get(scope),
        {(minute_of(count) - block, counter_of(count)): more for count, more in counts.items() if more},
        min([part.sequences[0] for part in parts]),
        max([part.sequences[-1] for part in parts]),
    )
