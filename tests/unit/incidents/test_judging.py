"""Minutes are judged once and in order, and an incident opens once and is resolved once, whatever is killed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.audience.scope_counts import ByMinute, ScopeCounts
from live_viewers.audience.subjects import Subjects
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dimensions.tokens import closed_token, open_token
from live_viewers.incidents.alert import Alert
from live_viewers.incidents.judging import MOST_MISSED, JudgeReport, judge, newest_to_judge, would_open
from live_viewers.incidents.measuring import MOST_OPEN_VALUES, Measured, MeasuredAudience, NotMeasured
from live_viewers.incidents.telling import subject_of, tell_all, text_of
from live_viewers.scope import ALL, Scope, dimension_scope, title_scope
from live_viewers.session.status import Status
from tests.unit.audience.counted import Counts, History
from tests.unit.incidents.kept import Fuse, Kept, Killed

START = 29_000_000
CDN = Dimension("cdn", ("atomic:a",), ("east", "west"))
CITY = Dimension("city", ("atomic:b",))
SUBJECTS = Subjects(Dimensions((CDN, CITY)), ("final",))
REBUFFERING = Alert("rebuffering", "rebuffer_ratio", by="cdn", above=0.1, min_viewers=5)


def cdn(place: int) -> Scope:
    return dimension_scope(closed_token(CDN.key, str(place)))


class Stage:
    """A stage whose minutes the test writes, and a checking function that runs when the test says."""

    def __init__(self, *alerts: Alert) -> None:
        self.alerts: Sequence[Alert] = alerts
        self.counts: Counts = Counts()
        self.history, self.store = History(), Kept()

    def minute(
        self,
        minute: int,
        scope: Scope,
        *,
        viewers: int = 10,
        ratio: float = 0.0,
        watched_s: float = 600.0,
        attempts: int = 0,
    ) -> None:
        """`minute` is counted from START."""
        made = ScopeCounts(seen=viewers, watched_s=watched_s, buffering_s=watched_s * ratio, attempts=attempts)
        self.counts.add(START + minute, made, scope)

    def check(self, minute: int, *, late: bool = False) -> JudgeReport:
        """As 30 s after the end of that minute."""
        now_ms = (START + minute + 1) * 60_000 + 30_000
        measuring = MeasuredAudience(self.counts, self.history, SUBJECTS)
        return judge(self.alerts, measuring, self.store, now_ms, late=late)

    @property
    def states(self) -> list[tuple[str | None, int, int | None]]:
        """Of each incident the value, and the minutes in which it opened and was over."""
        return [
            (
                each.of_value,
                each.opened_minute - START,
                None if each.resolved_minute is None else each.resolved_minute - START,
            )
            for _, each in sorted(self.store.incidents.items())
        ]


def bad_from_2_to_4(stage: Stage) -> None:
    for minute in range(10):
        stage.minute(minute, cdn(0))
        stage.minute(minute, cdn(1), ratio=0.3 + minute / 100 if 2 <= minute <= 4 else 0.0)


def test_a_minute_is_due_thirty_seconds_after_its_end() -> None:
    assert newest_to_judge(10 * 60_000 + 29_999) == 8
    assert newest_to_judge(10 * 60_000 + 30_000) == 9


def test_an_incident_names_its_value_and_ends_with_the_first_good_minute() -> None:
    stage = Stage(REBUFFERING)
    bad_from_2_to_4(stage)
    for minute in range(10):
        stage.check(minute)
    assert stage.states == [("west", 2, 5)]
    (incident,) = stage.store.incidents.values()
    assert (incident.by, incident.minutes, incident.value) == ("cdn", 3, 0.34)
    assert incident.state == "resolved"


@pytest.mark.parametrize(("for_minutes", "expected"), [(2, [("west", 3, 6)]), (3, [("west", 4, 7)]), (4, [])])
def test_it_must_be_bad_and_then_good_for_so_many_minutes(
    for_minutes: int, expected: list[tuple[str, int, int]]
) -> None:
    stage = Stage(Alert("r", "rebuffer_ratio", by="cdn", above=0.1, for_minutes=for_minutes, min_viewers=5))
    bad_from_2_to_4(stage)
    for minute in range(10):
        stage.check(minute)
    assert stage.states == expected


def test_a_good_minute_in_between_neither_opens_nor_ends() -> None:
    stage = Stage(Alert("r", "rebuffer_ratio", above=0.1, for_minutes=2, min_viewers=1))
    for minute, bad in enumerate((1, 0, 1, 1, 0, 1, 0, 0)):
        stage.minute(minute, ALL, ratio=0.5 * bad)
        stage.check(minute)
    assert stage.states == [(None, 3, 7)]


def test_too_few_viewers_open_nothing_and_end_what_is_open() -> None:
    stage = Stage(Alert("r", "rebuffer_ratio", above=0.1, for_minutes=3, min_viewers=5))
    for minute in range(8):
        stage.minute(minute, ALL, viewers=4 if minute < 2 or minute == 6 else 9, ratio=0.5)
        stage.check(minute)
    assert stage.states == [(None, 4, 6)]


@pytest.mark.parametrize(
    ("attempts", "watched_s", "opens"),
    [(1_000, 2_000.0, False), (501, 9_999.0, False), (501, 10_000.0, True), (500, 2_000.0, True)],
)
def test_who_have_just_begun_and_told_of_their_wait_alone_open_nothing(
    attempts: int, watched_s: float, opens: bool
) -> None:
    stage = Stage(Alert("r", "rebuffer_ratio", above=0.1, min_viewers=5))
    stage.minute(0, ALL, viewers=1_000, ratio=1.0, watched_s=watched_s, attempts=attempts)
    stage.check(0)
    assert stage.states == ([(None, 0, None)] if opens else [])


def test_a_scope_that_is_gone_ends_its_incident() -> None:
    stage = Stage(Alert("r", "rebuffer_ratio", by="city", above=0.1, min_viewers=1))
    city = dimension_scope(open_token(CITY.key, "Bern"))
    stage.counts.names[city] = ("Bern",)
    stage.minute(0, city, ratio=0.5)
    stage.check(0)
    stage.check(1)
    stage.check(2)
    stage.check(3)
    assert stage.states == [("Bern", 0, 1)]


def test_a_rule_of_another_version_ends_the_incidents_of_the_last_one() -> None:
    stage = Stage(REBUFFERING)
    stage.minute(0, cdn(1), ratio=0.5)
    stage.check(0)
    stage.alerts = [Alert("rebuffering", "rebuffer_ratio", by="cdn", above=0.9, version=2)]
    stage.minute(1, cdn(1), ratio=0.5)
    stage.check(1)
    assert stage.states == [("west", 0, 1)]


def test_minutes_that_were_missed_are_judged_in_order() -> None:
    stage = Stage(REBUFFERING)
    bad_from_2_to_4(stage)
    stage.check(0)
    report = stage.check(9)
    assert report.judged == 9
    assert stage.states == [("west", 2, 5)]


def test_what_was_missed_too_long_is_skipped_and_counted() -> None:
    stage = Stage(REBUFFERING)
    bad_from_2_to_4(stage)
    stage.check(0)
    report = stage.check(MOST_MISSED + 3)
    assert (report.skipped, report.judged) == (3, MOST_MISSED)
    assert stage.states == [("west", 4, 5)]
    assert stage.check(MOST_MISSED + 4).skipped == 0


def test_while_counting_is_late_nothing_is_judged_and_what_came_late_is_judged_then() -> None:
    """Good minutes that only lack their events don't end it either."""
    stage = Stage(REBUFFERING)
    stage.check(0)
    stage.minute(1, cdn(1), ratio=0.5)
    stage.check(1)
    for minute in (2, 3):
        assert stage.check(minute, late=True).judged == 0
    assert stage.states == [("west", 1, None)]
    for minute in range(2, 7):
        stage.minute(minute, cdn(1), ratio=0.5 if minute < 4 else 0.0)
    stage.check(4)
    assert stage.states == [("west", 1, 4)]
    assert stage.store.incidents[stage.store.opened[0]].minutes == 3


