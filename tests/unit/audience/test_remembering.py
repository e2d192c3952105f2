"""Who watched at a minute's end is written down once; an hour is rolled up once, or missed, and never guessed."""

import pytest

from live_viewers.audience.history import ROLLED_AFTER_H, ROLLED_WITHIN_H, Hour
from live_viewers.audience.remembering import (
    ROLLED_OPEN_VALUES,
    TOP_TITLES,
    NotReadInTime,
    roll_hours,
    watching_at_end,
)
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.subjects import Subjects
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dimensions.tokens import closed_token
from live_viewers.scope import ALL, Scope, dimension_scope, pinned_scope, title_scope
from live_viewers.session.status import Status
from tests.unit.audience.counted import Counts, History
from tests.unit.incidents.kept import Fuse, Killed

CDN = Dimension("cdn", ("atomic:a",), ("east", "west"))
CITY = Dimension("city", ("atomic:b",))
SUBJECTS = Subjects(Dimensions((CDN, CITY)), ("final",))
HOUR = 480_000
START = HOUR * 60
WEST = dimension_scope(closed_token(CDN.key, "1"))
WEST_OF_FINAL = pinned_scope(closed_token(CDN.key, "1"), "final")
assert WEST_OF_FINAL is not None
DUE = HOUR + 1 + ROLLED_AFTER_H


def live(count: int) -> ScopeCounts:
    return ScopeCounts(leases={Status.WATCHING_AD: count, Status.PAUSED_VIDEO: 50})


def test_all_titles_on_top_closed_and_pinned_values_are_written_down() -> None:
    counts = Counts()
    counts.add(START, live(99), ALL)  # whose lease ended in the minute
    counts.add(START + 1, live(3), ALL, WEST, title_scope("final"), WEST_OF_FINAL)
    counts.add(START + 9, live(2), ALL, title_scope("paused"))
    counts.add(START + 1, ScopeCounts(leases={Status.PAUSED_VIDEO: 1}), title_scope("nobody"))
    for number in range(TOP_TITLES):
        counts.add(START + 1, live(1), title_scope(f"{number:03}"))
    written = {each.group: dict(each.by_id) for each in watching_at_end(counts, SUBJECTS, START)}
    assert written["ALL"] == {"": 5}
    assert written[CDN.key] == {WEST.id: 3}
    assert written[f"{CDN.key}#final"] == {f"{WEST.id}#final": 3}
    titles = [group for group in written if group.startswith("title#")]
    assert len(titles) == TOP_TITLES
    assert {"title#final", "title#paused", "title#000"} <= set(titles)
    assert "title#nobody" not in titles
    assert CITY.key not in written


def test_values_that_were_not_read_in_time_are_not_said_to_be_none() -> None:
    written = {each.group for each in watching_at_end(Counts(partial=True), SUBJECTS, START)}
    assert written == {"ALL"}


def filled() -> Counts:
    counts = Counts()
    for minute in range(60):
        made = ScopeCounts(seen=minute % 7, starts=1, played_s=30.0, leases={Status.READY: 1})
        counts.add(START + minute, made, ALL, WEST, title_scope("final"), WEST_OF_FINAL)
    counts.add(START - 1, ScopeCounts(seen=99), ALL)
    counts.add(START + 60, ScopeCounts(seen=99), ALL)
    return counts


def test_an_hour_is_the_sum_of_its_minutes_and_the_greatest_of_them() -> None:
    counts, history = filled(), History()
    history.minutes["ALL", START + 20] = {"": 8}
    history.minutes["ALL", START + 40] = {"": 8}
    history.minutes[CDN.key, START + 40] = {WEST.id: 5}
    history.start_rolling(HOUR)
    assert roll_hours(counts, history, SUBJECTS, DUE).rolled == 1
    hour = history.kept[ALL, HOUR]
    assert (hour.sessions, hour.counts.starts, hour.counts.played_s) == (6, 60, 1800.0)
    assert hour.counts.leases == {Status.READY: 60}
    assert (hour.watching, hour.peak_minute) == (8, START + 20)
    assert history.kept[WEST, HOUR].watching == 5
    assert history.kept[title_scope("final"), HOUR].watching is None
    assert WEST_OF_FINAL is not None
    assert history.kept[WEST_OF_FINAL, HOUR].sessions == 6


