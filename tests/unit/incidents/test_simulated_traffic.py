"""Stage local's own alert over simulated viewers: none in an hour with its noise, one when a CDN is in trouble."""

import copy
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from pathlib import Path

import pytest

from live_viewers.audience.counting import count_changes
from live_viewers.audience.scope_counts import ByMinute, CountsRead
from live_viewers.audience.subjects import Subjects
from live_viewers.audience.summing import by_minute
from live_viewers.dimensions.dimension import KEY_CHARACTERS
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.events.media_event import MediaEvent
from live_viewers.incidents.judging import judge
from live_viewers.incidents.measuring import MeasuredAudience
from live_viewers.scope import Scope
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.wire import DecodeSettings, decode
from live_viewers.wire.stage_paths import StagePaths
from simulator.incident import Incident as Trouble
from simulator.kafka_output import enriched_line
from simulator.run import events_of
from simulator.setup import DEFAULT_SEED
from simulator.watcher import SimulatedEvent
from stacks.config import load_config
from stacks.stage_files import stage_file_of
from tests.stories import InMemoryAudience
from tests.unit.audience.counted import History
from tests.unit.incidents.kept import Kept

STAGE = stage_file_of(load_config("local", Path(__file__).parents[3] / "config"))
SETTINGS = DecodeSettings(paths=StagePaths(STAGE.dimensions))
START = 29_000_000
BATCH_S = 5
VIEWERS = 20


class Counted:
    """See AudienceCounts: what `project_changes` would have counted."""

    def __init__(self) -> None:
        self.kept = InMemoryAudience()

    def of_scopes(
        self, scopes: Collection[Scope], from_minute: int, to_minute: int, leases_until: int | None = None
    ) -> Mapping[Scope, ByMinute]:
        """See AudienceCounts."""
        items = [item for item in self.kept.all_blocks() if item.scope in scopes]
        return by_minute(items, from_minute, to_minute, leases_until)

    def of_dimension(
        self,
        key: str,
        from_minute: int,
        to_minute: int,
        within_s: float,
        leases_until: int | None = None,
        media_id: str | None = None,
    ) -> CountsRead:
        """See AudienceCounts."""
        scopes = {
            item.scope
            for item in self.kept.all_blocks()
            if item.scope.kind == "dimension" and item.scope.id[:KEY_CHARACTERS] == key
        }
        return CountsRead(self.of_scopes(scopes, from_minute, to_minute, leases_until))

    def of_titles(
        self, from_minute: int, to_minute: int, within_s: float, leases_until: int | None = None
    ) -> CountsRead:
        """See AudienceCounts."""
        raise AssertionError("no alert of this stage is by title")


def watched(seconds: float, seed: int, trouble: Trouble | None = None, first_s: int = 0) -> Kept:
    """The incidents of so many seconds of viewers' time, the audience being checked each minute. Viewers begin in
    second `first_s` of a minute."""
    start_ms = START * 60_000 + first_s * 1000
    counted, store, sessions = Counted(), Kept(), dict[str, MediaSession]()
    subjects = Subjects(Dimensions(STAGE.dimensions))
    sequence, minute = 0, START
    for batch, events in groupby(
        events_of(VIEWERS, seed, incident=trouble), key=lambda each: each.at_s // BATCH_S
    ):
        if batch * BATCH_S >= seconds:
            return store
        changes = list(changes_of(events, sessions, sequence, start_ms))
        sequence += len(changes)
        count_changes(changes, "shard", counted.kept, 100_000)
        now_ms = int(start_ms + (batch + 1) * BATCH_S * 1000)
        if now_ms // 60_000 > minute:
            minute = now_ms // 60_000
            judge(STAGE.alerts, MeasuredAudience(counted, History(), subjects), store, now_ms, late=False)
    raise AssertionError("viewers have no end")


def changes_of(
    events: Iterator[SimulatedEvent], sessions: dict[str, MediaSession], sequence: int, start_ms: int
) -> Iterator[SessionChange]:
    """One change of each session that the batch has events of."""
    decoded = [decode(enriched_line(event, int(start_ms + event.at_s * 1000)), SETTINGS) for event in events]
    by_session: dict[str, list[MediaEvent]] = {}
    for event in decoded:
        assert event is not None
        by_session.setdefault(event.session_id, []).append(event)
    for number, (session_id, some) in enumerate(by_session.items(), start=sequence + 1):
        before = sessions.get(session_id)
        after = fold(some) if before is None else copy.deepcopy(before)
        if before is not None:
            for event in some:
                after.add(event)
        sessions[session_id] = after
        old = None if before is None else SessionImage.of(before)
        yield SessionChange(number, after.viewer_id, session_id, old, SessionImage.of(after))


@pytest.mark.parametrize("seed", [1, 2])
def test_an_hour_of_normal_traffic_opens_none(seed: int) -> None:
    store = watched(3600, seed)
    assert store.until == START + 59
    assert store.incidents == {}


@pytest.mark.parametrize("first_s", [20, 40, 45, 50, 55])
@pytest.mark.parametrize("seed", [1, 2])
def test_viewers_who_all_begin_in_the_midst_of_a_minute_open_none(first_s: int, seed: int) -> None:
    """Of the seconds that are left of it they tell the wait for the first frame, and hardly more."""
    assert watched(240, seed, first_s=first_s).incidents == {}


@pytest.mark.parametrize("first_s", range(0, 60, 20))
def test_two_minutes_of_trouble_open_one_in_whichever_second_they_begin(first_s: int) -> None:
    """As tests/integration/test_incident_of_the_demo.py has it of a running demo."""
    store = watched(480, DEFAULT_SEED, Trouble("cdn", "west", begins_s=45, lasts_s=120), first_s)
    (incident,) = store.incidents.values()
    assert incident.of_value == "west"
    assert 2 <= incident.minutes <= 3
    assert incident.resolved_minute == incident.opened_minute + incident.minutes


def test_a_cdn_in_trouble_opens_one_and_ends_it_once() -> None:
    store = watched(900, 1, Trouble("cdn", "west", begins_s=120, lasts_s=240))
    (incident,) = store.incidents.values()
    assert (incident.by, incident.of_value, incident.opened_minute - START) == ("cdn", "west", 2)
    assert incident.resolved_minute is not None
    assert 6 <= incident.resolved_minute - START <= 8
    assert (len(store.opened), len(store.resolved)) == (1, 1)
