"""The simulated viewers behave like players whose tracker follows Snowplow's media schemas."""

from functools import cache
from itertools import islice, pairwise, takewhile
from random import Random

import pytest

from live_viewers.wire import DecodeSettings, decode
from simulator.kafka_output import enriched_line
from simulator.run import events_of, play
from simulator.setup import setup_of
from simulator.viewer import life
from simulator.watcher import SimulatedEvent


def simulated_hour(viewers: int, seed: int) -> list[SimulatedEvent]:
    return list(takewhile(lambda event: event.at_s < 3600, events_of(viewers, seed)))


@cache
def hour_of(viewers: int = 30, seed: int = 7) -> list[SimulatedEvent]:
    """Made once for all tests, which only read it."""
    return simulated_hour(viewers, seed)


def session_of(event: SimulatedEvent) -> dict[str, object]:
    return next(entity["data"] for entity in event.entities if "/session/" in entity["schema"])


def player_of(event: SimulatedEvent) -> dict[str, object]:
    return next(entity["data"] for entity in event.entities if "/media_player/" in entity["schema"])


def test_the_same_seed_gives_the_same_viewers() -> None:
    assert simulated_hour(5, 7) == simulated_hour(5, 7)
    assert simulated_hour(5, 7) != simulated_hour(5, 8)


def test_events_come_in_the_order_of_their_time() -> None:
    times = [event.at_s for event in hour_of()]
    assert times == sorted(times)


def test_every_behaviour_of_the_list_occurs() -> None:
    seen = {event.name for event in hour_of(viewers=100)}
    assert seen >= {
        *("ready", "play", "pause", "ping", "end", "seek_start", "seek_end", "buffer_start", "buffer_end"),
        *("ad_break_start", "ad_start", "ad_quartile", "ad_click", "ad_skip", "ad_complete", "ad_break_end"),
        *("volume_change", "quality_change", "error"),
    }


def test_counters_of_a_session_never_fall() -> None:
    newest: dict[str, dict[str, float]] = {}
    for event in hour_of():
        counters = {name: value for name, value in session_of(event).items() if isinstance(value, int | float)}
        before = newest.get(str(session_of(event)["mediaSessionId"]), {})
        assert all(counters.get(name, 0) >= value for name, value in before.items())
        newest[str(session_of(event)["mediaSessionId"])] = counters


def test_a_stall_is_time_played_and_time_buffering_as_html5_trackers_have_it() -> None:
    before: dict[str, tuple[float, float, float]] = {}
    stalls = waits_for_ads = 0
    for event in hour_of():
        session = session_of(event)
        counters = tuple(session.get(name, 0) for name in ("timePlayed", "timePaused", "timeBuffering"))
        viewer = event.viewer_id
        if event.name == "buffer_end":
            played, paused, buffering = (now - then for now, then in zip(counters, before[viewer], strict=True))
            waits_for_an_ad = player_of(event)["paused"]
            assert (paused if waits_for_an_ad else played) == pytest.approx(buffering, abs=0.003)
            assert (played if waits_for_an_ad else paused) == 0
            assert buffering > 0.1
            waits_for_ads += waits_for_an_ad
            stalls += not waits_for_an_ad
        before[viewer] = counters
    assert stalls > 100
    assert waits_for_ads > 30


def test_an_end_follows_a_pause_at_the_end_of_the_title() -> None:
    events = list(hour_of(viewers=100))
    by_viewer: dict[str, SimulatedEvent] = {}
    ends = 0
    for event in events:
        if event.name == "end":
            ends += 1
            assert by_viewer[event.viewer_id].name == "pause"
            assert player_of(event)["currentTime"] == pytest.approx(player_of(event)["duration"], abs=0.1)
            assert player_of(event)["ended"] is True
        by_viewer[event.viewer_id] = event
    assert ends > 0


def test_a_viewer_leaves_without_a_word_and_comes_back_to_another_session() -> None:
    events = list(islice(life("v", Random(3), 0, setup_of(0, 1)), 4000))
    silences = [(a, b) for a, b in pairwise(events) if b.at_s - a.at_s > 55]
    assert any(a.name != "end" and session_of(a) != session_of(b) for a, b in silences)


class Collected:
    sent = 0

    def __init__(self) -> None:
        self.events: list[SimulatedEvent] = []

    def send(self, event: SimulatedEvent) -> None:
        self.events.append(event)

    def flush(self) -> None: ...

    def close(self) -> None: ...


def test_a_run_ends_at_its_time() -> None:
    output = Collected()
    play(events_of(10, 1), output, 1e9, 120, lambda *_: None, lambda: False)
    assert output.events
    assert max(event.at_s for event in output.events) <= 120


def test_a_line_written_for_load_decodes_to_what_was_simulated() -> None:
    for event in islice(events_of(3, 1), 200):
        decoded = decode(enriched_line(event, 1_800_000_000_000 + int(event.at_s * 1000)), DecodeSettings())
        assert decoded is not None
        assert decoded.viewer_id == event.viewer_id
        assert decoded.kind.event_name == f"{event.name}_event"
        assert decoded.session_id == session_of(event)["mediaSessionId"]
        assert decoded.position_s == player_of(event)["currentTime"]