def test_an_hour_is_due_once_nothing_changes_it_any_more() -> None:
    history = History()
    history.start_rolling(HOUR)
    assert roll_hours(filled(), history, SUBJECTS, DUE - 1).rolled == 0
    assert roll_hours(filled(), history, SUBJECTS, DUE).rolled == 1
    assert roll_hours(filled(), history, SUBJECTS, DUE).rolled == 0


def test_one_hour_a_call_and_the_oldest_first() -> None:
    history = History()
    history.start_rolling(HOUR)
    assert [roll_hours(filled(), history, SUBJECTS, DUE + 2).rolled for _ in range(4)] == [1, 1, 1, 0]
    assert history.state.end == HOUR + 3


def test_an_hour_for_which_it_is_too_late_is_missed_and_not_guessed() -> None:
    history = History()
    history.start_rolling(HOUR)
    report = roll_hours(filled(), history, SUBJECTS, HOUR + 2 + ROLLED_WITHIN_H)
    assert (report.missed, report.rolled) == (2, 1)
    assert history.state.missed == {HOUR, HOUR + 1}
    assert (ALL, HOUR) not in history.kept


def test_a_new_stage_begins_with_hours_that_it_can_know() -> None:
    history = History()
    report = roll_hours(Counts(), history, SUBJECTS, DUE + 100)
    assert (report.missed, report.rolled) == (0, 0)


def test_what_can_t_be_read_in_time_is_tried_again() -> None:
    history, counts = History(), filled()
    history.start_rolling(HOUR)
    counts.partial = True
    with pytest.raises(NotReadInTime):
        roll_hours(counts, history, SUBJECTS, DUE)
    assert history.state.end == HOUR
    assert history.kept == {}


def test_of_open_values_those_with_the_most_sessions_are_kept() -> None:
    history, counts = History(), Counts()
    for bucket in range(ROLLED_OPEN_VALUES + 5):
        counts.add(START, ScopeCounts(seen=bucket + 1), Scope("dimension", f"{CITY.key}~{bucket}"))
    history.start_rolling(HOUR)
    roll_hours(counts, history, SUBJECTS, DUE)
    assert len(history.kept) == ROLLED_OPEN_VALUES
    assert (Scope("dimension", f"{CITY.key}~4"), HOUR) not in history.kept


class Fragile(History):
    """Each scope's hour is a write of its own."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self.fuse = fuse

    def put_hours(self, hour: int, hours: dict[Scope, Hour]) -> int:  # type: ignore[override]
        """See AudienceHistory."""
        put = super().put_hours
        return sum(self.fuse.write(lambda one=one: put(hour, dict([one]))) for one in hours.items())

    def end_hour(self, hour: int, *, missed: bool) -> bool:
        """See AudienceHistory."""
        end = super().end_hour
        return bool(self.fuse.write(lambda: end(hour, missed=missed)))


@pytest.mark.parametrize("before", [True, False], ids=["before a write", "after a write"])
def test_killed_at_any_write_it_keeps_the_same_hours(before: bool) -> None:
    whole = Fragile(Fuse())
    whole.start_rolling(HOUR)
    roll_hours(filled(), whole, SUBJECTS, DUE)
    for writes in range(10):
        history = Fragile(Fuse(writes, before=before))
        history.start_rolling(HOUR)
        try:
            roll_hours(filled(), history, SUBJECTS, DUE)
        except Killed:
            history.fuse = Fuse()
            roll_hours(filled(), history, SUBJECTS, DUE)
        assert history.kept == whole.kept
        assert history.state == whole.state
