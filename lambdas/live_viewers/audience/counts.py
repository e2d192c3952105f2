"""What a session counts for in the audience, and how a change of it moves the counts.

Counted are, for each scope (the whole, its title, each value of its dimensions), what ScopeCounts tells. Counts of
two kinds: the lease, which is in one minute and status at a time and moves with each change (for *watching now*:
viewers that vanish fall out of it as its minute ends, so nothing sweeps it), and what is made once (made_once.py).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from live_viewers.audience.made_once import Entry, made_once
from live_viewers.dimensions.dimension import KEY_CHARACTERS
from live_viewers.dimensions.tokens import OPEN
from live_viewers.scope import ALL, Scope, dimension_scope, title_scope
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.session.status import Status

STATUS_LETTERS = {
    Status.WATCHING_VIDEO: "V",
    Status.WATCHING_AD: "A",
    Status.PAUSED_VIDEO: "P",
    Status.BUFFERING_VIDEO: "B",
    Status.COMPLETED_VIDEO: "C",
    Status.FAILED_VIDEO: "F",
    Status.READY: "R",
}
# One item holds so many minutes of a scope: all that is counted of them, beside the marks of 15 stream shards, in
# less than a kilobyte, which is what a write is paid by.
BLOCK_MINUTES = 5
# Items of version 1 held this many, and no more than the leases and `n`.
BLOCK_MINUTES_1 = 15
# What a change made so long after a minute would count in it is left out. By the change's own time, never by a
# clock, so that each delivery leaves out the same.
OLDEST_MINUTES = 24 * 60


def block_of(minute: int) -> int:
    """The first Unix minute of the block that holds `minute`."""
    return minute - minute % BLOCK_MINUTES


def blocks_between(from_minute: int, to_minute: int) -> list[int]:
    """The blocks that hold these minutes (`to_minute` exclusive), in their order: those of version 1 are among
    them, for each is at a block's place."""
    if from_minute >= to_minute:
        return []
    fifteen = from_minute - from_minute % BLOCK_MINUTES_1
    return sorted({fifteen, *range(block_of(from_minute), to_minute, BLOCK_MINUTES)})


class Counted(NamedTuple):
    """What one change adds to each of these scopes: (Unix minute, counter, how many)."""

    scopes: Sequence[Scope]
    entries: Sequence[Entry]


def counts_of(change: SessionChange) -> Iterator[Counted]:
    """How the audience changes with a session. What is made once counts in the scopes of the new image; a lease
    goes from those of the old image to those of the new."""
    old, new = change.old, change.new
    was, now = _lease(old, -1), _lease(new, 1)
    was_in = () if old is None else scopes_of(old)
    now_in = () if new is None else scopes_of(new)
    made = () if new is None else made_once(old, new)
    oldest = change.created_ms // MINUTE_MS - OLDEST_MINUTES
    if was_in == now_in:
        moved = () if was[:2] == now[:2] else (was, now)
        shares = [(now_in, (*moved, *made))]
    else:
        stays = tuple(scope for scope in now_in if scope in was_in)
        moved = () if was[:2] == now[:2] else (was, now)
        shares = [
            (stays, (*moved, *made)),
            (tuple(scope for scope in now_in if scope not in was_in), (now, *made)),
            (tuple(scope for scope in was_in if scope not in now_in), (was,)),
        ]
    for scopes, entries in shares:
        kept = [entry for entry in entries if entry[2] and entry[0] >= oldest]
        if scopes and kept:
            yield Counted(scopes, kept)


def scopes_of(image: SessionImage) -> tuple[Scope, ...]:
    """The scopes in which an image counts, by what was written beside its packed session."""
    scopes = _dimension_scopes(image.dimensions)
    return (ALL, *scopes) if image.media_id is None else (ALL, title_scope(image.media_id), *scopes)


# Viewers are alike: a few hundred combinations are most of them.
@lru_cache(maxsize=4096)
def _dimension_scopes(tokens: tuple[str, ...]) -> tuple[Scope, ...]:
    return tuple(dict.fromkeys(map(dimension_scope, tokens)))


@lru_cache(maxsize=4096)
def open_values(tokens: tuple[str, ...]) -> tuple[tuple[Scope, str], ...]:
    """The values of open dimensions among these tokens, and the scopes in which they count with others."""
    return tuple(
        (dimension_scope(token), token[KEY_CHARACTERS + 1 :])
        for token in tokens
        if token[KEY_CHARACTERS : KEY_CHARACTERS + 1] == OPEN and len(token) > KEY_CHARACTERS + 1
    )


_NO_LEASE: Entry = (0, "", 0)


def _lease(image: SessionImage | None, count: int) -> Entry:
    if image is None or image.status is None or image.lease_minute is None:
        return _NO_LEASE
    return image.lease_minute, STATUS_LETTERS[image.status], count
