"""The audience by value: rows, what is folded into others, what adds up."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.audience.audience_view import StatusCountsView
from live_viewers.audience.breakdown import BreakdownQuestion, read_breakdown
from live_viewers.audience.breakdown_view import AudienceBreakdownView, AudienceRowView
from live_viewers.audience.figures import percentile_s
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.subjects import NotCounted, Subjects
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import Dimensions, UnknownDimension
from live_viewers.dimensions.tokens import closed_token, open_token
from live_viewers.scope import ALL, Scope, dimension_scope, pinned_scope, title_scope
from live_viewers.session.status import Status
from tests.response_models import matches
from tests.unit.audience.counted import Counts

NOW = 29_000_000
NOW_MS = NOW * 60_000 + 12_345
CDN = Dimension("cdn", ("atomic:a",), ("east", "west", "north"))
CITY = Dimension("city", ("atomic:b",))
SUBJECTS = Subjects(Dimensions((CDN, CITY)), ("final",))
VALUES = {"east": "0", "west": "1", "north": "2", "other": "~", "unknown": "-"}
COUNTED = ("watching_now", "attempts", "starts", "exits_before_start", "failed", "left_buffering")


def cdn(value: str) -> Scope:
    return dimension_scope(closed_token(CDN.key, VALUES[value]))


def asked(
    counts: Counts, by: str, media_id: str | None = None, window: int = 5, limit: int = 50
) -> AudienceBreakdownView:
    view = read_breakdown(counts, SUBJECTS, BreakdownQuestion(by, media_id, window, limit), NOW_MS)
    matches(AudienceBreakdownView, msgspec.to_builtins(view))
    return view


def rows(view: AudienceBreakdownView) -> dict[str | None, AudienceRowView]:
    return {row.value: row for row in view.rows}


def watching(count: int, minute: int = NOW + 1) -> tuple[int, ScopeCounts]:
    return minute, ScopeCounts(leases={Status.WATCHING_VIDEO: count})


def test_a_row_has_who_is_live_now_and_the_whole_minutes_before() -> None:
    counts = Counts()
    counts.add(NOW, ScopeCounts(seen=99, starts=99, failed=99), ALL, cdn("west"))  # the minute that runs
    counts.add(NOW - 6, ScopeCounts(seen=99, starts=99), ALL, cdn("west"))  # before the window
    counts.add(NOW - 5, ScopeCounts(seen=4, starts=1, watched_s=60, buffering_s=15), ALL, cdn("west"))
    counts.add(NOW - 1, ScopeCounts(seen=3, starts=2, attempts=5, failed=1, watched_s=40), ALL, cdn("west"))
    counts.add(NOW, ScopeCounts(leases={Status.BUFFERING_VIDEO: 2}), ALL, cdn("west"))
    counts.add(NOW + 9, ScopeCounts(leases={Status.PAUSED_VIDEO: 1}), ALL, cdn("west"))
    row = rows(asked(counts, "cdn"))["west"]
    assert (row.watching_now, row.by_status.BUFFERING_VIDEO, row.by_status.PAUSED_VIDEO) == (2, 2, 1)
    assert (row.sessions, row.attempts, row.starts, row.failed) == (4, 5, 3, 1)
    assert row.rebuffer_ratio == 0.15


def test_who_left_is_told_of_minutes_that_ended_two_minutes_ago() -> None:
    counts = Counts()
    left = ScopeCounts(leases={Status.READY: 1, Status.BUFFERING_VIDEO: 2, Status.WATCHING_VIDEO: 4})
    for minute in (NOW - 6, NOW - 5, NOW - 3, NOW - 2, NOW - 1):
        counts.add(minute, left, ALL)
    total = asked(counts, "cdn").total
    assert (total.exits_before_start, total.left_buffering, total.watching_now) == (2, 4, 0)


def test_unlisted_values_and_what_is_beyond_the_limit_are_one_row() -> None:
    counts = Counts()
    for value, count in (("east", 30), ("west", 20), ("north", 10), ("other", 5), ("unknown", 50)):
        counts.add(*watching(count), ALL, cdn(value))
    assert [row.value for row in asked(counts, "cdn").rows] == ["east", "west", "north", "unknown", "other"]
    view = asked(counts, "cdn", limit=2)
    assert [(row.value, row.watching_now) for row in view.rows] == [("east", 30), ("west", 20), ("other", 65)]


def test_values_with_nothing_to_tell_are_no_rows() -> None:
    counts = Counts()
    counts.add(NOW - 1, ScopeCounts(seen=1), ALL, cdn("east"))
    counts.add(NOW - 60, ScopeCounts(seen=1), ALL, cdn("west"))
    assert list(rows(asked(counts, "cdn"))) == ["east"]
    assert asked(Counts(), "cdn").rows == []


def test_open_values_of_one_bucket_are_shown_together() -> None:
    bucket = dimension_scope(open_token(CITY.key, "Berlin"))
    unknown = dimension_scope(open_token(CITY.key, ""))
    counts = Counts({bucket: ("Bern", "Berlin")})
    counts.add(*watching(3), ALL, bucket)
    counts.add(*watching(1), ALL, unknown)
    found = [(row.value, row.label, row.watching_now) for row in asked(counts, "city").rows]
    assert found == [("Berlin", "Berlin, Bern", 3), ("unknown", None, 1)]


def test_titles_have_their_names_and_may_be_partial() -> None:
    counts = Counts({title_scope("final"): ("The Final",)}, partial=True)
    counts.add(*watching(3), ALL, title_scope("final"))
    counts.add(*watching(1), ALL, title_scope("other"))  # a title of that name is a title
    view = asked(counts, "title")
    assert [(row.value, row.label) for row in view.rows] == [("final", "The Final"), ("other", None)]
    assert view.partial
    assert [row.value for row in asked(counts, "title", "final").rows] == ["final"]


def test_by_status_only_who_is_live_is_counted() -> None:
    counts = Counts()
    counts.add(
        NOW + 1, ScopeCounts(seen=5, leases={Status.WATCHING_AD: 2, Status.READY: 1}), ALL, title_scope("final")
    )
    view = asked(counts, "status", "final")
    found = rows(view)
    assert list(found) == ["WATCHING_AD", "READY"]
    assert (found["WATCHING_AD"].watching_now, found["READY"].watching_now) == (2, 0)
    assert found["READY"].sessions is found["READY"].starts is found["READY"].start_up_p95_s is None
    assert view.total.watching_now == 2


def test_values_within_a_title_are_counted_for_pinned_ones() -> None:
    counts = Counts()
    scope = pinned_scope(closed_token(CDN.key, "1"), "final")
    assert scope is not None
    counts.add(*watching(2), ALL, title_scope("final"), scope)
    view = asked(counts, "cdn", "final")
    assert [(row.value, row.watching_now) for row in view.rows] == [("west", 2)]
    assert view.total.watching_now == 2
    with pytest.raises(NotCounted, match="pinned_titles"):
        asked(counts, "cdn", "semifinal")
    with pytest.raises(NotCounted, match="list of values"):
        asked(counts, "city", "final")


def test_a_dimension_that_isnt_there_names_those_that_are() -> None:
    with pytest.raises(UnknownDimension, match="cdn, city, title, status"):
        asked(Counts(), "ISP")


@pytest.mark.parametrize(
    ("start_up", "share", "seconds"),
    [
        ((0,) * 8, 0.5, None),
        ((4, 0, 0, 0, 0, 0, 0, 0), 0.5, 0.05),
        ((0, 0, 10, 0, 0, 0, 0, 0), 0.95, 0.975),
        ((0, 5, 5, 0, 0, 0, 0, 0), 0.5, 0.5),
        ((0, 0, 0, 0, 0, 0, 4, 0), 1.0, 15.0),
        ((1, 0, 0, 0, 0, 0, 0, 9), 0.95, 15.0),
        ((10, 0, 0, 0, 10, 0, 0, 0), 0.75, 3.5),
    ],
)
def test_percentiles_are_linear_inside_a_bucket(
    start_up: tuple[int, ...], share: float, seconds: float | None
) -> None:
    assert percentile_s(start_up, share) == seconds


STATUSES = st.dictionaries(st.sampled_from(list(Status)), st.integers(1, 9))
MADE = st.builds(
    ScopeCounts,
    seen=st.integers(0, 9),
    leases=STATUSES,
    attempts=st.integers(0, 9),
    starts=st.integers(0, 9),
    failed=st.integers(0, 9),
    start_up=st.tuples(*[st.integers(0, 3)] * 8),
    watched_s=st.integers(10, 99).map(float),
    buffering_s=st.integers(0, 10).map(float),
)
STORY = st.lists(st.tuples(st.sampled_from(list(VALUES)), st.integers(NOW - 8, NOW + 3), MADE), max_size=30)


@given(STORY, st.integers(1, 60), st.integers(1, 6))
def test_rows_of_a_closed_dimension_add_up_to_the_total(
    story: list[tuple[str, int, ScopeCounts]], window: int, limit: int
) -> None:
    """In each count; `sessions` is a maximum of minutes, which values need not reach together."""
    counts = Counts()
    for value, minute, made in story:
        counts.add(minute, made, ALL, cdn(value))
    view = asked(counts, "cdn", window=window, limit=limit)
    for name in COUNTED:
        assert sum(getattr(row, name) for row in view.rows) == getattr(view.total, name), name
    for status in StatusCountsView.__struct_fields__:
        assert sum(getattr(row.by_status, status) for row in view.rows) == getattr(view.total.by_status, status)
    assert sum(row.sessions or 0 for row in view.rows) >= (view.total.sessions or 0)
    assert len(view.rows) <= limit + 1
