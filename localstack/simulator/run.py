"""Plays many lives against the clock, or as fast as they can be written."""

import heapq
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Protocol

from simulator.incident import Incident
from simulator.setup import setup_of
from simulator.viewer import life
from simulator.watcher import SimulatedEvent


class Output(Protocol):
    sent: int

    def send(self, event: SimulatedEvent) -> None: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...


FLUSH_EVERY_S = 0.2


def events_of(
    viewers: int, seed: int, ramp_s: float = 10, incident: Incident | None = None
) -> Iterator[SimulatedEvent]:
    """All viewers' events in the order of their time. Viewers arrive over the first `ramp_s` seconds."""
    lives = []
    for number in range(viewers):
        rng = Random(f"{seed}-{number}")  # noqa: S311 - a repeatable game, no secret
        begins_at_s = rng.uniform(0, ramp_s)
        lives.append(life(f"viewer-{number + 1:04d}", rng, begins_at_s, setup_of(number, seed), incident))
    return heapq.merge(*lives, key=lambda event: event.at_s)


def play(
    events: Iterator[SimulatedEvent],
    output: Output,
    speed: float,
    until_s: float,
    report: Callable[[float, int], None],
    stopping: Callable[[], bool],
) -> None:
    """Send `events` when due, `speed` times faster than life, until `until_s` of their time or `stopping`."""
    began = flushed = reported = time.monotonic()
    for event in events:
        if event.at_s > until_s:
            break
        while not stopping():
            now = time.monotonic()
            if now - flushed >= FLUSH_EVERY_S:
                output.flush()
                flushed = now
            if now - reported >= 5:
                report((now - began) * speed, output.sent)
                reported = now
            wait_s = began + event.at_s / speed - now
            if wait_s <= 0:
                break
            time.sleep(min(wait_s, FLUSH_EVERY_S))
        if stopping():
            break
        output.send(event)
    output.close()
    report((time.monotonic() - began) * speed, output.sent)
