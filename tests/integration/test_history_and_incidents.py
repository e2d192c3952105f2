"""History and incidents on DynamoDB: what is put is read, once, whatever is repeated."""

import time
import uuid

import pytest

from live_viewers.audience.history import Hour, Rolled, Watching
from live_viewers.audience.progress import ProgressTeller, ShardProgress, is_late
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.subjects import Subject
from live_viewers.dynamodb.tables.history_table import HistoryTable
from live_viewers.dynamodb.tables.incident_reads import IncidentReads
from live_viewers.dynamodb.tables.incidents_table import IncidentsTable
from live_viewers.dynamodb.tables.progress_table import ProgressTable
from live_viewers.incidents.alert import Alert
from live_viewers.incidents.incident import Incident, incident_of
from live_viewers.scope import ALL, Scope, title_scope
from live_viewers.session.status import Status
from tests.tables import client_of, create_tables, direct_client_of, reading_client_of

# Of now: what has expired may go at any moment.
START = int(time.time()) // 60 - 90
HOUR = START // 60 - 60
ALERT = Alert("rebuffering", "rebuffer_ratio", by="cdn", above=0.1, min_viewers=5)


class Tables:
    def __init__(self, endpoint: str) -> None:
        client = direct_client_of(endpoint)
        self.name = create_tables(endpoint, f"history-{uuid.uuid4().hex[:8]}-")["Audience"]
        self.history = HistoryTable(client, self.name)
        self.of_operations = HistoryTable(client_of(endpoint), self.name)  # read alone, with botocore's client
        self.incidents = IncidentsTable(client, self.name)
        self.progress = ProgressTable(client, self.name)
        self.reads = IncidentReads(reading_client_of(endpoint), self.name)

    def open(self, place: int, minute: int, value: float = 0.3) -> Incident:
        subject = Subject(Scope("dimension", f"aB3.{place}"), "cdn", f"cdn {place}")
        incident = incident_of(ALERT, subject, START + minute, [value])
        assert self.incidents.open(incident)
        return incident


@pytest.fixture
def tables(dynamodb_local: str) -> Tables:
    return Tables(dynamodb_local)


def test_who_watched_is_written_down_once(tables: Tables) -> None:
    first = [Watching("ALL", {"": 7}), Watching("aB3", {"aB3.0": 4, "aB3.1": 3})]
    assert tables.history.put_watching(START, first) == 2
    assert tables.history.put_watching(START, [Watching("ALL", {"": 99}), Watching("title#x", {"x": 1})]) == 1
    tables.history.put_watching(START + 2, [Watching("ALL", {"": 8})])
    for history in (tables.history, tables.of_operations):
        assert history.watching(["ALL", "aB3", "none"], START, START + 2) == {
            "ALL": {START: {"": 7}},
            "aB3": {START: {"aB3.0": 4, "aB3.1": 3}},
            "none": {},
        }


def test_an_hour_is_kept_as_it_was_put_first(tables: Tables) -> None:
    counts = ScopeCounts(
        seen=9,
        leases={Status.READY: 2, Status.FAILED_VIDEO: 1},
        attempts=8,
        starts=7,
        failed=1,
        start_up=(1, 2, 3, 0, 0, 0, 0, 1),
        watched_s=100.5,
        buffering_s=2.25,
        played_s=98.0,
    )
    hour = Hour(counts=counts, sessions=5, watching=4, peak_minute=START + 3)
    assert tables.history.put_hours(HOUR, {ALL: hour, title_scope("final"): Hour()}) == 2
    assert tables.history.put_hours(HOUR, {ALL: Hour(), title_scope("next"): Hour()}) == 1
    assert tables.history.hours(ALL, HOUR - 10, HOUR + 1) == {HOUR: hour}
    assert tables.history.hours(ALL, HOUR + 1, HOUR + 100) == {}
    assert tables.history.hours(title_scope("final"), HOUR, HOUR + 1) == {HOUR: Hour()}


def test_hours_are_ended_one_after_the_other(tables: Tables) -> None:
    history = tables.history
    assert history.rolled(0, 1) == Rolled()
    assert history.start_rolling(100) == 100
    assert history.start_rolling(200) == 100
    assert history.end_hour(100, missed=False)
    assert not history.end_hour(100, missed=False)
    assert history.end_hour(101, missed=True)
    assert history.rolled(0, 200) == Rolled(100, 102, frozenset({101}))
    assert history.rolled(0, 101) == Rolled(100, 102)
    assert [history.rolled(0, 200).has(hour) for hour in (99, 100, 101, 102)] == [False, True, False, False]


def test_minutes_are_judged_one_after_the_other(tables: Tables) -> None:
    store = tables.incidents
    assert store.judged_until() is None
    assert store.move_judged(None, 10)
    assert not store.move_judged(None, 11)
    assert not store.move_judged(9, 11)
    assert store.move_judged(10, 11)
    assert store.judged_until() == 11