def test_two_at_once_open_and_resolve_one() -> None:
    """One is overtaken by another that is through: it stops at the first minute that isn't its own any more."""
    stage = Stage(REBUFFERING)
    bad_from_2_to_4(stage)
    stage.check(0)
    overtaken = stage.store.move_judged

    def overtake(was: int | None, until: int) -> bool:
        stage.store.move_judged = overtaken  # type: ignore[method-assign]
        stage.check(9)
        return overtaken(was, until)

    stage.store.move_judged = overtake  # type: ignore[method-assign]
    assert stage.check(9).superseded
    assert stage.states == [("west", 2, 5)]


def told_to(subjects: list[str]) -> Callable[[str, str], None]:
    return lambda subject, text: subjects.append(subject)


@pytest.mark.parametrize("before", [True, False], ids=["before a write", "after a write"])
@pytest.mark.parametrize("missed", [False, True], ids=["each minute", "minutes missed"])
def test_killed_at_any_write_it_opens_and_resolves_once(before: bool, missed: bool) -> None:
    writes = 0
    while True:
        stage = Stage(REBUFFERING)
        bad_from_2_to_4(stage)
        told: list[str] = []
        stage.store.fuse = Fuse(writes, before=before)
        killed = False
        for minute in (0, 6, 9) if missed else range(10):
            for _ in range(2):  # the schedule starts it again
                try:
                    stage.check(minute)
                    tell_all(stage.store, told_to(told))
                except Killed:
                    killed, stage.store.fuse = True, Fuse()
        assert stage.states == [("west", 2, 5)], writes
        assert (len(stage.store.opened), len(stage.store.resolved)) == (1, 1)
        (incident,) = stage.store.incidents.values()
        assert incident.minutes == 3
        assert len(set(told)) == 2
        assert stage.store.untold() == []
        if not killed:
            break
        writes += 1
    assert writes > 8


