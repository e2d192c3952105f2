"""What is counted of one scope in one minute, and the port through which it is read."""

from collections.abc import Collection, Mapping
from typing import Protocol, Self

import msgspec

from live_viewers.events.event_order import BROKEN_CLOCK_MS
from live_viewers.scope import Scope
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.liveness import COUNTED_LEASE_MINUTES
from live_viewers.session.status import Status

START_UP_BOUNDS_S = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0)
"""Upper bounds of the start-up buckets but the last, which has none; a bound belongs to the bucket below it."""
START_UP_BUCKETS = len(START_UP_BOUNDS_S) + 1
_NO_START_UPS = (0,) * START_UP_BUCKETS


def leases_end(now_minute: int) -> int:
    """The Unix minute before which every lease that is counted in `now_minute` ends; event times may be ahead by
    as much as a clock is believed."""
    return now_minute + COUNTED_LEASE_MINUTES + BROKEN_CLOCK_MS // MINUTE_MS


class ScopeCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one scope in one Unix minute, or with `+` of several minutes or scopes.

    *Moving*: `leases`, the sessions whose lease ends in the minute, by status. While the minute has not ended they
    are live; of one that ended they are those who left in it, by how they left, as long as they don't come back.

    *Made once*, never taken back: `seen`, sessions with an event in the minute; `attempts`, sessions first seen in
    it that are ready, play, show an ad or fail; `starts`, sessions whose first frame (of content or an ad) was in
    it; `failed`, sessions whose first error was in it. In the minute of the newest event that told them:
    `start_up`, start-ups by their length (START_UP_BOUNDS_S), and seconds: `watched_s` in front of the content,
    stalls included, `buffering_s` of these in stalls, `played_s` as the tracker counts playing.
    """

    seen: int = 0
    leases: dict[Status, int] = {}
    attempts: int = 0
    starts: int = 0
    failed: int = 0
    start_up: tuple[int, ...] = _NO_START_UPS
    watched_s: float = 0.0
    buffering_s: float = 0.0
    played_s: float = 0.0

    def __add__(self, other: Self) -> "ScopeCounts":
        """Of both. A status that comes to none is left out."""
        leases = dict(self.leases)
        for status, count in other.leases.items():
            leases[status] = leases.get(status, 0) + count
        return ScopeCounts(
            seen=self.seen + other.seen,
            leases={status: count for status, count in leases.items() if count},
            attempts=self.attempts + other.attempts,
            starts=self.starts + other.starts,
            failed=self.failed + other.failed,
            start_up=tuple(mine + theirs for mine, theirs in zip(self.start_up, other.start_up, strict=True)),
            watched_s=self.watched_s + other.watched_s,
            buffering_s=self.buffering_s + other.buffering_s,
            played_s=self.played_s + other.played_s,
        )


ByMinute = Mapping[int, ScopeCounts]
"""By Unix minute; a minute without counts is left out."""


class CountsRead(msgspec.Struct, frozen=True):
    """`names`: of a title its text, of a bucket of an open dimension the values seen in it, at most 4; none where
    they aren't known. `partial`: not all was read in the time given."""

    counts: Mapping[Scope, ByMinute]
    names: Mapping[Scope, tuple[str, ...]] = {}
    partial: bool = False


class AudienceCounts(Protocol):
    """Where the counts are kept. Minutes are Unix minutes, `to_minute` exclusive. With `leases_until` also the
    `leases` alone of the minutes from `to_minute` up to it, exclusive: those who are live now are in the minutes
    from now's up to `leases_end` of it.

    Minutes are kept for 96 hours. Each read raises what the store's client raises.
    """

    def of_scopes(
        self, scopes: Collection[Scope], from_minute: int, to_minute: int, leases_until: int | None = None
    ) -> Mapping[Scope, ByMinute]:
        """Of each of these scopes."""
        ...

    def of_dimension(
        self,
        key: str,
        from_minute: int,
        to_minute: int,
        within_s: float,
        leases_until: int | None = None,
        media_id: str | None = None,
    ) -> CountsRead:
        """Of every value of the dimension with this key (3 characters), of a bucket of values where it is open;
        with a media id, of the values within that title where it is pinned."""
        ...

    def of_titles(
        self, from_minute: int, to_minute: int, within_s: float, leases_until: int | None = None
    ) -> CountsRead:
        """Of every title: as many as are read in `within_s`, for senders of events may name any number of them."""
        ...
