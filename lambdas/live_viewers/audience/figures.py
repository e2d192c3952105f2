"""From counts to the figures that people read: percentiles, ratios, who left how. Pure sums over minutes."""

from collections.abc import Iterable, Mapping

import msgspec

from live_viewers.audience.audience_view import StatusCountsView
from live_viewers.audience.breakdown_view import AudienceRowView
from live_viewers.audience.scope_counts import START_UP_BOUNDS_S, ByMinute, ScopeCounts
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.liveness import WATCHING
from live_viewers.session.status import Status

LEFT_AFTER_MINUTES = 2
"""A lease that ended may still be renewed by an event that is late: who left is told of minutes that ended this
long ago."""
NOTHING = ScopeCounts()


class Window(msgspec.Struct, frozen=True):
    """The whole minutes before the one of `now_ms`. Minutes are Unix minutes."""

    now_ms: int
    minutes: int

    @property
    def end(self) -> int:
        """The minute of now, which isn't part of it."""
        return self.now_ms // MINUTE_MS

    @property
    def start(self) -> int:
        """Its first minute."""
        return self.end - self.minutes

    @property
    def left_end(self) -> int:
        """Of the minutes before this one it is told how viewers left in them."""
        return self.end - LEFT_AFTER_MINUTES


def total_of(counts: Iterable[ScopeCounts]) -> ScopeCounts:
    """All of them together."""
    total = NOTHING
    for each in counts:
        total = total + each
    return total


def by_minute_of_all(scopes: Iterable[ByMinute]) -> dict[int, ScopeCounts]:
    """Several scopes counted as one."""
    merged: dict[int, ScopeCounts] = {}
    for by_minute in scopes:
        for minute, counts in by_minute.items():
            known = merged.get(minute)
            merged[minute] = counts if known is None else known + counts
    return merged


def percentile_s(start_up: tuple[int, ...], share: float) -> float | None:
    """The start-up time in seconds that a share (0..1) of the starts took at the most, linear inside the
    bucket; the last bound for those above it, None without starts."""
    starts = sum(start_up)
    if starts <= 0:
        return None
    rank, before, lower = share * starts, 0, 0.0
    for count, upper in zip(start_up, START_UP_BOUNDS_S, strict=False):
        if count and rank <= before + count:
            return round(lower + (upper - lower) * (rank - before) / count, 3)
        before, lower = before + count, upper
    return START_UP_BOUNDS_S[-1]


def rebuffer_ratio(counts: ScopeCounts) -> float | None:
    """Time buffering / time watched, 0..1; None where nothing was watched."""
    if counts.watched_s <= 0:
        return None
    return round(min(1.0, max(0.0, counts.buffering_s / counts.watched_s)), 4)


def live_by_status(by_minute: ByMinute, now_minute: int) -> dict[Status, int]:
    """The sessions whose lease ends in this minute or later."""
    live = total_of(counts for minute, counts in by_minute.items() if minute >= now_minute).leases
    # A reader between the two halves of a move may find one too few, never fewer than none.
    return {status: max(0, live.get(status, 0)) for status in Status}


def watching_of(by_status: Mapping[Status, int]) -> int:
    """How many of them are in front of content, a stall or an ad."""
    return sum(by_status.get(status, 0) for status in WATCHING)


def row_of(value: str | None, label: str | None, by_minute: ByMinute, window: Window) -> AudienceRowView:
    """One row: what is live now, and the window's minutes."""
    inside = {minute: counts for minute, counts in by_minute.items() if window.start <= minute < window.end}
    made = total_of(inside.values())
    left = total_of(counts for minute, counts in inside.items() if minute < window.left_end).leases
    by_status = live_by_status(by_minute, window.end)
    return AudienceRowView(
        value=value,
        label=label,
        watching_now=watching_of(by_status),
        by_status=StatusCountsView(**{status.value: count for status, count in by_status.items()}),
        sessions=max((counts.seen for counts in inside.values()), default=0),
        attempts=made.attempts,
        starts=made.starts,
        start_up_p50_s=percentile_s(made.start_up, 0.5),
        start_up_p95_s=percentile_s(made.start_up, 0.95),
        rebuffer_ratio=rebuffer_ratio(made),
        exits_before_start=max(0, left.get(Status.READY, 0)),
        failed=made.failed,
        left_buffering=max(0, left.get(Status.BUFFERING_VIDEO, 0)),
    )


def status_row(status: Status, count: int) -> AudienceRowView:
    """A row by status: nothing but who is live is counted by status."""
    counts = {each.value: count if each is status else 0 for each in Status}
    return AudienceRowView(
        value=status.value,
        label=None,
        watching_now=count if status in WATCHING else 0,
        by_status=StatusCountsView(**counts),
        sessions=None,
        attempts=None,
        starts=None,
        start_up_p50_s=None,
        start_up_p95_s=None,
        rebuffer_ratio=None,
        exits_before_start=None,
        failed=None,
        left_buffering=None,
    )


def live_of(row: AudienceRowView) -> int:
    """How many are live, in whatever status."""
    return sum(getattr(row.by_status, status.value) for status in Status)


def is_empty(row: AudienceRowView) -> bool:
    """Whether nobody is live in it and nothing was counted in the window."""
    counted = (row.sessions, row.attempts, row.starts, row.failed, row.exits_before_start, row.left_buffering)
    return not live_of(row) and not any(counted) and row.rebuffer_ratio is None
