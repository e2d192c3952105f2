"""Simulated viewers wait for their first frame, some in vain, and the figures of the audience tell how long."""

import statistics
from collections import defaultdict
from functools import cache
from itertools import takewhile

import pytest

from live_viewers.profile.experience import start_up_s
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.status import Status, status_of
from live_viewers.wire import DecodeSettings, decode
from simulator.incident import Incident
from simulator.kafka_output import enriched_line
from simulator.run import events_of
from simulator.setup import CDNS, GROUPS, Setup
from simulator.start_up import IN_TROUBLE, median_start_up_s
from simulator.watcher import SimulatedEvent

VIEWERS, SECONDS, SILENCE_S = 150, 600, 45
FIRST_FRAME = ("buffer_end", "error")


class Start:
    """A session up to its first frame, one event beyond it at most, or up to the viewer's leaving."""

    def __init__(self, events: list[SimulatedEvent]) -> None:
        self.setup: Setup = events[0].setup
        names = [event.name for event in events]
        end = next((place for place, name in enumerate(names) if name in FIRST_FRAME), len(events))
        self.has_begun = "buffer_end" in names
        self.has_left = not self.has_begun and events[-1].at_s < SECONDS - SILENCE_S
        self.events = events[: end + 3]  # a pre-roll's first frame is its ad's, two events later
        at = {event.name: event.at_s for event in reversed(self.events)}
        self.clicked_at_s = at.get("buffer_start")
        self.first_frame_at_s = at["ad_start" if "ad_start" in at else "buffer_end"] if self.has_begun else None

    @property
    def waited_s(self) -> float:
        assert self.clicked_at_s is not None
        assert self.first_frame_at_s is not None
        return self.first_frame_at_s - self.clicked_at_s

    @property
    def session(self) -> MediaSession:
        decoded = []
        for event in self.events:
            line = enriched_line(event, 1_800_000_000_000 + round(event.at_s * 1000))
            decoded.append(decode(line, DecodeSettings()))
        return fold([event for event in decoded if event is not None])


@cache
def starts(incident: Incident | None = None) -> list[Start]:
    by_session: dict[str, list[SimulatedEvent]] = defaultdict(list)
    events = events_of(VIEWERS, seed=3, incident=incident)
    for event in takewhile(lambda event: event.at_s < SECONDS, events):
        (session,) = (entity["data"] for entity in event.entities if "/session/" in entity["schema"])
        by_session[session["mediaSessionId"]].append(event)
    return [Start(events) for events in by_session.values()]


def begun(incident: Incident | None = None) -> list[Start]:
    return [start for start in starts(incident) if start.has_begun]


def test_the_start_up_that_a_profile_shows_is_what_its_viewer_waited() -> None:
    for start in begun():
        assert start_up_s(start.session) == pytest.approx(start.waited_s, abs=0.003)
    assert {"ad_start" in [event.name for event in start.events] for start in begun()} == {True, False}


def test_half_start_within_a_second_or_so_and_one_in_twenty_takes_twice_as_long() -> None:
    waits = sorted(start.waited_s for start in begun())
    assert len(waits) > 250
    assert 0.5 < statistics.median(waits) < 1.2
    assert 1.5 < waits[len(waits) * 95 // 100] < 4
    assert waits[0] > 0.1


@pytest.mark.parametrize("group", ["cdn", "device"])
def test_they_differ_by_cdn_and_device(group: str) -> None:
    found = {
        value: statistics.median(start.waited_s for start in begun() if start.setup.groups[group] == value)
        for value in GROUPS[group]
    }
    slowest = {"cdn": ["east", "north", "west"], "device": ["Desktop", "Phone", "TV"]}[group]
    assert sorted(slowest, key=found.__getitem__) == slowest
    assert set(found) >= set(slowest)


def test_some_leave_before_there_is_anything_to_see() -> None:
    left = [start for start in starts() if start.has_left]
    assert {status_of(start.session) for start in left} == {Status.READY}
    assert 0.04 < len(left) / len(starts()) < 0.12
    assert all(start_up_s(start.session) is None for start in left)


def test_an_incident_s_viewers_wait_longer_and_more_of_them_leave() -> None:
    trouble = Incident("cdn", "west", begins_s=0, lasts_s=SECONDS)

    def of_cdn(cdn: str, incident: Incident | None) -> tuple[float, float]:
        """The median of the wait in times of what is usual, and the share of those who left."""
        some = [start for start in starts(incident) if start.setup.cdn == cdn]
        waits = [each.waited_s / median_start_up_s(each.setup) for each in some if each.has_begun]
        return statistics.median(waits), sum(each.has_left for each in some) / len(some)

    left = [status_of(start.session) for start in starts(trouble) if start.has_left]
    assert set(left) == {Status.READY, Status.BUFFERING_VIDEO}
    for cdn in CDNS:
        usual, in_trouble = of_cdn(cdn, None), of_cdn(cdn, trouble)
        if cdn == "west":
            assert in_trouble[0] > IN_TROUBLE / 2
            assert in_trouble[1] > 2 * usual[1]
        else:
            assert in_trouble == usual


def test_whoever_waits_for_long_goes_on_pinging() -> None:
    trouble = Incident("cdn", "west", begins_s=0, lasts_s=SECONDS)
    longest = max(begun(trouble), key=lambda start: start.waited_s)
    assert longest.waited_s > 10
    assert [event.name for event in longest.events].count("ping") == int(longest.waited_s // 10)