def test_an_incident_opens_once_and_is_resolved_once(tables: Tables) -> None:
    store = tables.incidents
    incident = tables.open(1, 0)
    assert not store.open(incident)
    assert not store.open(incident_of(ALERT, Subject(Scope("dimension", "aB3.1"), "cdn", "x"), START + 1, [0.5]))
    (known,) = store.all_open()
    assert (known.id, known.opened_minute, known.alert_key) == (incident.id, START, "rebuffering@1")
    for minute, value in ((1, 0.2), (1, 0.9), (2, 0.5), (2, 0.1), (3, 0.4)):
        store.went_on(known, START + minute, value, "above")
    assert store.resolve(known, START + 4)
    assert not store.resolve(known, START + 5)
    assert store.all_open() == []
    (kept,) = tables.reads.page(None, None, 20).incidents
    assert (kept.value, kept.minutes, kept.last_bad_minute, kept.resolved_minute) == (0.5, 4, START + 3, START + 4)
    assert not store.open(incident), "one that judges an old minute again opens nothing"
    assert not store.resolve(known, START + 9)


def test_a_lower_value_is_worse_below_a_threshold(tables: Tables) -> None:
    tables.open(1, 0, 5.0)
    (known,) = tables.incidents.all_open()
    tables.incidents.went_on(known, START + 1, 3.0, "below")
    tables.incidents.went_on(known, START + 2, 4.0, "below")
    (kept,) = tables.reads.page("open", None, 20).incidents
    assert (kept.value, kept.minutes) == (3.0, 3)


def test_a_stage_without_incidents_has_an_empty_page_of_each_kind(tables: Tables) -> None:
    for state in (None, "open", "resolved"):
        page = tables.reads.page(state, None, 20)  # type: ignore[arg-type]
        assert (list(page.incidents), page.then) == ([], None)
    assert tables.incidents.untold() == tables.incidents.all_open() == []


def test_what_was_told_is_told_no_more(tables: Tables) -> None:
    tables.open(1, 0)
    (known,) = tables.incidents.all_open()
    tables.incidents.resolve(known, START + 1)
    opened, resolved = tables.incidents.untold()
    assert (opened.state, resolved.state) == ("open", "resolved")
    tables.incidents.told(opened)
    assert [each.state for each in tables.incidents.untold()] == ["resolved"]
    tables.incidents.told(resolved)
    assert tables.incidents.untold() == []


def test_pages_hold_each_incident_once_newest_first(tables: Tables) -> None:
    opened = [tables.open(place, place // 2).id for place in range(23)]
    for known in tables.incidents.all_open():
        if known.opened_minute % 3 == 0:
            tables.incidents.resolve(known, START + 50)
    wanted = {
        None: opened,
        "open": [each.id for each in tables.incidents.all_open()],
        "resolved": sorted(set(opened) - {each.id for each in tables.incidents.all_open()}),
    }
    for state, ids in wanted.items():
        found, before = [], None
        for _ in range(30):
            page = tables.reads.page(state, before, 4)  # type: ignore[arg-type]
            assert len(page.incidents) <= 4
            found += [each.id for each in page.incidents]
            before = page.then
            if before is None:
                break
        assert found == sorted(ids, reverse=True), state


def test_an_incident_is_acknowledged_for_good(tables: Tables) -> None:
    incident = tables.open(1, 0)
    assert tables.reads.acknowledge("00000000-000000000000") is None
    acknowledged = tables.reads.acknowledge(incident.id)
    assert acknowledged is not None
    assert acknowledged.acknowledged
    (known,) = tables.incidents.all_open()
    tables.incidents.went_on(known, START + 1, 0.4, "above")
    (kept,) = tables.reads.page(None, None, 20).incidents
    assert (kept.acknowledged, kept.minutes) == (True, 2)
    assert tables.reads.page("resolved", None, 20).incidents == []


def test_a_shard_that_waits_is_seen_by_those_who_judge(tables: Tables) -> None:
    teller = ProgressTeller(tables.progress)
    now_ms = START * 60_000
    assert not is_late(tables.progress.of_shards(), now_ms)
    teller.take_up("shard-1", now_ms - 500, now_ms)
    teller.take_up("shard-2", now_ms - 45_000, now_ms)
    assert sorted(tables.progress.of_shards(), key=lambda each: each.behind_ms) == [
        ShardProgress(now_ms, 500),
        ShardProgress(now_ms, 45_000),
    ]
    assert is_late(tables.reads.checked().shards, now_ms + 1_000)
    teller.take_up("shard-2", now_ms + 500, now_ms + 1_000)
    assert not is_late(tables.progress.of_shards(), now_ms + 1_000)