def test_each_metric_is_measured_of_its_minute() -> None:
    stage = Stage()
    made = ScopeCounts(
        seen=8,
        attempts=7,
        starts=6,
        failed=5,
        start_up=(0, 0, 0, 4, 0, 0, 0, 0),
        watched_s=100.0,
        buffering_s=25.0,
    )
    stage.counts.add(START, made, ALL)
    stage.counts.add(START - 2, ScopeCounts(leases={Status.READY: 3, Status.BUFFERING_VIDEO: 2}), ALL)
    stage.history.minutes["ALL", START] = {"": 9}
    expected = {
        "watching_now": 9,
        "sessions": 8,
        "attempts": 7,
        "starts": 6,
        "failed": 5,
        "start_up_p50_s": 1.5,
        "start_up_p95_s": 1.95,
        "rebuffer_ratio": 0.25,
        "exits_before_start": 3,
        "left_buffering": 2,
    }
    for metric, value in expected.items():
        alert = Alert("a", metric, above=0)  # type: ignore[arg-type]
        ((_, window),) = MeasuredAudience(stage.counts, stage.history, SUBJECTS).measure(alert, START).items()
        assert window == [Measured(value, 8)], metric


def test_below_a_threshold_is_bad_too_and_a_number_that_isnt_known_is_not() -> None:
    stage = Stage(Alert("few", "watching_now", below=5.0, min_viewers=0))
    for minute, watching in enumerate((9, 3, 2, None, 7)):
        if watching is not None:
            stage.history.minutes["ALL", START + minute] = {"": watching}
        stage.check(minute)
    assert stage.states == [(None, 1, 3)]
    assert stage.store.incidents[stage.store.opened[0]].value == 2


def test_what_was_not_read_in_time_is_not_judged() -> None:
    stage = Stage(REBUFFERING)
    stage.minute(0, cdn(1), ratio=0.5)
    stage.counts.partial = True
    with pytest.raises(NotMeasured):
        stage.check(0)
    assert stage.store.until is None
    stage.counts.partial = False
    stage.check(0)
    assert stage.states == [("west", 0, None)]


