"""Reading what is counted of ads: rows of a range of hours."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from live_viewers.ads.ad_counting import BREAKS, NONE, VIEWS, AdNames, By

MOST_ROWS = 200
MOST_HOURS = 31 * 24
DEFAULT_HOURS = 24


class AdHourCounts(NamedTuple):
    """The counts of one scope in one hour, as far as one item has them."""

    subject: str
    names: AdNames
    counts: dict[str, int]


class AdRow(NamedTuple):
    """One ad, creative or break: what is shown of it (`is_none`: views that tell none), and its counts."""

    names: AdNames
    counts: Counter[str]
    is_none: bool


class AdReport(NamedTuple):
    """Most views first; `partial`: some were not read, or not listed."""

    rows: list[AdRow]
    partial: bool


class AdCounts(Protocol):
    """The counts of ads, as a port of the API."""

    def report(self, by: By, from_hour: int, to_hour: int, media_id: str | None) -> AdReport:
        """The rows of the Unix hours from `from_hour` to before `to_hour`, of one title or of all."""
        ...


def rows_of(by: By, items: Iterable[AdHourCounts], is_complete: bool) -> AdReport:
    """The rows that items of hours, titles and shards come to."""
    names: dict[str, AdNames] = {}
    counts: dict[str, Counter[str]] = {}
    for item in (_grouped(by, each) for each in items):
        names[item.subject] = names.get(item.subject, AdNames()).joined(item.names)
        counts.setdefault(item.subject, Counter()).update(item.counts)
    rows = [
        AdRow(names[subject], counted, subject == NONE)
        for subject, counted in counts.items()
        if counted[VIEWS] > 0 or counted[BREAKS] > 0
    ]
    rows.sort(key=lambda row: (-row.counts[VIEWS], -row.counts[BREAKS], row.names))
    return AdReport(rows[:MOST_ROWS], not is_complete or len(rows) > MOST_ROWS)


def _grouped(by: By, item: AdHourCounts) -> AdHourCounts:
    """An item as one of the row that it belongs to."""
    if by == "break":
        return item
    ad, _, creative = item.subject.partition(".")
    if by == "ad":
        return item._replace(subject=ad)
    names = item.names
    return item._replace(subject=creative, names=AdNames(names.creative_id, names.name))
