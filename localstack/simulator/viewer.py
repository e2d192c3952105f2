"""One viewer's life as a stream of media events on a time line of its own (seconds since the run began)."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from simulator.catalogue import CATALOGUE
from simulator.playback import Entity, Playback

PING_INTERVAL_S = 10
AD_EVERY_S = 75.0
QUARTILES = (25, 50, 75)


@dataclass(frozen=True)
class SimulatedEvent:
    at_s: float
    viewer_id: str
    name: str  # without _event
    payload: dict[str, Any]
    entities: list[Entity]


def life(viewer_id: str, rng: Random, begins_at_s: float) -> Iterator[SimulatedEvent]:
    """Endless: titles one after the other, with gaps of a minute or three after leaving without a word."""
    return _Viewer(viewer_id, rng, begins_at_s).live()


class _Viewer:
    def __init__(self, viewer_id: str, rng: Random, begins_at_s: float) -> None:
        self.viewer_id = viewer_id
        self.rng = rng
        self.now_s = begins_at_s
        self.player: Playback

    def live(self) -> Iterator[SimulatedEvent]:
        while True:
            yield from self.watch_a_title()
            self.now_s += self.rng.uniform(2, 8) if self.rng.random() < 0.6 else self.rng.uniform(60, 180)

    def event(self, name: str, **payload: Any) -> SimulatedEvent:
        return SimulatedEvent(self.now_s, self.viewer_id, name, payload, self.player.entities())

    def wait(self, seconds: float) -> None:
        self.player.pass_time(seconds)
        self.now_s += seconds

    def watch_a_title(self) -> Iterator[SimulatedEvent]:
        rng = self.rng
        title = rng.choices(CATALOGUE, [title.weight for title in CATALOGUE])[0]
        self.player = Playback(str(uuid.UUID(int=rng.getrandbits(128), version=4)), title, PING_INTERVAL_S)
        if title.duration_s is not None and rng.random() < 0.4:
            self.player.position_s = rng.uniform(0, title.duration_s * 0.97)  # goes on where it was left
        yield self.event("ready")
        self.wait(rng.uniform(0.2, 1.5))
        if rng.random() < 0.5:
            yield from self.ad_break("pre-roll")
        self.player.paused = False
        yield self.event("play")
        yield from self.watch()

    def watch(self) -> Iterator[SimulatedEvent]:
        """From the first play to the end, a fault, or the moment the viewer is gone."""
        rng, player = self.rng, self.player
        next_ping, next_ad, next_action = (
            PING_INTERVAL_S * 1.0,
            AD_EVERY_S * rng.uniform(0.5, 1.2),
            rng.expovariate(1 / 30),
        )
        watched = 0.0
        while True:
            duration_s = player.title.duration_s
            rest = duration_s - player.position_s if duration_s is not None else float("inf")
            pause = max(0.01, min(next_ping - watched, next_ad - watched, next_action - watched, rest))
            self.wait(pause)
            watched += pause
            if duration_s is not None and player.position_s >= duration_s - 0.01:
                player.paused = True
                yield self.event("pause")  # every HTML5 player reports pause just before end
                player.ended = True
                yield self.event("end")
                return
            if watched >= next_ping:
                next_ping += PING_INTERVAL_S
                yield self.event("ping")
            elif watched >= next_ad:
                next_ad += AD_EVERY_S * rng.uniform(0.8, 1.4)
                player.paused = True
                yield self.event("pause")
                yield from self.ad_break("mid-roll")
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

    def buffer(self) -> Iterator[SimulatedEvent]:
        self.player.buffering = True
        yield self.event("buffer_start")
        self.wait(self.rng.uniform(0.5, 6))
        self.player.buffering = False
        yield self.event("buffer_end")

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

    def ad_break(self, name: str) -> Iterator[SimulatedEvent]:
        player, rng = self.player, self.rng
        number = int(player.counters.get("adBreaks", 0)) + 1
        player.add("adBreaks")
        player.ad_break = {
            "breakId": f"{player.session_id[:8]}-{number}",
            "name": name,
            "startTime": round(player.position_s, 3),
            "breakType": "linear",
            "podSize": 2,
        }
        yield self.event("ad_break_start")
        for place in (1, 2):
            yield from self.one_ad(place, rng.choice([4.0, 6.0, 8.0]))
            self.wait(0.2)
        yield self.event("ad_break_end")
        player.ad_break = None

    def one_ad(self, place: int, duration_s: float) -> Iterator[SimulatedEvent]:
        player, rng = self.player, self.rng
        number = rng.randrange(1, 40)
        player.add("ads")
        player.ad = {
            "adId": f"ad-{number}",
            "name": f"Spot {number}",
            "podPosition": place,
            "duration": duration_s,
            "skippable": True,
        }
        yield self.event("ad_start")
        skips_at, clicks_at = rng.choices([20, 60, None], [1, 2, 7])[0], rng.choices([30, None], [1, 9])[0]
        passed = 0
        for quartile in QUARTILES:
            if clicks_at is not None and passed < clicks_at <= quartile:
                self.wait(duration_s * (clicks_at - passed) / 100)
                passed = clicks_at
                player.add("adsClicked")
                yield self.event("ad_click", percentProgress=clicks_at)
            if skips_at is not None and passed < skips_at <= quartile:
                self.wait(duration_s * (skips_at - passed) / 100)
                player.add("adsSkipped")
                yield self.event("ad_skip", percentProgress=skips_at)
                player.ad = None
                return
            self.wait(duration_s * (quartile - passed) / 100)
            passed = quartile
            yield self.event("ad_quartile", percentProgress=quartile)
        self.wait(duration_s * (100 - passed) / 100)
        yield self.event("ad_complete")
        player.ad = None