class Noted(Counts):
    """Counts how often it is read."""

    reads = 0

    def of_scopes(self, *asked: Any, **more: Any) -> Mapping[Scope, ByMinute]:
        """See AudienceCounts."""
        self.reads += 1
        return super().of_scopes(*asked, **more)


def test_a_minute_is_read_as_often_at_any_number_of_viewers() -> None:
    """Alerts of one dimension share its read."""
    reads = []
    for viewers in (10, 1_000_000):
        stage = Stage(REBUFFERING, Alert("failing", "failed", by="cdn", above=1), Alert("all", "starts", below=1))
        stage.counts = Noted()
        for minute in range(3):
            stage.minute(minute, cdn(0), viewers=viewers)
            stage.minute(minute, ALL, viewers=viewers)
            stage.check(minute)
        reads.append(stage.counts.reads)
    assert reads[0] == reads[1] == 3 * 2


def test_titles_are_judged_where_they_are_pinned() -> None:
    stage = Stage(Alert("r", "rebuffer_ratio", by="title", above=0.1, min_viewers=1))
    stage.minute(0, title_scope("final"), ratio=0.5)
    stage.minute(0, title_scope("semifinal"), ratio=0.5)
    stage.check(0)
    assert [each.media_id for each in stage.store.incidents.values()] == ["final"]


def test_of_open_values_those_with_the_most_viewers_are_judged() -> None:
    stage = Stage(Alert("r", "rebuffer_ratio", by="city", above=0.1, min_viewers=1))
    for bucket in range(MOST_OPEN_VALUES + 10):
        stage.minute(0, Scope("dimension", f"{CITY.key}~{bucket}"), viewers=bucket + 1, ratio=0.5)
    assert stage.check(0).opened == MOST_OPEN_VALUES
    assert f"{CITY.key}~9" not in {each.scope_key for each in stage.store.incidents.values()}


MEASURED = st.lists(st.tuples(st.sampled_from((0.0, 0.5)), st.integers(0, 9)), min_size=1, max_size=25)


@given(MEASURED, st.integers(1, 4), st.integers(0, 6))
def test_what_would_have_fired_is_what_fires(
    minutes: list[tuple[float, int]], for_minutes: int, min_viewers: int
) -> None:
    alert = Alert("r", "rebuffer_ratio", above=0.1, for_minutes=for_minutes, min_viewers=min_viewers)
    stage = Stage(alert)
    measured = {}
    for minute, (ratio, viewers) in enumerate(minutes):
        stage.minute(minute, ALL, viewers=viewers, ratio=ratio)
        measured[START + minute] = Measured(ratio, viewers)
        stage.check(minute)
    found = would_open(alert, measured, START, START + len(minutes))
    assert [first - START for first, _ in found] == [first for _, first, _ in stage.states]
    ends = [None if last is None else last for _, _, last in stage.states]
    assert [last - START for _, last in found] == [len(minutes) - 1 if end is None else end for end in ends]


def test_the_topic_gets_a_line_and_a_text_that_tell_all() -> None:
    stage = Stage(REBUFFERING)
    stage.minute(0, cdn(1), ratio=0.5)
    stage.check(0)
    told: list[tuple[str, str]] = []
    assert tell_all(stage.store, lambda *each: told.append(each)) == 1
    assert tell_all(stage.store, lambda *each: told.append(each)) == 0
    ((subject, text),) = told
    assert subject == "Live viewers: rebuffering opened, cdn west"
    assert "rebuffer_ratio above 0.1: 0.5 at worst" in text
    assert stage.store.opened[0] in text


def test_a_subject_is_ascii_of_a_hundred_characters() -> None:
    stage = Stage(Alert("r", "rebuffer_ratio", by="city", above=0.1, min_viewers=1))
    city = dimension_scope(open_token(CITY.key, "Zürich"))
    stage.counts.names[city] = ("Zürich" + "x" * 200,)
    stage.minute(0, city, ratio=0.5)
    stage.check(0)
    (incident,) = stage.store.incidents.values()
    assert subject_of(incident, "open").isascii()
    assert len(subject_of(incident, "open")) == 100
    assert "Zürich" in text_of(incident, "open")
