"""An incident: one group's viewers stall and fail for a while, and nobody else; without one there is noise."""

import argparse
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import pytest

from simulator.incident import Incident, IncidentRefused, add_incident_options, incident_from
from simulator.run import events_of
from stacks.config import load_config
from stacks.stage_files import stage_file_of

(ALERT,) = stage_file_of(load_config("local", Path(__file__).parents[3] / "config")).alerts
ALERT_ABOVE = ALERT.threshold
"""The ratio of buffering to play at which the demo's stage opens an incident."""


@dataclass
class Minute:
    """What one group's viewers had in one minute of their time."""

    buffering_s: float = 0
    played_s: float = 0
    errors: int = 0
    viewers: set[str] = field(default_factory=set)

    @property
    def ratio(self) -> float:
        return self.buffering_s / self.played_s if self.played_s else 0.0


def minutes_of(
    group: str, seconds: float, incident: Incident | None = None, seed: int = 1, viewers: int = 20
) -> dict[str, dict[int, Minute]]:
    """By value of the group and minute. Seconds count where the counters have grown, as in the audience."""
    found: dict[str, dict[int, Minute]] = defaultdict(lambda: defaultdict(Minute))
    counters: dict[str, tuple[float, float]] = {}
    events = events_of(viewers, seed, incident=incident)
    for event in takewhile(lambda event: event.at_s < seconds, events):
        session = next(entity["data"] for entity in event.entities if "/session/" in entity["schema"])
        now = session.get("timeBuffering", 0), session.get("timePlayed", 0)
        before = counters.get(session["mediaSessionId"], (0, 0))
        counters[session["mediaSessionId"]] = now
        minute = found[event.setup.groups[group]][int(event.at_s // 60)]
        minute.buffering_s += now[0] - before[0]
        minute.played_s += now[1] - before[1]
        minute.errors += event.name == "error"
        minute.viewers.add(event.viewer_id)
    return found


@pytest.mark.parametrize("seed", range(1, 6))
def test_an_hour_without_one_has_stalls_and_errors_and_no_minute_near_an_alert(seed: int) -> None:
    by_cdn = minutes_of("cdn", 3600, seed=seed)
    minutes = [minute for each in by_cdn.values() for minute in each.values()]
    assert max(minute.ratio for minute in minutes) < ALERT_ABOVE / 2
    assert sum(minute.buffering_s > 0 for minute in minutes) > 50
    assert 0 < sum(minute.errors for minute in minutes) < 40


@pytest.mark.parametrize("cdn", ["west", "east"])
def test_its_viewers_stall_and_fail_from_its_begin_to_its_end_and_no_others_do(cdn: str) -> None:
    by_cdn = minutes_of("cdn", 720, Incident("cdn", cdn, begins_s=120, lasts_s=240))
    struck = by_cdn.pop(cdn)
    for number in (2, 3, 4, 5):
        assert struck[number].ratio > 2 * ALERT_ABOVE
        assert len(struck[number].viewers) >= 5  # who failed tries again
    assert sum(struck[number].errors for number in (2, 3, 4, 5)) >= 3
    for number in (0, 1, 7, 8, 9, 10, 11):
        assert struck[number].ratio < ALERT_ABOVE / 2
    for other in by_cdn.values():
        assert max(minute.ratio for minute in other.values()) < ALERT_ABOVE / 2


def test_the_others_do_exactly_what_they_do_without_it() -> None:
    incident = Incident("cdn", "west")
    calm, troubled = (
        list(takewhile(lambda event: event.at_s < 400, events_of(20, 1, incident=given)))
        for given in (None, incident)
    )
    assert [event for event in calm if not incident.strikes(event.setup)] == [
        event for event in troubled if not incident.strikes(event.setup)
    ]
    assert [event for event in calm if event.at_s < 60] == [event for event in troubled if event.at_s < 60]


@pytest.mark.parametrize(
    ("group", "value"), [("country", "DE"), ("device", "Phone"), ("app_version", "5.1.3"), ("os", "iOS")]
)
def test_any_group_can_be_struck(group: str, value: str) -> None:
    by_value = minutes_of(group, 240, Incident(group, value, begins_s=60, lasts_s=180), viewers=60)
    assert by_value.pop(value)[2].ratio > 2 * ALERT_ABOVE
    others = [each[2].ratio for each in by_value.values() if len(each[2].viewers) >= 3]
    assert max(others) < ALERT_ABOVE / 2


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_incident_options(parser)
    return parser.parse_args(arguments)


def test_it_begins_after_a_minute_and_lasts_four_unless_told() -> None:
    assert incident_from(parsed("--incident", "cdn=west"), 20, 1) == Incident("cdn", "west", 60, 240)
    given = parsed("--incident", "country=DE", "--incident-after", "0", "--incident-for", "90")
    assert incident_from(given, 20, 1) == Incident("country", "DE", 0, 90)
    assert incident_from(parsed(), 20, 1) is None


def test_its_arguments_give_it_again() -> None:
    incident = Incident("app_version", "5.1.3", 12.5, 90)
    assert incident_from(parsed(*incident.arguments()), 20, 1) == incident


@pytest.mark.parametrize(
    ("arguments", "viewers", "said"),
    [
        (["--incident-after", "5"], 20, "go with --incident"),
        (["--incident-for", "5"], 20, "go with --incident"),
        (["--incident", "cdn=west"], 2, "none of 2 simulated viewers has cdn=west"),
        (["--incident", "cdn=west"], 0, "none of 0 simulated viewers"),
    ],
)
def test_options_that_would_do_nothing_are_refused(arguments: list[str], viewers: int, said: str) -> None:
    with pytest.raises(IncidentRefused, match=said):
        incident_from(parsed(*arguments), viewers, 1)
