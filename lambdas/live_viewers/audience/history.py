"""What is kept of the audience beyond the minutes' counts: how many watched at each minute's end, and hours.

A lease moves with every ping, so that how many watched can't be told afterwards: it is written down once, just
after each minute (`check_audience`). An hour is summed once, when nothing can change it any more, and kept for
400 days."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec

from live_viewers.audience.figures import NOTHING, total_of
from live_viewers.audience.scope_counts import ByMinute, ScopeCounts
from live_viewers.dimensions.dimension import KEY_CHARACTERS
from live_viewers.scope import Scope

HOUR_MINUTES = 60
MINUTES_KEPT_H = 96
"""How long minutes are kept, after which there are hours alone."""
ROLLED_AFTER_H = 50
"""Since an hour's end: no change that is counted comes as late."""
ROLLED_WITHIN_H = 72
"""Since an hour's end: later than this its minutes may be going already, and it is missed rather than guessed."""
HOURS_KEPT_DAYS = 400


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """One scope's hour: its minutes' sums (`leases`: who left, by how), and the greatest of them where sums mean
    nothing. `watching` and the Unix minute at whose end it was are None where no minute was written down."""

    counts: ScopeCounts = NOTHING
    sessions: int = 0
    watching: int | None = None
    peak_minute: int | None = None


class Rolled(msgspec.Struct, frozen=True):
    """Hours (Unix hours) from `start` to `end`, exclusive, were rolled up, but for those `missed`. Both None: none
    was yet."""

    start: int | None = None
    end: int | None = None
    missed: frozenset[int] = frozenset()

    def has(self, hour: int) -> bool:
        """Whether this hour was rolled up: what isn't kept of it was 0."""
        return (
            self.start is not None and self.end is not None and self.start <= hour < self.end
        ) and hour not in self.missed


class Watching(msgspec.Struct, frozen=True):
    """How many watched at the end of one minute, of a group of scopes that are kept together: by scope id. One
    that isn't there was 0."""

    group: str
    by_id: Mapping[str, int]


class AudienceHistory(Protocol):
    """Where it is kept. Each read raises what the store's client raises."""

    def watching(
        self, groups: Collection[str], from_minute: int, to_minute: int
    ) -> Mapping[str, Mapping[int, Mapping[str, int]]]:
        """Of each group by Unix minute and scope id; a minute that wasn't written down is left out."""
        ...

    def hours(self, scope: Scope, from_hour: int, to_hour: int) -> Mapping[int, Hour]:
        """By Unix hour, those that are kept."""
        ...

    def rolled(self, from_hour: int, to_hour: int) -> Rolled:
        """How far the roll-up is, and what it missed of these hours."""
        ...

    def put_watching(self, minute: int, groups: Sequence[Watching]) -> int:
        """Write each down unless it is there already; how many were not."""
        ...

    def put_hours(self, hour: int, hours: Mapping[Scope, Hour]) -> int:
        """Keep each unless it is there already; how many were not."""
        ...

    def start_rolling(self, hour: int) -> int:
        """Begin with this hour, unless it began before. The next hour to roll up."""
        ...

    def end_hour(self, hour: int, *, missed: bool) -> bool:
        """Go on from this hour to the next; False where that happened before."""
        ...


def group_of(scope: Scope) -> str:
    """The scopes whose numbers are written down together: the values of a dimension, and of a pinned title."""
    if scope.kind == "dimension":
        return scope.id[:KEY_CHARACTERS]
    if scope.kind == "pinned":
        return f"{scope.id[:KEY_CHARACTERS]}#{scope.id.partition('#')[2]}"
    return scope.key


def watching_of_scope(scope: Scope, group: Mapping[int, Mapping[str, int]]) -> dict[int, int]:
    """One scope's numbers by minute, of what was read of its group."""
    return {minute: by_id.get(scope.id, 0) for minute, by_id in group.items()}


def hour_of(by_minute: ByMinute, watching: Mapping[int, int]) -> Hour:
    """The hour that these minutes are."""
    peak = max(watching, key=lambda minute: (watching[minute], -minute), default=None)
    return Hour(
        counts=total_of(by_minute.values()),
        sessions=max((counts.seen for counts in by_minute.values()), default=0),
        watching=None if peak is None else watching[peak],
        peak_minute=peak,
    )
