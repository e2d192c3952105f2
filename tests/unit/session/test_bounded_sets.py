"""The bounded sets of a session are joins."""

from hypothesis import given
from hypothesis import strategies as st

from live_viewers.session.bounded_sets import MOST_ERRORS, join_errors, pack_errors, unpack_errors
from live_viewers.session.media_session import fold
from tests.viewing import error

MARKS = st.frozensets(st.integers(0, 2**24 - 1), max_size=20)


@given(MARKS, MARKS, MARKS)
def test_errors_are_a_join_too(one, two, three):
    assert join_errors(join_errors(one, two), three) == join_errors(one, join_errors(three, two))
    cut = join_errors(one, two)
    assert len(cut) == min(MOST_ERRORS, len(one | two))
    assert unpack_errors(pack_errors(cut)) == cut


def test_an_error_reported_twice_is_one_error():
    event = error(at=5)
    assert len(fold([event, event, error(at=6)]).errors) == 2
