"""Counts of minutes and scopes add up, in any order."""

from hypothesis import given
from hypothesis import strategies as st

from live_viewers.audience.scope_counts import START_UP_BUCKETS, ScopeCounts, leases_end
from live_viewers.events.media_event import EventKind
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.media_session import fold
from live_viewers.session.session_change import SessionImage
from live_viewers.session.status import Status
from tests.viewing import START_MS, with_player

small = st.integers(-5, 5)
counts = st.builds(
    ScopeCounts,
    seen=small,
    leases=st.dictionaries(st.sampled_from(Status), small.filter(bool)),
    attempts=small,
    starts=small,
    failed=small,
    start_up=st.tuples(*[small] * START_UP_BUCKETS),
    watched_s=small.map(float),
    buffering_s=small.map(float),
    played_s=small.map(float),
)


@given(counts, counts, counts)
def test_counts_add_up_in_any_order(one: ScopeCounts, two: ScopeCounts, three: ScopeCounts) -> None:
    assert one + two + three == three + (two + one)
    assert one + ScopeCounts() == one


def test_a_status_that_comes_to_none_is_left_out() -> None:
    left = ScopeCounts(leases={Status.READY: -1, Status.PAUSED_VIDEO: 2})
    assert (left + ScopeCounts(leases={Status.READY: 1})).leases == {Status.PAUSED_VIDEO: 2}


def test_the_longest_lease_of_the_fastest_clock_ends_before_the_end_of_leases() -> None:
    paused = fold([with_player(EventKind.PAUSE, at=300, paused=True)])
    ends = SessionImage.of(paused).lease_minute
    assert ends is not None
    assert START_MS // MINUTE_MS + 10 < ends < leases_end(START_MS // MINUTE_MS)
