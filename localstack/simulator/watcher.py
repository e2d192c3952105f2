"""Who watches: a viewer with a clock of its own, a setup, the trouble that comes, and the player of the moment."""

from dataclasses import dataclass
from random import Random
from typing import Any

from simulator.incident import Incident
from simulator.playback import Entity, Playback
from simulator.setup import Setup

PING_INTERVAL_S = 10


@dataclass(frozen=True)
class SimulatedEvent:
    at_s: float
    viewer_id: str
    name: str  # without _event
    payload: dict[str, Any]
    entities: list[Entity]
    setup: Setup


class Watcher:
    """`now_s` is the viewer's time, in seconds since the run began; `player` is there from the first title on.

    `incident` is one that strikes this viewer, if any does.
    """

    def __init__(
        self, viewer_id: str, rng: Random, begins_at_s: float, setup: Setup, incident: Incident | None = None
    ) -> None:
        self.viewer_id = viewer_id
        self.rng = rng
        self.now_s = begins_at_s
        self.setup = setup
        self.incident = incident
        self.player: Playback

    @property
    def in_trouble(self) -> bool:
        """Whether the incident goes on."""
        return self.incident is not None and self.incident.begins_s <= self.now_s < self.incident.ends_s

    def event(self, name: str, **payload: Any) -> SimulatedEvent:
        entities = [*self.player.entities(), *self.setup.entities]
        return SimulatedEvent(self.now_s, self.viewer_id, name, payload, entities, self.setup)

    def wait(self, seconds: float) -> None:
        self.player.pass_time(seconds)
        self.now_s += seconds
