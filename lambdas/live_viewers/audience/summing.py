"""Summing the items of the audience, which are spread by the stream shard they came from, to counts by minute."""

from collections import defaultdict
from collections.abc import Iterable

from live_viewers.audience.counts import STATUS_LETTERS
from live_viewers.audience.made_once import (
    ATTEMPTS,
    BUFFERING_MS,
    FAILED,
    PLAYED_MS,
    SEEN,
    START_UPS,
    STARTS,
    WATCHED_MS,
)
from live_viewers.audience.reading import BlockCounts
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.scope import Scope

_LEASES = frozenset(STATUS_LETTERS.values())


def by_minute(
    items: Iterable[BlockCounts], from_minute: int, to_minute: int, leases_until: int | None = None
) -> dict[Scope, dict[int, ScopeCounts]]:
    """The counts of these minutes (`to_minute` exclusive), and the leases alone of those from there up to
    `leases_until`."""
    sums: defaultdict[Scope, defaultdict[int, defaultdict[str, int]]]
    sums = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    end = leases_until or to_minute
    for item in items:
        minutes = sums[item.scope]
        for (place, counter), count in item.counts.items():
            minute = item.block + place
            if from_minute <= minute < to_minute or (to_minute <= minute < end and counter in _LEASES):
                minutes[minute][counter] += count
    summed: dict[Scope, dict[int, ScopeCounts]] = {}
    for scope, minutes in sums.items():
        read = {minute: _counts_of(counters) for minute, counters in minutes.items() if any(counters.values())}
        if read:
            summed[scope] = read
    return summed


def titles_of(items: Iterable[BlockCounts]) -> dict[Scope, str]:
    """The texts of the titles among these items' scopes, each of its last block."""
    newest: dict[Scope, tuple[int, str]] = {}
    for item in items:
        if item.title is not None:
            known = newest.get(item.scope)
            if known is None or (item.block, item.title) > known:
                newest[item.scope] = (item.block, item.title)
    return {scope: title for scope, (_, title) in newest.items()}


def _counts_of(counters: defaultdict[str, int]) -> ScopeCounts:
    return ScopeCounts(
        seen=counters[SEEN],
        leases={status: count for status, letter in STATUS_LETTERS.items() if (count := counters[letter])},
        attempts=counters[ATTEMPTS],
        starts=counters[STARTS],
        failed=counters[FAILED],
        start_up=tuple(counters[letter] for letter in START_UPS),
        watched_s=counters[WATCHED_MS] / 1000,
        buffering_s=counters[BUFFERING_MS] / 1000,
        played_s=counters[PLAYED_MS] / 1000,
    )
