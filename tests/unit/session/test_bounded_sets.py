"""Which ads were seen and how far: a bounded set that is a join."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.session.bounded_sets import (
    CLICKED,
    COMPLETED,
    FIRST_QUARTILE,
    MIDPOINT,
    MOST_ADS,
    MOST_ERRORS,
    SEEN,
    SKIPPED,
    THIRD_QUARTILE,
    ad_hash,
    join_errors,
    note_ad,
    pack_ads,
    pack_errors,
    unpack_ads,
    unpack_errors,
)
from live_viewers.session.media_session import fold
from tests.viewing import ad_click, ad_complete, ad_quartile, ad_skip, ad_start, error

NOTES = st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 127)), max_size=80)


def noted(notes: list[tuple[int, int]]) -> dict[int, int]:
    ads: dict[int, int] = {}
    for ad, flags in notes:
        note_ad(ads, ad, flags)
    return ads


@given(NOTES, NOTES, st.randoms(use_true_random=False))
def test_a_cut_set_is_still_a_join(some, others, random):
    joined = noted(some)
    for ad, flags in noted(others).items():
        note_ad(joined, ad, flags)
    every = some + others
    random.shuffle(every)
    assert joined == noted(every)
    assert len(joined) <= MOST_ADS
    assert unpack_ads(pack_ads(joined)) == joined


MARKS = st.frozensets(st.integers(0, 2**24 - 1), max_size=20)


@given(MARKS, MARKS, MARKS)
def test_errors_are_a_join_too(one, two, three):
    assert join_errors(join_errors(one, two), three) == join_errors(one, join_errors(three, two))
    cut = join_errors(one, two)
    assert len(cut) == min(MOST_ERRORS, len(one | two))
    assert unpack_errors(pack_errors(cut)) == cut


@pytest.mark.parametrize(
    ("percent", "flags"),
    [
        (25, SEEN | FIRST_QUARTILE),
        (51, SEEN | FIRST_QUARTILE | MIDPOINT),
        (76, SEEN | FIRST_QUARTILE | MIDPOINT | THIRD_QUARTILE),
        (24, SEEN),
        (None, SEEN),
    ],
)
def test_a_quartile_is_the_last_one_that_the_real_percentage_reached(percent, flags):
    session = fold([ad_quartile(at=5, payload={"percent_progress": percent})])
    assert session.ads == {ad_hash("ad-car"): flags}


def test_what_happened_with_an_ad_adds_up():
    session = fold([ad_start(at=0), ad_click(at=5), ad_skip(at=6), ad_complete(at=20)])
    assert session.ads == {ad_hash("ad-car"): SEEN | CLICKED | SKIPPED | COMPLETED}


def test_an_error_reported_twice_is_one_error():
    event = error(at=5)
    assert len(fold([event, event, error(at=6)]).errors) == 2
