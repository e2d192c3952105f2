"""Who watches: a viewer with a clock of its own, a setup, and the player of the moment."""

from dataclasses import dataclass
from random import Random
from typing import Any

from simulator.playback import Entity, Playback
from simulator.setup import Setup


@dataclass(frozen=True)
class SimulatedEvent:
    at_s: float
    viewer_id: str
    name: str  # without _event
    payload: dict[str, Any]
    entities: list[Entity]
    setup: Setup


class Watcher:
    """`now_s` is the viewer's time, in seconds since the run began; `player` is there from the first title on."""

    def __init__(self, viewer_id: str, rng: Random, begins_at_s: float, setup: Setup) -> None:
        self.viewer_id = viewer_id
        self.rng = rng
        self.now_s = begins_at_s
        self.setup = setup
        self.player: Playback

    def event(self, name: str, **payload: Any) -> SimulatedEvent:
        entities = [*self.player.entities(), *self.setup.entities]
        return SimulatedEvent(self.now_s, self.viewer_id, name, payload, entities, self.setup)

    def wait(self, seconds: float) -> None:
        self.player.pass_time(seconds)
        self.now_s += seconds
