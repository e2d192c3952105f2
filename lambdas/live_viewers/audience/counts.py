"""What a session counts for in the audience, and how a change of it moves the counts.

Two counts for each scope (the whole, each title): the sessions seen in a minute, and, for *watching now*, a
histogram of the minutes in which leases end, by status. A session is in one bucket of the histogram at a time.
Viewers that vanish fall out of it as their bucket ends, so nothing sweeps it, and reading it costs the same
however many sessions are live.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from live_viewers.scope import Scope, audience_scopes
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.liveness import COUNTED_LEASE_MINUTES
from live_viewers.session.session_change import SessionImage
from live_viewers.session.status import Status

SEEN = "n"
STATUS_LETTERS = {
    Status.WATCHING_VIDEO: "V",
    Status.WATCHING_AD: "A",
    Status.PAUSED_VIDEO: "P",
    Status.BUFFERING_VIDEO: "B",
    Status.COMPLETED_VIDEO: "C",
    Status.FAILED_VIDEO: "F",
    Status.READY: "R",
}
# One item holds this many minutes of a scope, so that a ping, which moves a lease from one minute to another,
# mostly touches one item a scope. A lease counts for no longer, so a reader finds every one in two blocks.
BLOCK_MINUTES = COUNTED_LEASE_MINUTES
# The chart goes back an hour; what is older than this is read by nobody and is left out.
KEPT_MINUTES = 120


def block_of(minute: int) -> int:
    """The first Unix minute of the block that holds `minute`."""
    return minute - minute % BLOCK_MINUTES


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the audience needs of a session. Minutes are Unix minutes; bit n of `minutes` is `last_minute` - n.

    `bucket`: the minute in which the lease ends, and the status's letter; None where they aren't known. `minutes`
    is None where they can't be read.
    """

    scopes: tuple[Scope, ...]
    title: str | None
    bucket: tuple[int, str] | None
    last_minute: int
    minutes: int | None


def sighting_of(image: SessionImage) -> Sighting:
    session = image.session
    bucket = None
    if image.status is not None and image.lease_minute is not None:
        bucket = (image.lease_minute, STATUS_LETTERS[image.status])
    return Sighting(
        scopes=tuple(audience_scopes(image.media_id)),
        title=None if session is None else session.title,
        bucket=bucket,
        last_minute=0 if session is None else session.last_seen_ms // MINUTE_MS,
        minutes=None if session is None else session.minutes,
    )


@dataclass(frozen=True, slots=True)
class Count:
    """`delta` sessions more in `counter` (SEEN or a status letter) of a minute of a scope."""

    scope: Scope
    minute: int
    counter: str
    delta: int


def counts_of(old: Sighting | None, new: Sighting | None) -> Iterator[Count]:
    """How the audience changes when a session goes from `old` to `new` (None: it is not there)."""
    if new is not None:
        for minute in _newly_seen(old, new):
            for scope in new.scopes:
                yield Count(scope, minute, SEEN, 1)
    was, now = _bucket(old), _bucket(new)
    was_in = () if old is None else old.scopes
    now_in = () if new is None else new.scopes
    for scope in dict.fromkeys((*was_in, *now_in)):
        before, after = was if scope in was_in else None, now if scope in now_in else None
        if before != after:
            yield from _moves(scope, before, after)


def _newly_seen(old: Sighting | None, new: Sighting) -> Iterator[int]:
    known = 0
    if new.minutes is None or (old is not None and old.minutes is None):
        return
    if old is not None and old.minutes is not None:
        gap = new.last_minute - old.last_minute  # a join never goes back
        known = old.minutes << gap if 0 <= gap < 64 else 0
    fresh = new.minutes & ~known
    while fresh:
        lowest = fresh & -fresh
        yield new.last_minute - (lowest.bit_length() - 1)
        fresh ^= lowest


def _bucket(sighting: Sighting | None) -> tuple[int, str] | None:
    return None if sighting is None else sighting.bucket


def _moves(scope: Scope, was: tuple[int, str] | None, now: tuple[int, str] | None) -> Iterator[Count]:
    if was is not None:
        yield Count(scope, *was, -1)
    if now is not None:
        yield Count(scope, *now, 1)
