"""Counts and history of the audience in memory: what tests of those who read them say."""

from collections.abc import Collection, Mapping, Sequence

from live_viewers.audience.history import Hour, Rolled, Watching
from live_viewers.audience.scope_counts import ByMinute, CountsRead, ScopeCounts
from live_viewers.dimensions.dimension import KEY_CHARACTERS
from live_viewers.scope import Scope


class Counts:
    """See AudienceCounts. What is read is `kept`."""

    def __init__(self, names: Mapping[Scope, tuple[str, ...]] | None = None, *, partial: bool = False) -> None:
        self.kept: dict[Scope, dict[int, ScopeCounts]] = {}
        self.names = dict(names or {})
        self.partial = partial

    def add(self, minute: int, counts: ScopeCounts, *scopes: Scope) -> None:
        """The same in each of the scopes."""
        for scope in scopes:
            by_minute = self.kept.setdefault(scope, {})
            by_minute[minute] = by_minute.get(minute, ScopeCounts()) + counts

    def of_scopes(
        self, scopes: Collection[Scope], from_minute: int, to_minute: int, leases_until: int | None = None
    ) -> Mapping[Scope, ByMinute]:
        """See AudienceCounts."""
        read = {scope: self._between(scope, from_minute, to_minute, leases_until) for scope in scopes}
        return {scope: by_minute for scope, by_minute in read.items() if by_minute}

    def of_dimension(
        self,
        key: str,
        from_minute: int,
        to_minute: int,
        within_s: float,
        leases_until: int | None = None,
        media_id: str | None = None,
    ) -> CountsRead:
        """See AudienceCounts."""
        kind, suffix = ("dimension", "") if media_id is None else ("pinned", f"#{media_id}")
        scopes = [
            scope
            for scope in self.kept
            if scope.kind == kind and scope.id[:KEY_CHARACTERS] == key and scope.id.endswith(suffix)
        ]
        read = self.of_scopes(scopes, from_minute, to_minute, leases_until)
        return CountsRead(read, {scope: self.names[scope] for scope in read if scope in self.names}, self.partial)

    def of_titles(
        self, from_minute: int, to_minute: int, within_s: float, leases_until: int | None = None
    ) -> CountsRead:
        """See AudienceCounts."""
        scopes = [scope for scope in self.kept if scope.kind == "title"]
        read = self.of_scopes(scopes, from_minute, to_minute, leases_until)
        return CountsRead(read, {scope: self.names[scope] for scope in read if scope in self.names}, self.partial)

    def _between(
        self, scope: Scope, from_minute: int, to_minute: int, leases_until: int | None
    ) -> dict[int, ScopeCounts]:
        found = {}
        for minute, counts in self.kept.get(scope, {}).items():
            if from_minute <= minute < to_minute:
                found[minute] = counts
            elif to_minute <= minute < (leases_until or to_minute):
                found[minute] = ScopeCounts(leases=counts.leases)
        return found


class History:
    """See AudienceHistory."""

    def __init__(self) -> None:
        self.minutes: dict[tuple[str, int], Mapping[str, int]] = {}
        self.kept: dict[tuple[Scope, int], Hour] = {}
        self.state: Rolled = Rolled()

    def watching(
        self, groups: Collection[str], from_minute: int, to_minute: int
    ) -> Mapping[str, Mapping[int, Mapping[str, int]]]:
        """See AudienceHistory."""
        return {
            group: {
                minute: by_id
                for (each, minute), by_id in self.minutes.items()
                if each == group and from_minute <= minute < to_minute
            }
            for group in groups
        }

    def hours(self, scope: Scope, from_hour: int, to_hour: int) -> Mapping[int, Hour]:
        """See AudienceHistory."""
        return {
            hour: kept for (each, hour), kept in self.kept.items() if each == scope and from_hour <= hour < to_hour
        }

    def rolled(self, from_hour: int, to_hour: int) -> Rolled:
        """See AudienceHistory."""
        missed = frozenset(hour for hour in self.state.missed if from_hour <= hour < to_hour)
        return Rolled(self.state.start, self.state.end, missed)

    def put_watching(self, minute: int, groups: Sequence[Watching]) -> int:
        """See AudienceHistory."""
        new = [each for each in groups if (each.group, minute) not in self.minutes]
        self.minutes.update({(each.group, minute): each.by_id for each in new})
        return len(new)

    def put_hours(self, hour: int, hours: Mapping[Scope, Hour]) -> int:
        """See AudienceHistory."""
        new = {(scope, hour): each for scope, each in hours.items() if (scope, hour) not in self.kept}
        self.kept.update(new)
        return len(new)

    def start_rolling(self, hour: int) -> int:
        """See AudienceHistory."""
        if self.state.end is None:
            self.state = Rolled(hour, hour)
        assert self.state.end is not None
        return self.state.end

    def end_hour(self, hour: int, *, missed: bool) -> bool:
        """See AudienceHistory."""
        if self.state.end != hour:
            return False
        missing = self.state.missed | {hour} if missed else self.state.missed
        self.state = Rolled(self.state.start, hour + 1, missing)
        return True
