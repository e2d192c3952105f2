"""Reading the audience: how many watch now, by status and title, and how many were seen each minute of an hour.

The counts are spread over several items by the stream shard they came from, and summed here.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from live_viewers.audience.audience_view import (
    AudienceMinuteView,
    AudienceView,
    StatusCountsView,
    TitleAudienceView,
)
from live_viewers.audience.counts import STATUS_LETTERS, blocks_between
from live_viewers.audience.made_once import SEEN
from live_viewers.audience.scope_counts import leases_end
from live_viewers.rfc3339 import rfc3339
from live_viewers.scope import ALL, Scope
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.liveness import WATCHING
from live_viewers.session.status import Status

CHART_MINUTES = 60
TOP_TITLES = 10
TITLES_WITHIN_S = 1.0
_STATUSES = {letter: status for status, letter in STATUS_LETTERS.items()}
_WATCHING_LETTERS = tuple(sorted(STATUS_LETTERS[status] for status in WATCHING))


class BlockCounts(msgspec.Struct, frozen=True):
    """One item: the counts of one scope in one block by (minute in the block, counter), of one shard."""

    block: int
    scope: Scope
    title: str | None
    counts: dict[tuple[int, str], int]


class TopTitle(msgspec.Struct, frozen=True):
    """A title and how many are watching it."""

    media_id: str
    title: str
    watching: int


class TopTitles(msgspec.Struct, frozen=True):
    """Most watched first; `partial`: of those titles alone that were read in time."""

    titles: Sequence[TopTitle] = ()
    partial: bool = False


class Audience(Protocol):
    """The audience's figures, as a port of the API."""

    def read(self, scope: Scope, now_ms: int) -> AudienceView:
        """The audience of one title, or of all."""


class AudienceReader(Protocol):
    """Where the counts are kept."""

    def blocks(self, scope: Scope, blocks: Sequence[int]) -> Iterable[BlockCounts]:
        """The items of one title, or with None of the whole, in these blocks."""
        ...

    def titles(
        self, starts: Mapping[int, int], counters: Collection[str], within_s: float
    ) -> tuple[Iterable[BlockCounts], bool]:
        """The items of every title in some blocks, each with only these counters of its minutes from a first one
        on (`starts`: block to minute in it): what the rest holds is neither sent nor read. And whether these are
        all: reading ends when `within_s` have passed."""
        ...


def watching_now(reader: AudienceReader, now_ms: int) -> int:
    """Only the number of `read_audience`, at the cost of one batch read."""
    now_minute = now_ms // MINUTE_MS
    by_status: Counter[Status] = Counter()
    for item in reader.blocks(ALL, _current_blocks(now_minute)):
        by_status.update(_live(item, now_minute))
    return _watching(by_status)


def read_audience(reader: AudienceReader, scope: Scope, now_ms: int, top: TopTitles | None = None) -> AudienceView:
    """The audience of one title, or with None of all.

    `watching_now` counts sessions that are live and playing, exact to the minute of their lease's end; `by_status`
    all live sessions by status; `minutes` the sessions seen in each of the last 60 minutes, oldest first, the last
    one still running. `top_titles` are those of `top`, read now where they aren't given, and none for one title.
    """
    if top is None:
        top = TopTitles() if scope != ALL else read_top_titles(reader, now_ms)
    now_minute = now_ms // MINUTE_MS
    chart_from = now_minute - CHART_MINUTES + 1
    by_status: Counter[Status] = Counter()
    seen: Counter[int] = Counter()
    for item in reader.blocks(scope, blocks_between(chart_from, leases_end(now_minute))):
        by_status.update(_live(item, now_minute))
        for (minute, counter), count in item.counts.items():
            if counter == SEEN:
                seen[item.block + minute] += count
    return AudienceView(
        as_of=rfc3339(now_ms),
        media_id=scope.id if scope.kind == "title" else None,
        watching_now=_watching(by_status),
        by_status=StatusCountsView(**{status.value: max(0, by_status[status]) for status in Status}),
        top_titles=[
            TitleAudienceView(media_id=each.media_id, title=each.title, watching_now=each.watching)
            for each in top.titles
        ],
        partial=top.partial,
        minutes=[
            AudienceMinuteView(minute=rfc3339(minute * MINUTE_MS), sessions=seen[minute])
            for minute in range(chart_from, now_minute + 1)
        ],
    )


def read_top_titles(reader: AudienceReader, now_ms: int, top: int = TOP_TITLES) -> TopTitles:
    """The titles with the most watching now, most first. Reads an item a title, block and shard, for a second at
    the most: whoever sends events can name as many titles as they like."""
    now_minute = now_ms // MINUTE_MS
    starts = {block: max(0, now_minute - block) for block in _current_blocks(now_minute)}
    titles: dict[str, Counter[Status]] = {}
    names: dict[str, str] = {}
    items, complete = reader.titles(starts, _WATCHING_LETTERS, TITLES_WITHIN_S)
    for item in items:
        if item.scope.kind == "title":
            titles.setdefault(item.scope.id, Counter()).update(_live(item, now_minute))
            if item.title is not None:
                names[item.scope.id] = item.title
    watching = [
        TopTitle(media_id, names.get(media_id, media_id), count)
        for media_id, statuses in titles.items()
        if (count := _watching(statuses)) > 0
    ]
    return TopTitles(sorted(watching, key=lambda each: (-each.watching, each.media_id))[:top], not complete)


def _current_blocks(now_minute: int) -> list[int]:
    """Every lease ends in one of these."""
    return blocks_between(now_minute, leases_end(now_minute))


def _live(item: BlockCounts, now_minute: int) -> dict[Status, int]:
    """The item's sessions whose lease ends in this minute or later, by status."""
    live: dict[Status, int] = {}
    for (minute, counter), count in item.counts.items():
        status = _STATUSES.get(counter)
        if status is not None and item.block + minute >= now_minute:
            live[status] = live.get(status, 0) + count
    return live


def _watching(by_status: Counter[Status]) -> int:
    # A reader between the two halves of a move that spans two blocks may find one too few, never fewer than none.
    return max(0, sum(by_status[status] for status in WATCHING))
