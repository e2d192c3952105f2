"""What an alert looks at in each minute: its metric's value for every subject, and how many viewers that is
about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from live_viewers.audience.figures import (
    LEFT_AFTER_MINUTES,
    NOTHING,
    percentile_s,
    rebuffer_ratio,
)
from live_viewers.audience.history import AudienceHistory, group_of, watching_of_scope
from live_viewers.audience.scope_counts import AudienceCounts, ByMinute, ScopeCounts
from live_viewers.audience.subjects import Subject, Subjects
from live_viewers.defaults import BY_TITLE
from live_viewers.incidents.alert import Alert, Metric
from live_viewers.scope import ALL, Scope
from live_viewers.session.status import Status

MOST_OPEN_VALUES = 256
"""Of an open dimension the values with the most sessions are judged."""
READ_WITHIN_S = 5.0


class Measured(msgspec.Struct, frozen=True):
    """One minute of one subject. `value` None: there is none, so it isn't bad. `viewers`: sessions seen in it."""

    value: float | None
    viewers: int


class NotMeasured(RuntimeError):
    """Not all was read in time, and a part of it would be judged wrongly: the minute is tried again."""


class Measuring(Protocol):
    """Where minutes are measured."""

    def measure(self, alert: Alert, minute: int) -> Mapping[Subject, Sequence[Measured]]:
        """Of each subject of the alert its last `for_minutes` minutes up to this one, oldest first."""
        ...


class MeasuredAudience:
    """Reads what is needed of an alert's subjects, and the same once for all alerts of a minute."""

    def __init__(self, counts: AudienceCounts, history: AudienceHistory, subjects: Subjects) -> None:
        self._counts, self._history = counts, history
        self._subjects = subjects
        self._read: dict[tuple[str | None, int, int], list[tuple[Subject, ByMinute]]] = {}
        self._watching: dict[tuple[str, int, int], Mapping[int, Mapping[str, int]]] = {}

    def measure(self, alert: Alert, minute: int) -> Mapping[Subject, Sequence[Measured]]:
        """See Measuring. Raises NotMeasured."""
        first = minute - alert.for_minutes + 1
        measured = self.minutes(alert, first, minute + 1)
        return {subject: list(by_minute.values()) for subject, by_minute in measured.items()}

    def minutes(self, alert: Alert, start: int, end: int) -> Mapping[Subject, Mapping[int, Measured]]:
        """Of each subject of the alert the minutes from `start` to `end`, exclusive. Raises NotMeasured."""
        found: dict[Subject, Mapping[int, Measured]] = {}
        for subject, by_minute in self._subjects_of(alert.by, start, end):
            watching: Mapping[int, int] = {}
            if alert.metric == "watching_now":
                watching = self._watching_of(subject.scope, start, end)
            found[subject] = {
                minute: _measured(alert.metric, by_minute, watching, minute) for minute in range(start, end)
            }
        return found

    def _subjects_of(self, by: str | None, start: int, end: int) -> list[tuple[Subject, ByMinute]]:
        key = (by, start, end)
        if key not in self._read:
            self._read[key] = list(self._found(by, start - LEFT_AFTER_MINUTES, end))
        return self._read[key]

    def _found(self, by: str | None, start: int, end: int) -> Iterator[tuple[Subject, ByMinute]]:
        if by is None or by == BY_TITLE:
            subjects = (
                [Subject(ALL)]
                if by is None
                else [self._subjects.of_title(media_id) for media_id in self._subjects.pinned_titles]
            )
            counts = self._counts.of_scopes([each.scope for each in subjects], start, end)
            for subject in subjects:
                yield subject, counts.get(subject.scope, {})
            return
        dimension = self._subjects.dimension(by)
        read = self._counts.of_dimension(dimension.key, start, end, READ_WITHIN_S)
        if read.partial:
            raise NotMeasured(f"the values of {dimension.name} could not be read in {READ_WITHIN_S:g} s")
        if not dimension.is_open:
            for subject in self._subjects.closed(dimension):
                yield subject, read.counts.get(subject.scope, {})
            return
        ranked = sorted(read.counts, key=lambda scope: (-_sessions(read.counts[scope]), scope.id))
        for scope in ranked[:MOST_OPEN_VALUES]:
            subject = self._subjects.of_scope(dimension, scope, read.names.get(scope, ()))
            yield subject, read.counts[scope]

    def _watching_of(self, scope: Scope, start: int, end: int) -> Mapping[int, int]:
        group = group_of(scope)
        key = (group, start, end)
        if key not in self._watching:
            self._watching[key] = self._history.watching([group], start, end).get(group, {})
        return watching_of_scope(scope, self._watching[key])


def _measured(metric: Metric, by_minute: ByMinute, watching: Mapping[int, int], minute: int) -> Measured:
    counts = by_minute.get(minute, NOTHING)
    # Who left is told of minutes that ended two minutes ago: at this minute's end of the one before the last.
    left = by_minute.get(minute - LEFT_AFTER_MINUTES, NOTHING).leases
    value: float | None
    match metric:
        case "watching_now":
            value = watching.get(minute)
        case "sessions":
            value = counts.seen
        case "attempts" | "starts" | "failed":
            value = getattr(counts, metric)
        case "start_up_p50_s":
            value = percentile_s(counts.start_up, 0.5)
        case "start_up_p95_s":
            value = percentile_s(counts.start_up, 0.95)
        case "rebuffer_ratio":
            value = None if _have_just_begun(counts) else rebuffer_ratio(counts)
        case "exits_before_start":
            value = left.get(Status.READY, 0)
        case "left_buffering":
            value = left.get(Status.BUFFERING_VIDEO, 0)
    return Measured(value, counts.seen)


def _have_just_begun(counts: ScopeCounts) -> bool:
    """Whether most of the minute's sessions began in it and told of so little that it is the wait for the first
    frame, mostly. Simulated viewers who begin together late in a minute told of up to 7 s each where the ratio was
    bad; of 19 s and more in calm minutes, and of 32 s and more while a CDN was in trouble."""
    return counts.attempts > counts.seen / 2 and counts.watched_s < 10.0 * counts.seen


def _sessions(by_minute: ByMinute) -> int:
    return max((counts.seen for counts in by_minute.values()), default=0)
