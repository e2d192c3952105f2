"""What a session counts for in the audience, and how a change of it moves the counts.

Counted are, for each scope (the whole, its title, each value of its dimensions), what ScopeCounts tells. Counts of
two kinds: the lease, which is in one minute and status at a time and moves with each change (for *watching now*:
viewers that vanish fall out of it as its minute ends, so nothing sweeps it), and what is made once (made_once.py).
"""

from collections.abc import Iterable, Sequence

import msgspec

from live_viewers.audience.made_once import Count, Entry, count_of, made_once
from live_viewers.dimensions.dimension import KEY_CHARACTERS
from live_viewers.dimensions.tokens import OPEN
from live_viewers.events.short_text_cache import LONGEST_ID, LONGEST_TEXT, Memo
from live_viewers.scope import ALL, Scope, dimension_scope, pinned_scope, title_scope
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.liveness import COUNTED_LEASE_MINUTES
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.session.session_facts import SessionFacts
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
# A lease is held by the block of the minute of its session's newest event, which is so much before it at the most:
# so a change, which takes the old lease away, puts the new one and counts what was seen, mostly touches one item a
# scope. Readers sum all items that may hold a minute, so it is no matter in which of them a lease is.
MOST_BEFORE = COUNTED_LEASE_MINUTES - 1
# Items of version 1 held this many, and no more than the leases and `n`.
BLOCK_MINUTES_1 = 15
# What a change made so long after a minute would count in it is left out. By the change's own time, never by a
# clock, so that each delivery leaves out the same.
OLDEST_MINUTES = 24 * 60


def block_of(minute: int) -> int:
    """The first Unix minute of the block that holds `minute`."""
    return minute - minute % BLOCK_MINUTES


def blocks_between(from_minute: int, to_minute: int) -> list[int]:
    """The blocks that hold the counts of these minutes (`to_minute` exclusive), in their order: those of version 1
    are among them, for each is at a block's place."""
    if from_minute >= to_minute:
        return []
    first = from_minute - MOST_BEFORE
    return sorted({first - first % BLOCK_MINUTES_1, *range(block_of(first), to_minute, BLOCK_MINUTES)})


class Scopes:
    """Some scopes. Compared by identity, which costs nothing: viewers who are alike share the same ones."""

    __slots__ = ("each",)

    def __init__(self, each: Iterable[Scope]) -> None:
        self.each = tuple(each)


class Counted(msgspec.Struct, frozen=True, gc=False):
    """What one change adds to each of these scopes: counts of sessions, which many changes have in common, and of
    seconds, which are its own."""

    scopes: Sequence[Scopes]
    ones: tuple[Entry, ...]
    seconds: tuple[Entry, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of it."""
        return self.ones + self.seconds


def counts_of(change: SessionChange) -> list[Counted]:
    """How the audience changes with a session. What is made once counts in the scopes of the new image; a lease
    goes from those of the old image to those of the new."""
    old, new = change.old, change.new
    before, after = None if old is None else old.facts, None if new is None else new.facts
    oldest = count_of(change.created_ms // MINUTE_MS - OLDEST_MINUTES, "\0")
    ends = [] if old is None else _lease(old, before, -1)
    begins = [] if new is None else _lease(new, after, 1)
    made: list[Entry] = []
    seconds: list[Entry] = []
    # Where one of the two can't be read, what the other is the first to show isn't known.
    if after is not None and (old is None or before is not None):
        made, seconds = made_once(before, after)
    if old is not None and new is not None and _are_alike(old, new):
        # A lease that stays where it is, whichever block holds it, is left as it is.
        stays = ends and begins and ends[0][0] == begins[0][0]
        return _counted(_scopes_of(new), made if stays else made + ends + begins, seconds, oldest)
    # A lease that stays is counted here, though it adds up to nothing: wherever something is counted for a title,
    # something is counted for all, and readers of titles look there first.
    was_in = [] if old is None else [scope for scopes in _scopes_of(old) for scope in scopes.each]
    now_in = [] if new is None else [scope for scopes in _scopes_of(new) for scope in scopes.each]
    return [
        *_counted([Scopes(scope for scope in now_in if scope in was_in)], made + ends + begins, seconds, oldest),
        *_counted([Scopes(scope for scope in now_in if scope not in was_in)], made + begins, seconds, oldest),
        *_counted([Scopes(scope for scope in was_in if scope not in now_in)], ends, (), oldest),
    ]


def _counted(
    scopes: Sequence[Scopes], ones: Sequence[Entry], seconds: Sequence[Entry], oldest: Count
) -> list[Counted]:
    kept = tuple([entry for entry in ones if entry[0] >= oldest])
    kept_seconds = tuple([entry for entry in seconds if entry[0] >= oldest]) if seconds else ()
    return [Counted(scopes, kept, kept_seconds)] if kept or kept_seconds else []


_EVERYTHING = Scopes((ALL,))


def _scopes_of(image: SessionImage) -> list[Scopes]:
    """The scopes in which an image counts, by what was written beside its packed session."""
    scopes = [_EVERYTHING if image.media_id is None else _title_scopes[image.media_id]]
    if image.dimensions:
        scopes.append(_dimension_scopes[image.dimensions])
        if image.is_pinned and image.media_id is not None:
            scopes.append(_pinned_scopes[image.dimensions, image.media_id])
    return scopes


def _are_alike(old: SessionImage, new: SessionImage) -> bool:
    """Whether they count in the same scopes."""
    return old.media_id == new.media_id and old.dimensions == new.dimensions and old.is_pinned == new.is_pinned


def _dimension_scopes_of(tokens: tuple[str, ...]) -> Scopes:
    return Scopes(dict.fromkeys(_dimension_scope[token] for token in tokens))


def _pinned_scopes_of(pinned: tuple[tuple[str, ...], str]) -> Scopes:
    tokens, media_id = pinned
    scopes = (pinned_scope(token, media_id) for token in tokens)
    return Scopes(scope for scope in scopes if scope is not None)


def _open_values_of(tokens: tuple[str, ...]) -> tuple[tuple[Scope, str], ...]:
    return tuple(
        (dimension_scope(token), token[KEY_CHARACTERS + 1 :])
        for token in tokens
        if token[KEY_CHARACTERS : KEY_CHARACTERS + 1] == OPEN and len(token) > KEY_CHARACTERS + 1
    )


# Viewers are alike: some hundred combinations are most of them.
_title_scopes: Memo[str, Scopes] = Memo(lambda media_id: Scopes((ALL, title_scope(media_id))))
_dimension_scope: Memo[str, Scope] = Memo(dimension_scope)
_dimension_scopes: Memo[tuple[str, ...], Scopes] = Memo(_dimension_scopes_of)
_pinned_scopes: Memo[tuple[tuple[str, ...], str], Scopes] = Memo(
    _pinned_scopes_of, longest=LONGEST_TEXT + LONGEST_ID
)
open_values: Memo[tuple[str, ...], tuple[tuple[Scope, str], ...]] = Memo(_open_values_of)
"""The values of open dimensions among these tokens, and the scopes in which they count with others."""


def _lease(image: SessionImage, facts: SessionFacts | None, more: int) -> list[Entry]:
    """The lease of an image; none where it can't be known."""
    status, minute = image.status, image.lease_minute
    if status is None or minute is None:
        return []
    newest = minute if facts is None else facts.last_seen_ms // MINUTE_MS
    held_by = newest if 0 <= minute - newest <= MOST_BEFORE else minute
    return [(count_of(minute, STATUS_LETTERS[status]), more, held_by)]
