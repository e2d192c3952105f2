"""The streams that the stories play: whole, held up, broken and live, all of the same twelve segments."""

import asyncio
import time
from pathlib import Path

from aiohttp import web

_SEGMENT_S = 2
_SEGMENTS = 12
_HELD_FROM = 2  # the segment that is held up, or missing
_WINDOW = 3


class Streams:
    """`/hls/<stream>/<name>`: `held` answers nothing from its third segment on until it is released."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.begin()

    def begin(self) -> None:
        """A new story: the live stream begins anew, and what was released is held again."""
        self._released = asyncio.Event()
        self._began = time.monotonic()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A playlist, a segment, or the release of what is held."""
        stream, name = request.match_info["stream"], request.match_info["name"]
        if name == "release":
            self._released.set()
            return web.Response()
        if name == "index.m3u8":
            text = self._live_playlist() if stream == "live" else (self._folder / name).read_text()
            return web.Response(text=text, content_type="application/vnd.apple.mpegurl")
        number = int(name.removesuffix(".ts"))
        if number >= _HELD_FROM and stream == "broken":
            raise web.HTTPServiceUnavailable
        if number >= _HELD_FROM and stream == "held":
            await self._released.wait()
        return web.FileResponse(self._folder / f"{number}.ts")

    def _live_playlist(self) -> str:
        first = min(int((time.monotonic() - self._began) / _SEGMENT_S), _SEGMENTS - _WINDOW)
        head = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{_SEGMENT_S}"]
        head.append(f"#EXT-X-MEDIA-SEQUENCE:{first}")
        for number in range(first, first + _WINDOW):
            head += [f"#EXTINF:{_SEGMENT_S}.0,", f"{number}.ts"]
        return "\n".join(head) + "\n"
