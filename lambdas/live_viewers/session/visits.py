"""The visits of a session: trackers that are given one constant session id count from 0 again at each visit.

A visit is known by its raw `startedAt`, the same on each of its events. Its counters are maxima (SessionCounters),
and the session's totals are the sum over its visits.
"""

from live_viewers.session.session_counters import SessionCounters, sum_counters

MOST_VISITS = 4
NO_START = -1  # the events report no start


class Visits:
    """The counters of the visits with the greatest `startedAt`, at most 4. `dropped`: there were more.

    The four greatest of a whole are among the four greatest of every part they are in, so it stays a join.
    """

    __slots__ = ("by_start", "dropped")

    def __init__(self) -> None:
        self.by_start: dict[int, SessionCounters] = {}
        self.dropped = False

    def of(self, started_at_ms: int | None) -> SessionCounters:
        """The counters of a visit, made where there are none. Who adds more drops the oldest then."""
        start = NO_START if started_at_ms is None else started_at_ms
        counters = self.by_start.get(start)
        if counters is None:
            counters = self.by_start[start] = SessionCounters()
        return counters

    def drop_oldest(self) -> None:
        """Keep no more than the visits that count."""
        while len(self.by_start) > MOST_VISITS:
            del self.by_start[min(self.by_start)]
            self.dropped = True

    def merge(self, other: "Visits") -> None:
        """Join another part of the same session."""
        self.dropped |= other.dropped
        for start, counters in other.by_start.items():
            self.of(start).merge(counters)
        self.drop_oldest()

    def total(self) -> SessionCounters | None:
        """The sum of the visits; None where no event had counters."""
        if len(self.by_start) < 2:
            return next(iter(self.by_start.values()), None)
        return sum_counters(self.by_start.values())

    def first(self) -> SessionCounters | None:
        """The first visit; None where no event had counters, and where the first was dropped."""
        return None if self.dropped or not self.by_start else self.by_start[min(self.by_start)]

    def content(self) -> tuple[object, ...]:
        """All of it, comparable."""
        return (
            self.dropped,
            [
                (start, each.started_at_ms, each.initial_pause_ms, each.dump())
                for start, each in sorted(self.by_start.items())
            ],
        )
