"""What events tell of ads, as tokens that may be added in any order, in any batches, any number of times."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.ads.ad_tokens import (
    BREAK_SEEN,
    BREAK_SHOWED_AD,
    CLICKED,
    COMPLETED,
    FIRST_QUARTILE,
    FLAGS,
    MIDPOINT,
    SKIPPED,
    STARTED,
    THE_BREAK,
    THIRD_QUARTILE,
    AdPlace,
    Known,
    Shown,
    hash_of,
    known_of,
    number_of,
    tokens_of,
)
from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent
from live_viewers.time_units import HOUR_MS
from tests.any_events import any_event
from tests.viewing import (
    CAR_AD,
    PREROLL,
    START_MS,
    ad_break_end,
    ad_break_start,
    ad_click,
    ad_complete,
    ad_quartile,
    ad_skip,
    ad_start,
    ping,
    with_player,
)

HOUR = START_MS // HOUR_MS
CAR = hash_of("ad-car")
OUTSIDE = AdPlace(None, number_of("ad-car"))
Told = dict[AdPlace, set[str]]


def told_by(*events: MediaEvent) -> Told:
    return {place: set(tokens.texts()) for place, tokens in tokens_of(events).items()}


def known(stored: Told) -> dict[AdPlace, dict[str, Known]]:
    return {place: known_of(tokens) for place, tokens in stored.items()}


def of_the_car(*events: MediaEvent) -> Known:
    return known(told_by(*events))[OUTSIDE][CAR]


def quartile(percent: float | None, **fields: object) -> MediaEvent:
    return ad_quartile(at=5, payload={"percent_progress": percent}, **fields)


@pytest.mark.parametrize(
    ("event", "flags"),
    [
        (ad_start(at=0), STARTED),
        (ping(at=0, ad=CAR_AD), STARTED),
        (with_player(EventKind.AD_PAUSE, at=0, ad=CAR_AD), STARTED),
        (quartile(None), STARTED),
        (quartile(24), STARTED),
        (quartile(25), STARTED | FIRST_QUARTILE),
        (quartile(50), STARTED | FIRST_QUARTILE | MIDPOINT),
        (quartile(74), STARTED | FIRST_QUARTILE | MIDPOINT),
        (quartile(75.0), STARTED | FIRST_QUARTILE | MIDPOINT | THIRD_QUARTILE),
        (ad_complete(at=0), STARTED | FIRST_QUARTILE | MIDPOINT | THIRD_QUARTILE | COMPLETED),
        (ad_click(at=0), STARTED | CLICKED),
        (ad_skip(at=0), STARTED | SKIPPED),
    ],
)
def test_an_event_tells_its_flag_and_those_that_it_implies(event: MediaEvent, flags: int) -> None:
    assert of_the_car(event).flags == flags


def test_a_token_names_the_ad_the_flag_and_the_hour_and_one_more_what_is_shown() -> None:
    ad = Ad(ad_id="ad-car", name="A car", creative_id="c-1", pod_position=2, duration_s=20.0)
    assert told_by(ad_start(at=0, ad=ad)) == {
        OUTSIDE: {f"{CAR}:start@{HOUR}", f"{CAR}:=ad-car\tA car\tc-1\t2\t20.000\tBig Buck Bunny"}
    }
    assert len(CAR) == 11


def test_an_ad_in_two_breaks_is_told_in_two_places() -> None:
    later = AdBreak(break_id="break-9")
    places = told_by(ad_start(at=0, ad_break=PREROLL), ad_start(at=900, ad_break=later), ad_start(at=1000))
    number = number_of("ad-car")
    assert {place for place, tokens in places.items() if any(each.startswith(CAR) for each in tokens)} == {
        AdPlace("break-1", number),
        AdPlace("break-9", number),
        AdPlace(None, number),
    }


def test_a_break_is_told_with_whether_it_showed_an_ad() -> None:
    empty = known(told_by(ad_break_start(at=0), ad_break_end(at=1)))[AdPlace("break-1", 0)]
    assert empty[THE_BREAK].flags == BREAK_SEEN
    assert Shown.read(empty[THE_BREAK].shown)[:2] == ("break-1", "pre-roll")
    filled = known(told_by(ad_break_start(at=0), ad_start(at=1, ad_break=PREROLL)))[AdPlace("break-1", 0)]
    assert filled[THE_BREAK].flags == BREAK_SEEN | BREAK_SHOWED_AD


def test_a_view_belongs_to_its_smallest_hour() -> None:
    late, early = ad_complete(at=3600), ad_start(at=3599)
    first = (START_MS + 3_599_000) // HOUR_MS
    assert of_the_car(late).hour == first + 1
    assert of_the_car(late, early).hour == of_the_car(early, late).hour == first


def test_the_greatest_text_is_shown_and_one_that_tells_more_is_the_greater() -> None:
    plain, named = Ad(ad_id="ad-car"), Ad(ad_id="ad-car", name="A car", creative_id="c")
    assert Shown.read(of_the_car(ad_start(at=0, ad=named), ping(at=1, ad=plain)).shown).creative_id == "c"
    assert Shown.read(of_the_car(ad_start(at=0, ad=plain)).shown) == Shown("ad-car", media_id="Big Buck Bunny")
    split = Ad(ad_id="ad-car", name="A\tcar\nwith lines")
    assert Shown.read(of_the_car(ad_start(at=0, ad=split)).shown).name == "A car with lines"


def test_texts_are_cut_and_ids_stay_apart() -> None:
    ads = [Ad(ad_id="x" * 255 + end, name="é" * 4000, creative_id="y" * 4000) for end in "ab"]
    told = tokens_of([ad_start(at=0, ad=ad, label="映画" * 500) for ad in ads])
    texts = [text for tokens in told.values() for text in tokens.texts()]
    assert max(len(text.encode()) for text in texts) <= 280
    shown = [Shown.read(each.shown) for tokens in told.values() for each in known_of(tokens.texts()).values()]
    assert len({each.id for each in shown}) == 2


def test_what_is_known_is_not_told_again() -> None:
    start, before = [ad_start(at=0)], known_of(told_by(ad_start(at=0), quartile(50))[OUTSIDE])
    assert tokens_of([*start, ping(at=1, ad=CAR_AD), quartile(25)])[OUTSIDE].texts(before) == []
    assert tokens_of([quartile(75)])[OUTSIDE].texts(before) == [f"{CAR}:75@{HOUR}"]
    assert tokens_of([ping(at=7200, ad=CAR_AD)])[OUTSIDE].texts(before) == []  # a later hour tells nothing
    assert tokens_of([ping(at=-3600, ad=CAR_AD)])[OUTSIDE].texts(before) == [f"{CAR}:start@{HOUR - 1}"]


def test_tokens_of_a_later_release_are_left_out() -> None:
    assert known_of({f"{CAR}:rewound@{HOUR}", "?", f"{CAR}:start@x", f"{CAR}:=ad-car"}) == {}


@given(st.lists(any_event(), max_size=12), st.data())
def test_any_order_batching_and_repetition_tells_the_same(events: list[MediaEvent], data: st.DataObject) -> None:
    """Each batch adds what it doesn't know from the ones before, and sometimes knows nothing."""
    once = known(told_by(*events))
    again = data.draw(st.lists(st.sampled_from(events), max_size=6)) if events else []
    order = data.draw(st.permutations([*events, *again]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=4)))
    stored: Told = {}
    for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        remembers = data.draw(st.booleans())
        for place, tokens in tokens_of(order[begin:end]).items():
            there = stored.setdefault(place, set())
            there.update(tokens.texts(known_of(there) if remembers else {}))
    assert {place: each for place, each in known(stored).items() if each} == once


@given(st.lists(st.builds(Known, st.sampled_from(list(FLAGS.values())), st.integers(1, 3), st.text(max_size=2))))
def test_what_is_known_is_a_join(many: list[Known]) -> None:
    if many:
        joined = reduce(Known.joined, many)
        assert joined == reduce(Known.joined, reversed(many)) == joined.joined(many[0])
