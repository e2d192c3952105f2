"""Counts of ads by hour are those of the items as they are in the end, however the stream delivers them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.ads.ad_counting import AdAddition, AdChange, AdNames, AdScope, count_ads, counts_of
from live_viewers.ads.ad_tokens import AdPlace, hash_of, known_of, tokens_of
from live_viewers.ads.ad_view import AdItem
from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent
from live_viewers.time_units import HOUR_MS
from tests.viewing import (
    CAR_AD,
    PREROLL,
    START_MS,
    VIEWER,
    ad_break_end,
    ad_break_start,
    ad_click,
    ad_complete,
    ad_quartile,
    ad_start,
    with_player,
)

HOUR = START_MS // HOUR_MS
TITLE = "Big Buck Bunny"
CAR = AdScope("ad", HOUR, TITLE, hash_of("ad-car") + ".-")
_numbers = count(1)


class AdCounts:
    """What AdCountsTable keeps, as a dictionary. After `fail_after` additions it is killed, before or, with
    `lose_answers`, after adding the next."""

    def __init__(self) -> None:
        self.counts: dict[AdScope, Counter[str]] = {}
        self.names: dict[AdScope, AdNames] = {}
        self.marks: dict[tuple[AdScope, str], int] = {}
        self.fail_after: int | None = None
        self.lose_answers = False

    def add(self, shard_id: str, additions: Sequence[AdAddition], now_ms: int) -> list[int | None]:
        return [self._add(shard_id, addition) for addition in additions]

    def _add(self, shard_id: str, addition: AdAddition) -> int | None:
        dies, self.fail_after = self.fail_after == 0, None if self.fail_after is None else self.fail_after - 1
        if dies and not self.lose_answers:
            raise ConnectionError("killed")
        mark = self.marks.get((addition.scope, shard_id))
        if mark is not None and mark >= addition.first:
            return mark
        self.counts.setdefault(addition.scope, Counter()).update(addition.counts)
        self.names[addition.scope] = addition.names
        self.marks[addition.scope, shard_id] = addition.last
        if dies:
            raise ConnectionError("the answer is lost")
        return None

    def figures(self) -> dict[AdScope, dict[str, int]]:
        """But those that are nothing."""
        kept = {scope: {name: n for name, n in counts.items() if n} for scope, counts in self.counts.items()}
        return {scope: counts for scope, counts in kept.items() if counts}


class Items:
    """The items of ad views, and the changes that their writes make."""

    def __init__(self) -> None:
        self.tokens: dict[tuple[str, AdPlace], set[str]] = {}
        self.changes: list[AdChange] = []

    def item(self, session_id: str, place: AdPlace) -> AdItem | None:
        tokens = self.tokens.get((session_id, place))
        return None if tokens is None else AdItem(VIEWER, session_id, place.break_id, known_of(tokens))

    def write(self, events: Iterable[MediaEvent]) -> None:
        by_session: dict[str, list[MediaEvent]] = {}
        for event in events:
            by_session.setdefault(event.session_id, []).append(event)
        for session_id, some in by_session.items():
            for place, told in tokens_of(some).items():
                old = self.item(session_id, place)
                there = self.tokens.setdefault((session_id, place), set())
                texts = set(told.texts())
                if texts <= there:
                    continue  # DynamoDB tells of no change
                there |= texts
                self.changes.append(AdChange(next(_numbers), VIEWER, old, self.item(session_id, place)))

    def recount(self) -> dict[AdScope, dict[str, int]]:
        """Of the items as they are."""
        counts: dict[AdScope, Counter[str]] = {}
        for session_id, place in self.tokens:
            for scope, _, counter, delta in counts_of(AdChange(0, VIEWER, None, self.item(session_id, place))):
                counts.setdefault(scope, Counter())[counter] += delta
        return {scope: dict(counted) for scope, counted in counts.items()}


def counted(*events: MediaEvent) -> dict[AdScope, dict[str, int]]:
    items, counts = Items(), AdCounts()
    for event in events:
        items.write([event])
    count_ads(items.changes, "shard", counts, 0)
    return counts.figures()


WHOLE = [
    ad_break_start(at=0),
    ad_start(at=1, ad_break=PREROLL),
    ad_quartile(at=5, ad_break=PREROLL, payload={"percent_progress": 50}),
    ad_click(at=6, ad_break=PREROLL),
    ad_complete(at=20, ad_break=PREROLL),
    ad_break_end(at=21),
]
ALL_OF_IT = {"v": 1, "a": 1, "b": 1, "c": 1, "d": 1, "k": 1}


def test_a_view_counts_by_ad_and_by_break_with_all_that_it_implies() -> None:
    assert counted(*WHOLE) == {
        CAR: ALL_OF_IT,
        AdScope("break", HOUR, TITLE, hash_of("break-1")): {**ALL_OF_IT, "r": 1},
    }


def test_an_ad_shown_in_two_breaks_is_two_views() -> None:
    later = AdBreak(break_id="break-9")
    figures = counted(*WHOLE, ad_start(at=900, ad_break=later), ad_complete(at=920, ad_break=later))
    assert figures[CAR] == {**ALL_OF_IT, "v": 2, "a": 2, "b": 2, "c": 2, "d": 2}


def test_a_break_without_an_ad_is_counted_until_it_shows_one() -> None:
    scope = AdScope("break", HOUR, TITLE, hash_of("break-1"))
    assert counted(ad_break_start(at=0), ad_break_end(at=1)) == {scope: {"r": 1, "e": 1}}
    assert counted(ad_break_start(at=0), ad_break_end(at=1), ad_start(at=1, ad_break=PREROLL))[scope] == {
        "v": 1,
        "r": 1,
    }


def test_a_view_moves_whole_to_the_hour_and_title_that_a_late_event_tells() -> None:
    figures = counted(ad_start(at=3600), ad_complete(at=3620), ad_start(at=-1))
    assert {scope.hour for scope in figures} == {HOUR - 1}
    labelled = Ad(ad_id="ad-car", name="B")
    figures = counted(ad_start(at=0), ad_start(at=1, label="Zoo", ad=labelled))
    assert {scope.media_id for scope in figures} == {"Zoo"}


@pytest.mark.parametrize("erased_ms", [None, 5])
def test_a_removal_takes_nothing_back_and_who_begins_anew_counts_anew(erased_ms: int | None) -> None:
    items = Items()
    items.write(WHOLE[1:])
    (change, *_) = [each for each in items.changes if each.new and each.new.views]
    assert list(counts_of(AdChange(9, VIEWER, change.new, None))) == []
    new = AdItem(VIEWER, "s", "break-1", change.new.known if change.new else {}, erased_ms=erased_ms)
    again = list(counts_of(AdChange(9, VIEWER, change.new, new)))
    assert bool(again) == (erased_ms is not None)


EVENTS = st.lists(
    st.builds(
        with_player,
        st.sampled_from([kind for kind in EventKind if kind.name.startswith("AD_")]),
        at=st.sampled_from([0.0, 3599.0, 3600.0, -10.0]),
        session_id=st.sampled_from(["s1", "s2"]),
        label=st.sampled_from(["A", "B", None]),
        ad=st.sampled_from([None, CAR_AD, Ad(ad_id="ad-2", creative_id="c"), Ad(ad_id="ad-3", creative_id="c")]),
        ad_break=st.sampled_from([None, PREROLL, AdBreak(break_id="b")]),
        payload=st.sampled_from([{"percent_progress": percent} for percent in (10, 25, 50, 75)]),
    ),
    max_size=14,
)


@given(EVENTS, st.data())
def test_any_batches_redelivery_and_kill_come_to_the_items_own_figures(
    events: list[MediaEvent], data: st.DataObject
) -> None:
    items, counts = Items(), AdCounts()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(events)), max_size=5)))
    for begin, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
        items.write(events[begin:end])
    changes = items.changes
    at = 0
    while at < len(changes):
        batch = changes[at : at + data.draw(st.integers(1, 5))]
        counts.fail_after = data.draw(st.sampled_from([None, None, 0, 1, 2]))
        counts.lose_answers = data.draw(st.booleans())
        try:
            count_ads(batch, "shard", counts, 0)
        except ConnectionError:
            continue  # the batch comes again, maybe cut otherwise
        counts.fail_after = None
        if data.draw(st.booleans()):
            again = data.draw(st.integers(0, at))  # delivered again, with some before
            count_ads(changes[again : at + len(batch)], "shard", counts, 0)
        at += len(batch)
    assert counts.figures() == items.recount()
