"""What `check_audience` keeps of the audience each minute: who watched at its end; and of each hour, once."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from live_viewers.audience.figures import live_by_status, watching_of
from live_viewers.audience.history import (
    HOUR_MINUTES,
    ROLLED_AFTER_H,
    ROLLED_WITHIN_H,
    AudienceHistory,
    Hour,
    Watching,
    group_of,
    hour_of,
    watching_of_scope,
)
from live_viewers.audience.scope_counts import AudienceCounts, ByMinute, CountsRead, leases_end
from live_viewers.audience.subjects import Subjects
from live_viewers.dimensions.dimension import Dimension
from live_viewers.scope import ALL, Scope

TOP_TITLES = 50
"""Of how many titles it is written down how many watched at a minute's end, those with the most."""
ROLLED_TITLES = 1_000
ROLLED_OPEN_VALUES = 256
READ_WITHIN_S = 5.0
ROLL_WITHIN_S = 30.0


def watching_at_end(counts: AudienceCounts, subjects: Subjects, minute: int) -> list[Watching]:
    """How many watch, just after the end of `minute`: of all, of the titles on top, of closed and pinned
    values."""
    now = minute + 1
    until = leases_end(now)
    everyone = counts.of_scopes([ALL], now, now, until).get(ALL, {})
    found = [Watching(group_of(ALL), {"": _watching(everyone, now)})]
    titles = counts.of_titles(now, now, READ_WITHIN_S, until).counts
    by_title = {scope: _watching(each, now) for scope, each in titles.items()}
    top = sorted(by_title, key=lambda scope: (-by_title[scope], scope.id))[:TOP_TITLES]
    found += [Watching(group_of(scope), {scope.id: by_title[scope]}) for scope in top if by_title[scope]]
    for dimension, media_id in closed_groups(subjects):
        read = counts.of_dimension(dimension.key, now, now, READ_WITHIN_S, until, media_id)
        if not read.partial:
            group = dimension.key if media_id is None else f"{dimension.key}#{media_id}"
            found.append(Watching(group, _by_id(read.counts, now)))
    return found


def closed_groups(subjects: Subjects) -> Iterator[tuple[Dimension, str | None]]:
    """Each closed dimension, of all and of each pinned title."""
    for dimension in subjects.dimensions:
        if not dimension.is_open:
            yield dimension, None
            for media_id in subjects.pinned_titles:
                yield dimension, media_id


def _by_id(counts: Mapping[Scope, ByMinute], now: int) -> dict[str, int]:
    watching = {scope.id: _watching(each, now) for scope, each in counts.items()}
    return {each: count for each, count in watching.items() if count}


def _watching(by_minute: ByMinute, now_minute: int) -> int:
    return watching_of(live_by_status(by_minute, now_minute))


class NotReadInTime(RuntimeError):
    """An hour's minutes could not be read in time: it is tried again."""


class RollReport(msgspec.Struct):
    """Hours rolled up and hours missed."""

    rolled: int = 0
    missed: int = 0


def roll_hours(
    counts: AudienceCounts, history: AudienceHistory, subjects: Subjects, now_hour: int, most: int = 1
) -> RollReport:
    """Roll up at most `most` hours that are due, oldest first, and pass by those that it is too late for.

    An hour's scopes are put if absent, then the hour is ended: killed in between, the next call sums the same
    minutes again, and finds there what it would put.
    """
    report = RollReport()
    hour = history.start_rolling(now_hour - ROLLED_AFTER_H)
    while report.rolled < most and now_hour - (hour + 1) >= ROLLED_AFTER_H:
        late = now_hour - (hour + 1) >= ROLLED_WITHIN_H
        if not late:
            history.put_hours(hour, hours_of(counts, history, subjects, hour))
        if not history.end_hour(hour, missed=late):
            return report  # another call is at it
        report.missed += late
        report.rolled += not late
        hour += 1
    return report


def hours_of(counts: AudienceCounts, history: AudienceHistory, subjects: Subjects, hour: int) -> dict[Scope, Hour]:
    """All that is kept of an hour: of all, of titles and open values those with the most sessions."""
    start, end = hour * HOUR_MINUTES, (hour + 1) * HOUR_MINUTES
    found = dict(counts.of_scopes([ALL], start, end))
    found.update(_top(counts.of_titles(start, end, ROLL_WITHIN_S), ROLLED_TITLES))
    for dimension, media_id in closed_groups(subjects):
        read = counts.of_dimension(dimension.key, start, end, ROLL_WITHIN_S, None, media_id)
        if read.partial:
            raise NotReadInTime(f"the values of {dimension.name}")
        found.update(read.counts)
    for dimension in subjects.dimensions:
        if dimension.is_open:
            values = counts.of_dimension(dimension.key, start, end, ROLL_WITHIN_S)
            found.update(_top(values, ROLLED_OPEN_VALUES))
    watching = history.watching({group_of(scope) for scope in found}, start, end)
    return {
        scope: hour_of(by_minute, watching_of_scope(scope, watching.get(group_of(scope), {})))
        for scope, by_minute in found.items()
    }


def _top(read: CountsRead, most: int) -> Iterable[tuple[Scope, ByMinute]]:
    def sessions(scope: Scope) -> int:
        return max((counts.seen for counts in read.counts[scope].values()), default=0)

    ranked = sorted(read.counts, key=lambda scope: (-sessions(scope), scope.id))
    return [(scope, read.counts[scope]) for scope in ranked[:most]]
