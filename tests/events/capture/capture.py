"""Captures the golden files of the real browser tracker, through the collector's own code.

    (cd frontend && npm ci) && python tests/events/capture/capture.py [scenario ...]

Chromium plays the page beside this file, with the UMD files of @snowplow/browser-tracker and
@snowplow/browser-plugin-media as installed in frontend/. Each scenario of scenarios.js becomes
tests/events/web_<scenario>.tsv. Ids and times differ from capture to capture; what happened doesn't.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web
from playwright.async_api import async_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path[:0] = [str(ROOT / "lambdas"), str(ROOT / "localstack")]

from collector.delivery import Record  # noqa: E402
from collector.server import Collector  # noqa: E402

SNOWPLOW = ROOT / "frontend" / "node_modules" / "@snowplow"
FILES = {
    "/": HERE / "page.html",
    "/scenarios.js": HERE / "scenarios.js",
    "/tracker.js": SNOWPLOW / "browser-tracker" / "dist" / "index.umd.js",
    "/media.js": SNOWPLOW / "browser-plugin-media" / "dist" / "index.umd.js",
    "/clip.webm": ROOT / "frontend" / "public" / "clips" / "train.webm",
}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
SCENARIOS = [
    "signed_in",
    "anonymous",
    "server_anonymous",
    "login_in_mid_play",
    "ad_breaks",
    "seeks_and_buffering",
    "errors",
    "without_pings",
    "reused_session_id",
]


class Lines:
    """A delivery that keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    async def deliver(self, records: Sequence[Record]) -> None:
        self.lines += [record.value for record in records]


async def capture(scenarios: list[str]) -> None:
    """Write one file a scenario."""
    lines = Lines()
    application = Collector(lines).application()
    for path, file in FILES.items():
        application.router.add_get(path, _serving(file))
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            for scenario in scenarios:
                lines.lines = []
                context = await browser.new_context(user_agent="Mozilla/5.0 (X11; Linux x86_64) Chrome")
                page = await context.new_page()
                page.on("pageerror", lambda error: print("page error:", error, file=sys.stderr))
                await page.goto(f"http://localhost:{port}/")
                await page.evaluate("name => run(name)", scenario)
                await context.close()
                text = b"".join(line + b"\n" for line in lines.lines)
                # The port is whatever was free; the page's address in the file shouldn't change for that.
                text = text.replace(f"localhost:{port}".encode(), b"localhost:8000")
                text = text.replace(f"\tlocalhost\t{port}\t".encode(), b"\tlocalhost\t8000\t")
                (HERE.parent / f"web_{scenario}.tsv").write_bytes(text)
                print(f"web_{scenario}.tsv: {len(lines.lines)} events")
            await browser.close()
    finally:
        await runner.cleanup()


def _serving(file: Path):
    async def serve(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(file)

    return serve


if __name__ == "__main__":
    asyncio.run(capture(sys.argv[1:] or SCENARIOS))
