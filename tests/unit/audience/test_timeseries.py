"""The audience over time: minutes, hours that were rolled up, hours that are summed from minutes."""

import msgspec
import pytest

from live_viewers.audience.history import Hour, Rolled
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.subjects import Subject, Subjects
from live_viewers.audience.timeseries import MOST_POINTS, Step, read_timeseries, time_range
from live_viewers.audience.timeseries_view import AudienceTimeseriesView
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.scope import ALL, title_scope
from tests.response_models import matches
from tests.unit.audience.counted import Counts, History

NOW_HOUR = 490_000
NOW = NOW_HOUR * 60 + 30
NOW_MS = NOW * 60_000 + 1_000
EVERYONE = Subject(ALL)


def asked(
    counts: Counts, history: History, start: int, end: int, step: Step = "1m", subject: Subject = EVERYONE
) -> AudienceTimeseriesView:
    view = read_timeseries(counts, history, subject, time_range(start * 60_000, end * 60_000, step), NOW_MS)
    matches(AudienceTimeseriesView, msgspec.to_builtins(view))
    return view


def test_minutes_tell_what_was_counted_and_who_watched_at_their_end() -> None:
    counts, history = Counts(), History()
    played = ScopeCounts(seen=5, played_s=150.0, watched_s=160.0, buffering_s=16.0, starts=2, failed=1)
    counts.add(NOW - 2, played, ALL)
    history.minutes["ALL", NOW - 2] = {"": 4}
    history.minutes["ALL", NOW - 1] = {"": 7}
    view = asked(counts, history, NOW - 3, NOW)
    assert [(each.watching, each.sessions, each.average_audience) for each in view.points] == [
        (None, 0, 0.0),
        (4, 5, 2.5),
        (7, 0, 0.0),
    ]
    assert view.points[1].rebuffer_ratio == 0.1
    assert view.peak is not None
    assert (view.peak.at, view.peak.value) == (view.points[2].at, 7)
    assert view.average_audience == round(150 / 180, 2)


def test_nothing_is_told_of_what_is_to_come_or_gone() -> None:
    view = asked(Counts(), History(), NOW - 1, NOW + 60)
    assert len(view.points) == 2  # this minute and the one before
    gone = asked(Counts(), History(), NOW - 96 * 60 - 2, NOW - 96 * 60 + 1)
    assert [each.sessions for each in gone.points] == [None, None, 0]
    assert (gone.peak, gone.average_audience) == (None, 0.0)


def test_hours_come_from_the_roll_up_and_newer_ones_from_minutes() -> None:
    counts, history = Counts(), History()
    history.state = Rolled(NOW_HOUR - 60, NOW_HOUR - 51, frozenset({NOW_HOUR - 53}))
    kept = Hour(counts=ScopeCounts(played_s=3600.0), sessions=3, watching=9, peak_minute=(NOW_HOUR - 52) * 60 + 7)
    history.kept[ALL, NOW_HOUR - 52] = kept
    counts.add((NOW_HOUR - 51) * 60 + 5, ScopeCounts(seen=2, played_s=7200.0), ALL)
    counts.add((NOW_HOUR - 51) * 60 + 6, ScopeCounts(seen=1), ALL)
    view = asked(counts, history, (NOW_HOUR - 61) * 60 + 59, (NOW_HOUR - 50) * 60, "1h")
    by_hour = {NOW_HOUR - 61 + number: point for number, point in enumerate(view.points)}
    assert by_hour[NOW_HOUR - 61].sessions is None  # before the stage kept hours
    assert (by_hour[NOW_HOUR - 60].sessions, by_hour[NOW_HOUR - 60].watching) == (0, None)
    assert by_hour[NOW_HOUR - 53].sessions is None  # missed: not guessed
    assert (by_hour[NOW_HOUR - 52].watching, by_hour[NOW_HOUR - 52].average_audience) == (9, 1.0)
    assert (by_hour[NOW_HOUR - 51].sessions, by_hour[NOW_HOUR - 51].average_audience) == (2, 2.0)
    assert view.peak is not None
    assert (view.peak.value, view.peak.at[14:16]) == (9, "07")


def test_a_title_that_isnt_kept_in_an_hour_is_not_said_to_be_empty() -> None:
    history = History()
    history.state = Rolled(NOW_HOUR - 60, NOW_HOUR - 51)
    title = Subject(title_scope("final"), media_id="final")
    view = asked(Counts(), history, (NOW_HOUR - 55) * 60, (NOW_HOUR - 54) * 60, "1h", title)
    assert view.points[0].sessions is None


def test_the_hour_that_runs_is_averaged_over_the_minutes_that_it_has() -> None:
    counts = Counts()
    counts.add(NOW_HOUR * 60 + 3, ScopeCounts(played_s=31 * 60.0), ALL)
    view = asked(counts, History(), NOW_HOUR * 60, NOW_HOUR * 60 + 60, "1h")
    assert view.points[0].average_audience == 1.0


@pytest.mark.parametrize(
    ("start", "end", "step", "points"),
    [(0, 1, "1m", 1), (0, MOST_POINTS, "1m", MOST_POINTS), (59, 61, "1h", 2), (0, 60, "1h", 1), (5, 5, "1m", 0)],
)
def test_a_range_is_floored_to_its_step_and_its_end_is_not_in_it(
    start: int, end: int, step: Step, points: int
) -> None:
    assert time_range(start * 60_000 + 59_999, end * 60_000, step).points == points


def test_a_subject_is_named_by_its_question() -> None:
    subjects = Subjects(Dimensions(()))
    assert subjects.of_question(None, None, None).scope == ALL
    assert subjects.of_question(None, None, "final").scope == title_scope("final")
    assert subjects.of_question("title", "final", None).scope == title_scope("final")
