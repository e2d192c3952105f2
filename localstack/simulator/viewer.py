"""One viewer's life as a stream of media events on a time line of its own (seconds since the run began)."""

import uuid
from collections.abc import Iterator
from random import Random

from simulator.ads import ad_break
from simulator.catalogue import CATALOGUE
from simulator.incident import Incident
from simulator.playback import Playback
from simulator.setup import Setup
from simulator.start_up import start_up
from simulator.watcher import PING_INTERVAL_S, SimulatedEvent, Watcher

AD_EVERY_S = 75.0
FAILS_AFTER_A_STALL = 0.08


def life(
    viewer_id: str, rng: Random, begins_at_s: float, setup: Setup, incident: Incident | None = None
) -> Iterator[SimulatedEvent]:
    """Endless: titles one after the other, with gaps of a minute or three after leaving without a word.

    While an incident strikes the viewer the player is slow to start, stalls every few seconds, some times fails,
    and is tried again.
    """
    struck = incident if incident is not None and incident.strikes(setup) else None
    return _Viewer(viewer_id, rng, begins_at_s, setup, struck).live()


class _Viewer(Watcher):
    def live(self) -> Iterator[SimulatedEvent]:
        while True:
            yield from self.watch_a_title()
            soon = self.in_trouble or self.rng.random() < 0.6
            self.now_s += self.rng.uniform(2, 8) if soon else self.rng.uniform(60, 180)

    def watch_a_title(self) -> Iterator[SimulatedEvent]:
        rng = self.rng
        title = rng.choices(CATALOGUE, [title.weight for title in CATALOGUE])[0]
        self.player = Playback(str(uuid.UUID(int=rng.getrandbits(128), version=4)), title, PING_INTERVAL_S)
        if title.duration_s is not None and rng.random() < 0.4:
            self.player.position_s = rng.uniform(0, title.duration_s * 0.97)  # goes on where it was left
        if (yield from start_up(self)):
            yield from self.watch()

    def watch(self) -> Iterator[SimulatedEvent]:
        """From the first play to the end, a fault, or the moment the viewer is gone."""
        rng, player = self.rng, self.player
        next_ping, next_ad, next_action, next_stall = (
            PING_INTERVAL_S * 1.0,
            AD_EVERY_S * rng.uniform(0.5, 1.2),
            rng.expovariate(1 / 30),
            float("inf"),
        )
        watched = 0.0
        while True:
            duration_s = player.title.duration_s
            if self.in_trouble:
                next_stall = min(next_stall, watched + rng.uniform(2, 5))
            rest = duration_s - player.position_s if duration_s is not None else float("inf")
            pause = max(0.01, min(min(next_ping, next_ad, next_action, next_stall) - watched, rest))
            self.wait(pause)
            watched += pause
            if duration_s is not None and player.position_s >= duration_s - 0.01:
                player.paused = True
                yield self.event("pause")  # every HTML5 player reports pause just before end
                player.ended = True
                yield self.event("end")
                return
            if watched >= next_stall:
                next_stall = float("inf")
                yield from self.stall()
                if rng.random() < FAILS_AFTER_A_STALL:
                    yield from self.give_up()
                    return
            elif watched >= next_ping:
                next_ping += PING_INTERVAL_S
                yield self.event("ping")
            elif watched >= next_ad:
                next_ad += AD_EVERY_S * rng.uniform(0.8, 1.4)
                player.paused = True
                yield self.event("pause")
                yield from ad_break(self, "mid-roll")
                player.paused = False
                yield self.event("play")
            elif watched >= next_action:
                next_action += rng.expovariate(1 / 30)
                action = rng.choices(
                    [
                        self.pause,
                        self.seek,
                        self.buffer,
                        self.turn_volume,
                        self.change_quality,
                        self.fail,
                        self.leave,
                    ],
                    [30, 14, 14, 8, 6, 1, 4],
                )[0]
                yield from action()
                if action in (self.fail, self.leave):
                    return

    def pause(self) -> Iterator[SimulatedEvent]:
        self.player.paused = True
        yield self.event("pause")
        rest = self.rng.uniform(3, 40)
        if rest > PING_INTERVAL_S:  # a paused player sends one more ping, then falls silent
            self.wait(PING_INTERVAL_S)
            yield self.event("ping")
            rest -= PING_INTERVAL_S
        self.wait(rest)
        self.player.paused = False
        yield self.event("play")

    def seek(self) -> Iterator[SimulatedEvent]:
        if self.player.title.duration_s is None:
            return
        yield self.event("seek_start")
        self.player.position_s = self.rng.uniform(0, self.player.title.duration_s * 0.95)
        self.now_s += 0.2
        yield self.event("seek_end")

    def buffer(self, least_s: float = 0.3, most_s: float = 3) -> Iterator[SimulatedEvent]:
        self.player.buffering = True
        yield self.event("buffer_start")
        self.wait(self.rng.uniform(least_s, most_s))
        self.player.buffering = False
        yield self.event("buffer_end")

    def stall(self) -> Iterator[SimulatedEvent]:
        """A segment that comes late, by far."""
        yield from self.buffer(4, 9)

    def give_up(self) -> Iterator[SimulatedEvent]:
        yield self.event("error", errorCode="2", errorName="MEDIA_ERR_NETWORK", errorDescription="no segment came")

    def turn_volume(self) -> Iterator[SimulatedEvent]:
        before, self.player.volume = self.player.volume, self.rng.randrange(0, 101, 10)
        yield self.event("volume_change", previousVolume=before, newVolume=self.player.volume)

    def change_quality(self) -> Iterator[SimulatedEvent]:
        before, self.player.quality = self.player.quality, self.rng.choice(["2160p", "1080p", "720p", "480p"])
        yield self.event("quality_change", previousQuality=before, newQuality=self.player.quality, automatic=True)

    def fail(self) -> Iterator[SimulatedEvent]:
        yield self.event("error", errorCode="3", errorName="MEDIA_ERR_DECODE", errorDescription="decoding failed")

    def leave(self) -> Iterator[SimulatedEvent]:
        """Closes the page: no event is sent."""
        yield from ()
