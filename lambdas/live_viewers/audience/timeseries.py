"""The audience over time: minutes from their counts, hours from what was rolled up, the newest of them from
minutes."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from live_viewers.audience.figures import percentile_s, rebuffer_ratio
from live_viewers.audience.history import (
    HOUR_MINUTES,
    MINUTES_KEPT_H,
    AudienceHistory,
    Hour,
    Rolled,
    group_of,
    hour_of,
    watching_of_scope,
)
from live_viewers.audience.scope_counts import AudienceCounts, ByMinute
from live_viewers.audience.subjects import Subject
from live_viewers.audience.timeseries_view import AudiencePeakView, AudiencePointView, AudienceTimeseriesView
from live_viewers.rfc3339 import rfc3339
from live_viewers.scope import Scope
from live_viewers.session.bounded_sets import MINUTE_MS

MOST_POINTS = 2880
Step = Literal["1m", "1h"]
STEP_MINUTES: Mapping[Step, int] = {"1m": 1, "1h": HOUR_MINUTES}
_KEPT_MINUTES = MINUTES_KEPT_H * HOUR_MINUTES
# Values that always have an item where an hour was rolled up; of titles and open values those on top alone have.
_ALWAYS_KEPT = ("all", "dimension", "pinned")


class TimeRange(msgspec.Struct, frozen=True):
    """Unix minutes from `start`, a multiple of the step, to `end`, exclusive."""

    start: int
    end: int
    step: Step

    @property
    def points(self) -> int:
        """How many points it has."""
        minutes = STEP_MINUTES[self.step]
        return max(0, -(-(self.end - self.start) // minutes))


def time_range(from_ms: int, to_ms: int, step: Step) -> TimeRange:
    """`from_ms` floored to the step, `to_ms` exclusive to the minute in which it is."""
    minutes = STEP_MINUTES[step]
    start = from_ms // MINUTE_MS
    return TimeRange(start - start % minutes, -(-to_ms // MINUTE_MS), step)


class _Known(msgspec.Struct, frozen=True):
    """A point: what was counted in it, of how many minutes; `hour` None where it isn't known."""

    minute: int
    minutes: int
    hour: Hour | None


def read_timeseries(
    counts: AudienceCounts, history: AudienceHistory, subject: Subject, asked: TimeRange, now_ms: int
) -> AudienceTimeseriesView:
    """The points of a range up to now, oldest first."""
    now_minute = now_ms // MINUTE_MS
    asked = msgspec.structs.replace(asked, end=max(asked.start, min(asked.end, now_minute + 1)))
    read = _Reading(counts, history, subject.scope, now_minute)
    known = list(read.minutes(asked) if asked.step == "1m" else read.hours(asked))
    peak = max(
        (each for each in known if each.hour is not None and each.hour.watching is not None),
        key=lambda each: (_watching(each), -each.minute),
        default=None,
    )
    return AudienceTimeseriesView(
        as_of=rfc3339(now_ms),
        step=asked.step,
        media_id=subject.media_id,
        by=subject.by,
        value=subject.value,
        points=[_point(each) for each in known],
        peak=None if peak is None else _peak(peak),
        average_audience=_average([each for each in known if each.hour is not None]),
    )


class _Reading:
    def __init__(self, counts: AudienceCounts, history: AudienceHistory, scope: Scope, now_minute: int) -> None:
        self._counts, self._history = counts, history
        self._scope = scope
        self._now = now_minute
        self._oldest = now_minute - _KEPT_MINUTES

    def minutes(self, asked: TimeRange) -> Iterator[_Known]:
        by_minute, watching = self._read(max(asked.start, self._oldest), asked.end)
        for minute in range(asked.start, asked.end):
            yield _Known(minute, 1, self._hour(by_minute, watching, minute, minute + 1))

    def hours(self, asked: TimeRange) -> Iterator[_Known]:
        first, end = asked.start // HOUR_MINUTES, -(-asked.end // HOUR_MINUTES)
        rolled = self._history.rolled(first, end)
        summed_from = max(first, rolled.end if rolled.end is not None else first)
        kept = self._history.hours(self._scope, first, summed_from) if summed_from > first else {}
        by_minute, watching = self._read(
            max(summed_from * HOUR_MINUTES, self._oldest), min(end * HOUR_MINUTES, self._now + 1)
        )
        for hour in range(first, end):
            start = hour * HOUR_MINUTES
            if hour < summed_from:
                yield _Known(start, HOUR_MINUTES, self._kept(kept.get(hour), rolled, hour))
            else:
                until = min(start + HOUR_MINUTES, self._now + 1)
                # The minute that runs counts for the part of an hour that it is of.
                yield _Known(start, until - start, self._hour(by_minute, watching, start, until))

    def _kept(self, kept: Hour | None, rolled: Rolled, hour: int) -> Hour | None:
        if kept is None and rolled.has(hour) and self._scope.kind in _ALWAYS_KEPT:
            return Hour()
        return kept

    def _read(self, start: int, end: int) -> tuple[ByMinute, Mapping[int, int]]:
        if start >= end:
            return {}, {}
        by_minute = self._counts.of_scopes([self._scope], start, end).get(self._scope, {})
        group = group_of(self._scope)
        watching = self._history.watching([group], start, end).get(group, {})
        return by_minute, watching_of_scope(self._scope, watching)

    def _hour(self, by_minute: ByMinute, watching: Mapping[int, int], start: int, end: int) -> Hour | None:
        """Of the minutes from `start` to `end`; None for those that aren't kept any more."""
        if start < self._oldest:
            return None
        minutes = range(start, end)
        return hour_of(
            {minute: by_minute[minute] for minute in minutes if minute in by_minute},
            {minute: watching[minute] for minute in minutes if minute in watching},
        )


def _watching(known: _Known) -> int:
    return 0 if known.hour is None or known.hour.watching is None else known.hour.watching


def _peak(known: _Known) -> AudiencePeakView:
    minute = known.minute if known.hour is None or known.hour.peak_minute is None else known.hour.peak_minute
    return AudiencePeakView(at=rfc3339(minute * MINUTE_MS), value=_watching(known))


def _average(known: list[_Known]) -> float | None:
    seconds = sum(each.minutes for each in known) * 60
    played = sum(each.hour.counts.played_s for each in known if each.hour is not None)
    return round(played / seconds, 2) if seconds else None


def _point(known: _Known) -> AudiencePointView:
    at, hour = rfc3339(known.minute * MINUTE_MS), known.hour
    if hour is None:
        return AudiencePointView(at, None, None, None, None, None, None, None, None)
    counts = hour.counts
    return AudiencePointView(
        at=at,
        watching=hour.watching,
        sessions=hour.sessions,
        played_s=round(counts.played_s, 1),
        average_audience=_average([known]),
        rebuffer_ratio=rebuffer_ratio(counts),
        start_up_p95_s=percentile_s(counts.start_up, 0.95),
        starts=counts.starts,
        failed=counts.failed,
    )
