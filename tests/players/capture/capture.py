"""Captures the golden files of real players: see README.md beside the folder.

    (cd frontend && npm ci) && (cd tests/players/capture && npm ci)
    .venv/bin/python tests/players/capture/capture.py [story ...]

Chromium plays page.html (or youtube.html), with the trackers as installed, through the collector's own code. Each
story becomes ../<story>.tsv, and ../<story>.json with what a person at the screen saw. Ids and times differ from
capture to capture; what happened doesn't. The steps are to be read, and what can't be known noted, before they are
kept.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, async_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "lambdas"), str(ROOT / "localstack")]

from collector.delivery import Record  # noqa: E402
from collector.server import Collector  # noqa: E402
from tests.events.capture.capture import FLAGS  # noqa: E402
from tests.players.capture.hls_server import Streams  # noqa: E402
from tests.players.steps import FOLDER, draft, expected  # noqa: E402
from tests.players.steps import keep as write_story  # noqa: E402

PAGES = ROOT / "frontend" / "node_modules" / "@snowplow"
OWN = HERE / "node_modules"
FILES = {
    "/": HERE / "page.html",
    "/youtube": HERE / "youtube.html",
    "/watching.js": HERE / "watching.js",
    "/stories.js": HERE / "stories.js",
    "/youtube_stub.js": HERE / "youtube_stub.js",
    "/youtube_stories.js": HERE / "youtube_stories.js",
    "/tracker.js": PAGES / "browser-tracker" / "dist" / "index.umd.js",
    "/media.js": PAGES / "browser-plugin-media" / "dist" / "index.umd.js",
    "/tracker-3.js": OWN / "@snowplow" / "browser-tracker" / "dist" / "index.umd.js",
    "/youtube-3.js": OWN / "@snowplow" / "browser-plugin-youtube-tracking" / "dist" / "index.umd.js",
    "/hls.js": OWN / "hls.js" / "dist" / "hls.min.js",
    "/clip.webm": ROOT / "frontend" / "public" / "clips" / "train.webm",
    "/clip-2.webm": ROOT / "frontend" / "public" / "clips" / "harbour.webm",
}


class Lines:
    """A delivery that keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    async def deliver(self, records: Sequence[Record]) -> None:
        self.lines += [record.value for record in records]


async def capture(wanted: list[str]) -> None:
    """Write the files of the stories wanted, or of all."""
    lines = Lines()
    application = Collector(lines).application()
    for path, file in FILES.items():
        application.router.add_get(path, _serving(file))
    streams = Streams(HERE / "hls")
    application.router.add_get("/hls/{stream}/{name}", streams.serve)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        async with async_playwright() as playwright:
            chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
            flags = [*FLAGS, "--autoplay-policy=no-user-gesture-required"]
            browser = await playwright.chromium.launch(executable_path=chromium, args=flags)
            for page in ("", "youtube"):
                for story in await _stories(browser, port, page):
                    if wanted and story not in wanted:
                        continue
                    streams.begin()
                    lines.lines = []
                    seen = await _play(browser, port, page, story)
                    keep(story, lines.lines, seen, port)
            await browser.close()
    finally:
        await runner.cleanup()


async def _stories(browser: Browser, port: int, page: str) -> list[str]:
    tab = await browser.new_page()
    await tab.goto(f"http://localhost:{port}/{page}")
    names: list[str] = await tab.evaluate("Object.keys(stories)")
    await tab.close()
    return names


async def _play(browser: Browser, port: int, page: str, story: str) -> dict:
    context = await browser.new_context(user_agent="Mozilla/5.0 (X11; Linux x86_64) Chrome")
    tab = await context.new_page()
    tab.on("pageerror", lambda error: print(f"{story}: page error:", error, file=sys.stderr))
    await tab.goto(f"http://localhost:{port}/{page}")
    seen: dict = await asyncio.wait_for(tab.evaluate("name => run(name)", story), 90)
    await context.close()
    return seen


def keep(story: str, lines: list[bytes], seen: dict, port: int) -> None:
    """Write the two files of a story."""
    text = b"".join(line + b"\n" for line in lines)
    # The port is whatever was free; the page's address in the file shouldn't change for that.
    text = text.replace(f"localhost:{port}".encode(), b"localhost:8000")
    text = text.replace(f"\tlocalhost\t{port}\t".encode(), b"\tlocalhost\t8000\t")
    spans = [[round(at, 2) for at in span] for span in seen["spans"]]
    steps = draft(text.split(b"\n"), seen["statuses"])
    known = expected(story) if (FOLDER / f"{story}.json").exists() else {"story": ""}
    write_story(story, text, known | {"played": spans, "steps": steps})
    print(f"{story}: {len(lines)} events, {len(steps)} steps, played {spans}")


def _serving(file: Path):
    async def serve(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(file)

    return serve


if __name__ == "__main__":
    asyncio.run(capture(sys.argv[1:]))
