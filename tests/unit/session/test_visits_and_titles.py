"""Visits under one constant session id: each counts from 0, and the session is their sum. And its titles."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.events.media_event import MediaEvent, SessionTotals
from live_viewers.profile.viewing_totals import sum_totals, totals_of
from live_viewers.session.bounded_sets import MOST_TITLES
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_codec import pack, unpack
from tests.any_events import any_events
from tests.viewing import SESSION, START_MS, VIEWER, ping, play

HOUR_S = 3600


def visit(number: int, played_s: float = 100.0, ads: int = 0) -> list[MediaEvent]:
    """A visit that begins `number` hours after the start, and plays for so long."""
    started_ms, at_s = START_MS + number * HOUR_S * 1000, number * HOUR_S
    return [
        play(at=at_s, totals=SessionTotals(started_at_ms=started_ms)),
        ping(at=at_s + 50, totals=SessionTotals(started_at_ms=started_ms, time_played_s=played_s / 2)),
        ping(at=at_s + 120, totals=SessionTotals(started_at_ms=started_ms, time_played_s=played_s, ads=ads)),
    ]


VISITS = list(chain.from_iterable(visit(number) for number in range(6)))


def packed_and_back(session: MediaSession) -> MediaSession:
    return unpack(VIEWER, SESSION, pack(session), 0, session.media_id, session.dimensions.text)


def test_totals_are_the_sum_of_the_visits():
    totals = totals_of(fold([*visit(0, 100, ads=2), *visit(1, 40, ads=1)]))
    assert (totals.time_played_s, totals.ads_seen, totals.partial) == (140.0, 3, False)


def test_of_five_visits_the_oldest_is_dropped_and_that_is_said():
    visits = [visit(number, 50.0 + number) for number in range(5)]
    four = totals_of(fold(chain.from_iterable(visits[:4])))
    assert (four.time_played_s, four.partial) == (206.0, False)
    five = totals_of(fold(chain.from_iterable(visits)))
    assert (five.time_played_s, five.partial) == (210.0, True)
    assert sum_totals([four, five]).partial
    assert not sum_totals([four]).partial


@given(st.permutations(VISITS), st.integers(1, len(VISITS) - 1))
def test_visits_are_a_join(events, at):
    second = fold(events[at:])
    second.merge(packed_and_back(fold(events[:at])))
    assert second == fold(VISITS)
    assert packed_and_back(second) == second


@given(any_events(), st.data())
def test_whatever_comes_the_two_ways_to_join_agree(events, data):
    at = data.draw(st.integers(1, len(events)))
    joined = fold(events[:at])
    if events[at:]:
        joined.merge(fold(events[at:]))
    assert joined == fold(events)


def test_a_visit_is_known_by_the_start_that_the_device_says_though_its_clock_is_off():
    off_ms = 7_200_000
    events = [
        ping(
            at=at_s,
            device_time_ms=START_MS + at_s * 1000 + off_ms + jitter_ms,
            totals=SessionTotals(started_at_ms=START_MS + off_ms, time_played_s=float(at_s)),
        )
        for at_s, jitter_ms in ((30, 0), (60, 400), (90, -300))
    ]
    session = fold(events)
    assert totals_of(session).time_played_s == 90.0
    assert packed_and_back(session) == session


def test_a_playlist_in_one_session_is_remembered():
    session = fold([play(at=0, label="Episode 1"), play(at=60, label="Episode 2"), ping(at=90, label="Episode 2")])
    assert len(session.titles) == 2
    assert packed_and_back(session) == session


@pytest.mark.parametrize("count", [MOST_TITLES, MOST_TITLES + 1, 40])
def test_of_many_titles_the_smallest_marks_are_kept_in_any_order(count):
    events = [ping(at=number, label=f"Episode {number}") for number in range(count)]
    session = fold(events)
    assert session == fold(events[::-1])
    assert len(session.titles) == MOST_TITLES
    assert packed_and_back(session) == session
