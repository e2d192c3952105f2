"""Captures the stories of an app: Snowplow's Python tracker, used as an app on a phone uses it.

    .venv/bin/python tests/players/capture/app.py [story ...]

The player is a stand-in with the habits of AVPlayer under Snowplow's iOS tracker (AVPlayerSubscription.swift): a
seek is told by seek_end alone when playback goes on, a stall by buffer_start without an end, and the content ends
with `ended: false`. Whole numbers travel as `50.0`, as JSON encoders of typed languages write them.
"""

import asyncio
import sys
import time
from pathlib import Path

from aiohttp import web
from snowplow_tracker import Emitter, SelfDescribing, SelfDescribingJson, Subject, Tracker

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "lambdas"), str(ROOT / "localstack")]

from collector.server import Collector  # noqa: E402
from tests.players.capture.capture import Lines, keep  # noqa: E402

MEDIA = "iglu:com.snowplowanalytics.snowplow.media"
SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
DURATION_S = 12.0
USER = "8d0a6f7e-91c4-4b3f-bb58-1f3a7d1b0c12"


class Phone:
    """A player on a phone, and what a person sees on its screen."""

    def __init__(self, endpoint: str, session_id: str) -> None:
        self.emitter = Emitter(endpoint, protocol="http", batch_size=1000)
        self.tracker = Tracker("app", self.emitter, app_id="app", subject=Subject().set_platform("mob"))
        self.session_id = session_id
        self.position_s = 0.0
        self.paused = True
        self.played_s = self.paused_s = self.buffering_s = 0.0
        self.statuses: list[tuple[int, str]] = []
        self.spans: list[list[float]] = []

    def see(self, status: str) -> None:
        """What a person sees from now on."""
        self.statuses.append((time.time_ns() // 1_000_000, status))

    def track(self, name: str, *entities: SelfDescribingJson, **payload: object) -> None:
        """One media event with the entities that the iOS tracker attaches."""
        player = {
            "currentTime": self.position_s,
            "duration": DURATION_S,
            "ended": False,
            "paused": self.paused,
            "label": "Winter garden",
            "mediaType": "video",
            "volume": 50.0,
        }
        session = {
            "mediaSessionId": self.session_id,
            "pingInterval": 1.0,
            "timePlayed": round(self.played_s, 3),
            "timePaused": round(self.paused_s, 3),
            "timeBuffering": round(self.buffering_s, 3),
        }
        client_session = {"userId": USER, "sessionId": "f2c8bd0f-8fb5-4d3c-9d4f-7a6d5b4c3e21", "sessionIndex": 1}
        self.tracker.track(
            SelfDescribing(
                SelfDescribingJson(f"{MEDIA}/{name}_event/jsonschema/1-0-0", payload),
                context=[
                    SelfDescribingJson(f"{SNOWPLOW}/client_session/jsonschema/1-0-2", client_session),
                    SelfDescribingJson(f"{SNOWPLOW}/media_player/jsonschema/2-0-0", player),
                    SelfDescribingJson(f"{MEDIA}/session/jsonschema/1-0-0", session),
                    *entities,
                ],
            )
        )

    def pass_time(self, seconds: float, *entities: SelfDescribingJson, moves: bool, stalls: bool = False) -> None:
        """Time passes, with a ping at each whole second while the player isn't paused."""
        for _ in range(round(seconds)):
            time.sleep(1)
            if moves:
                self.position_s = round(self.position_s + 1, 3)
                self.spans[-1][1] = self.position_s
            if self.paused:
                self.paused_s += 1
            else:
                self.played_s += 1
            if stalls:
                self.buffering_s += 1
            if not self.paused:
                self.track("ping", *entities)

    def play(self) -> None:
        """The viewer plays, or plays on."""
        self.see("WATCHING_VIDEO")
        self.paused = False
        self.spans.append([self.position_s, self.position_s])
        self.track("play")

    def pause(self) -> None:
        """The viewer pauses."""
        self.see("PAUSED_VIDEO")
        self.paused = True
        self.track("pause")


def watched_to_the_end(phone: Phone) -> None:
    """Play, a stall, a pause with a seek, the end, and the ping of the player that stands at it."""
    phone.see("READY")
    phone.track("ready")
    phone.play()
    phone.pass_time(2, moves=True)
    phone.see("BUFFERING_VIDEO")
    phone.track("buffer_start")
    phone.pass_time(2, moves=False, stalls=True)
    phone.see("WATCHING_VIDEO")
    phone.pass_time(2, moves=True)
    phone.pause()
    phone.pass_time(1, moves=False)
    phone.position_s = 9.0
    phone.track("seek_end")
    phone.play()
    phone.pass_time(3, moves=True)
    phone.see("COMPLETED_VIDEO")
    phone.track("end")
    phone.paused = True
    phone.track("pause")
    phone.pass_time(1, moves=False)
    phone.track("ping")


def preroll_then_home(phone: Phone) -> None:
    """A pre-roll before the content, then the home button: the app is paused, and says nothing more."""
    ad_break = SelfDescribingJson(f"{MEDIA}/ad_break/jsonschema/1-0-0", {"breakId": "b1", "startTime": 0.0})
    ad = {"adId": "7", "name": "Bicycles", "podPosition": 1.0, "duration": 4.0}
    playing_ad = (ad_break, SelfDescribingJson(f"{MEDIA}/ad/jsonschema/1-0-0", ad))
    phone.see("READY")
    phone.track("ready")
    time.sleep(0.4)
    phone.see("WATCHING_AD")
    phone.track("ad_break_start", ad_break)
    phone.track("ad_start", *playing_ad)
    phone.pass_time(1, moves=False)
    phone.track("ad_quartile", *playing_ad, percentProgress=25.0)
    phone.pass_time(3, moves=False)
    phone.track("ad_complete", *playing_ad)
    time.sleep(0.1)
    phone.track("ad_break_end", ad_break)
    phone.play()
    phone.pass_time(3, moves=True)
    phone.pause()


STORIES = {"app_watched_to_the_end": watched_to_the_end, "app_preroll_then_home": preroll_then_home}


async def capture(wanted: list[str]) -> None:
    """Write the files of the stories wanted, or of all."""
    for story in wanted or STORIES:
        lines = Lines()
        runner = web.AppRunner(Collector(lines).application())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        phone = Phone(f"127.0.0.1:{port}", f"m-{story}")
        try:
            await asyncio.to_thread(STORIES[story], phone)
            await asyncio.to_thread(phone.emitter.flush)  # what was kept while the phone was offline
            await asyncio.sleep(0.5)
        finally:
            await runner.cleanup()
        keep(story, lines.lines, {"statuses": phone.statuses, "spans": phone.spans}, port)


if __name__ == "__main__":
    asyncio.run(capture(sys.argv[1:]))
