"""Ad views counted by hour: by ad with its creative, and by ad break, for each title. What is asked by creative is
summed from the ads.

A view counts whole, with all its flags, in its own hour and under its own title; so does a break. What an item's
change adds is what its new tokens come to less what its old ones did: whatever order the tokens came in, the sums
are those of the sets as they are now. A removal takes nothing back, neither by time to live nor by an erasure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import msgspec

from live_viewers.ads.ad_tokens import (
    CLICKED,
    COMPLETED,
    FIRST_QUARTILE,
    MIDPOINT,
    SKIPPED,
    STARTED,
    THIRD_QUARTILE,
    hash_of,
)
from live_viewers.ads.ad_view import AdItem

By = Literal["ad", "creative", "break"]

VIEWS, REACHED_25, REACHED_50, REACHED_75, COMPLETIONS, CLICKS, SKIPS, BREAKS, EMPTY_BREAKS = COUNTERS = (
    "vabcdksre"
)
_COUNTER_OF_FLAG = {
    STARTED: VIEWS,
    FIRST_QUARTILE: REACHED_25,
    MIDPOINT: REACHED_50,
    THIRD_QUARTILE: REACHED_75,
    COMPLETED: COMPLETIONS,
    CLICKED: CLICKS,
    SKIPPED: SKIPS,
}
NONE = "-"
"""In place of the hash of a creative or a break: the ad tells none."""


class AdScope(NamedTuple):
    """What one hourly item counts: by what, which Unix hour, which title (empty: none), and the hash of the id; by
    ad also, after a dot, that of the creative's."""

    by: Literal["ad", "break"]
    hour: int
    media_id: str
    subject: str


class AdNames(NamedTuple):
    """What is shown of a scope; an empty text stands for none."""

    id: str = ""
    name: str = ""
    creative_id: str = ""

    def joined(self, other: "AdNames") -> "AdNames":
        """The greater of each."""
        return AdNames(*map(max, self, other))


@dataclass(frozen=True, slots=True)
class AdChange:
    """One change of an item of ad views: see session.session_change.SessionChange."""

    sequence: int
    viewer_id: str
    old: AdItem | None
    new: AdItem | None
    created_ms: int = 0


class AdAddition(msgspec.Struct, frozen=True):
    """What a batch adds to one item, of the changes from sequence number `first` to `last`."""

    scope: AdScope
    names: AdNames
    counts: dict[str, int]
    first: int
    last: int


_NOTHING = AdNames()


class AdCountWriter(Protocol):
    """Where the counts are kept."""

    def add(self, shard_id: str, additions: Sequence[AdAddition], now_ms: int) -> list[int | None]:
        """Add each unless its item has counted its changes already: then the sequence number that the item has
        counted up to, of this shard."""
        ...


class AdCountReport(NamedTuple):
    """Items written, and writes refused because they had been made."""

    items: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Tally:
    names: AdNames = _NOTHING
    counted: list[tuple[int, str, int]] = field(default_factory=list)  # sequence, counter, delta


def count_ads(changes: Iterable[AdChange], shard_id: str, writer: AdCountWriter, now_ms: int) -> AdCountReport:
    """Count the changes of one batch of one shard, which are in the order of their sequence numbers."""
    items = refusals = 0
    tallies: dict[AdScope, _Tally] = {}
    for change in changes:
        for scope, names, counter, delta in counts_of(change):
            tally = tallies.setdefault(scope, _Tally())
            tally.names = tally.names.joined(names)
            tally.counted.append((change.sequence, counter, delta))
    while tallies:
        additions = [_addition(scope, tally) for scope, tally in tallies.items()]
        refused: dict[AdScope, _Tally] = {}
        for addition, mark in zip(additions, writer.add(shard_id, additions, now_ms), strict=True):
            if mark is None:
                items += 1
                continue
            refusals += 1
            tally = tallies[addition.scope]
            rest = [counted for counted in tally.counted if counted[0] > mark]
            if rest:
                refused[addition.scope] = _Tally(tally.names, rest)
        tallies = refused
    return AdCountReport(items, refusals)


def counts_of(change: AdChange) -> Iterator[tuple[AdScope, AdNames, str, int]]:
    """What a change adds to the counters of scopes."""
    new, old = change.new, change.old
    if new is None:
        return
    now = _counted(new)
    # An item that begins anew after an erasure takes nothing back either.
    before = {} if old is None or old.erased_ms != new.erased_ms else _counted(old)
    for scope in dict.fromkeys((*before, *now)):
        was, counts = before.get(scope), now.get(scope)
        delta = Counter(counts[1] if counts else ())
        delta.subtract(was[1] if was else ())
        names = counts[0] if counts else AdNames()
        for counter, difference in delta.items():
            if difference:
                yield scope, names, counter, difference


def _counted(item: AdItem) -> dict[AdScope, tuple[AdNames, list[str]]]:
    """The scopes that an item counts in, and the counters of each."""
    counted: dict[AdScope, tuple[AdNames, list[str]]] = {}

    def count(scope: AdScope, names: AdNames, counters: Sequence[str]) -> None:
        known = counted.get(scope)
        counted[scope] = (names.joined(known[0]), [*known[1], *counters]) if known else (names, [*counters])

    for view in item.views:
        shown = view.shown
        counters = [counter for flag, counter in _COUNTER_OF_FLAG.items() if view.flags & flag]
        media_id, creative, break_id = shown.media_id, shown.creative_id, view.break_id
        subject = f"{view.subject}.{hash_of(creative) if creative else NONE}"
        in_ad = AdScope("ad", view.hour, media_id, subject)
        count(in_ad, AdNames(view.ad_id, shown.name, creative), counters)
        in_break = AdScope("break", view.hour, media_id, NONE if break_id is None else hash_of(break_id))
        count(in_break, AdNames(break_id or ""), counters)
    ad_break = item.ad_break
    if ad_break is not None:
        scope = AdScope("break", ad_break.hour, ad_break.shown.media_id, hash_of(ad_break.break_id))
        counters = [BREAKS] if ad_break.showed_ad else [BREAKS, EMPTY_BREAKS]
        count(scope, AdNames(ad_break.break_id, ad_break.shown.name), counters)
    return counted


def _addition(scope: AdScope, tally: _Tally) -> AdAddition:
    counts: Counter[str] = Counter()
    for _, counter, delta in tally.counted:
        counts[counter] += delta
    return AdAddition(
        scope,
        tally.names,
        {counter: count for counter, count in counts.items() if count},
        tally.counted[0][0],
        tally.counted[-1][0],
    )
