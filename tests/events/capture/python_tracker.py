"""Captures tests/events/python_tracker.tsv: Snowplow's Python tracker, over HTTP, through the collector's code.

python tests/events/capture/python_tracker.py
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web
from snowplow_tracker import (
    Emitter,
    PageView,
    SelfDescribing,
    SelfDescribingJson,
    StructuredEvent,
    Subject,
    Tracker,
)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path[:0] = [str(ROOT / "lambdas"), str(ROOT / "localstack")]

from collector.delivery import Record  # noqa: E402
from collector.server import Collector  # noqa: E402

MEDIA = "iglu:com.snowplowanalytics.snowplow.media"
SESSION_ID = "5f0e7c52-6a44-4c0f-9d5c-0f5f2a6f1a10"


class Lines:
    """A delivery that keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    async def deliver(self, records: Sequence[Record]) -> None:
        self.lines += [record.value for record in records]


def watch(endpoint: str) -> None:
    """A set-top box: signed in, plays half a minute with one ad break, base64 on."""
    emitter = Emitter(endpoint, protocol="http", batch_size=4)
    tracker = Tracker("tv", emitter, app_id="tv", subject=Subject().set_platform("tv").set_user_id("viewer-10"))

    def media(
        name: str, position_s: float, paused: bool, *entities: SelfDescribingJson, **payload: object
    ) -> None:
        player = {
            "currentTime": position_s,
            "duration": 60.5,
            "ended": name == "end_event",
            "paused": paused,
            "label": "Jardin d’hiver – épisode 1",
            "mediaType": "video",
            "playerType": "tv-player",
        }
        session = {"mediaSessionId": SESSION_ID, "pingInterval": 10, "timePlayed": position_s}
        tracker.track(
            SelfDescribing(
                SelfDescribingJson(f"{MEDIA}/{name}/jsonschema/1-0-0", payload),
                context=[
                    SelfDescribingJson(
                        "iglu:com.snowplowanalytics.snowplow/media_player/jsonschema/2-0-0", player
                    ),
                    SelfDescribingJson(f"{MEDIA}/session/jsonschema/1-0-0", session),
                    *entities,
                ],
            )
        )

    ad_break = SelfDescribingJson(
        f"{MEDIA}/ad_break/jsonschema/1-0-0", {"breakId": "b1", "startTime": 0, "breakType": "linear"}
    )
    ad = SelfDescribingJson(f"{MEDIA}/ad/jsonschema/1-0-0", {"adId": "7", "name": "Pré-roll", "podPosition": 1})
    tracker.track(PageView("https://tv.example.com/app?screen=player#now", page_title="Player"))
    tracker.track(StructuredEvent("remote", "press", label="ok"))
    media("ready_event", 0, True)
    media("ad_break_start_event", 0, True, ad_break)
    media("ad_start_event", 0, True, ad_break, ad)
    media("ad_quartile_event", 0, True, ad_break, ad, percentProgress=50)
    media("ad_complete_event", 0, True, ad_break, ad)
    media("ad_break_end_event", 0, True, ad_break)
    media("play_event", 0, False)
    media("ping_event", 10, False)
    media("ping_event", 20.25, False)
    media("end_event", 60.5, True)
    emitter.flush()


async def capture() -> None:
    """Serve the collector, let the tracker send to it, write the file."""
    lines = Lines()
    runner = web.AppRunner(Collector(lines).application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await asyncio.to_thread(watch, f"127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()
    (HERE.parent / "python_tracker.tsv").write_bytes(b"".join(line + b"\n" for line in lines.lines))
    print(f"python_tracker.tsv: {len(lines.lines)} events")


if __name__ == "__main__":
    asyncio.run(capture())
