"""A stand-in for API Gateway's open sockets: pages connect over WebSockets, functions post to @connections.

The emulator's would run a function for each of a thousand connections, and keeps what it is sent for a page
without ever waiting for it, so a page that stalls can't be told from one that reads. This one waits until the
page's socket has room, as a server with bounded buffers has to. Run as a program, it prints its port.
"""

import asyncio
import socket
import uuid

from aiohttp import WSMsgType, web

_BUFFER_BYTES = 8 * 1024


class OpenSockets:
    def __init__(self) -> None:
        self._sockets: dict[str, web.WebSocketResponse] = {}

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        page = web.WebSocketResponse(max_msg_size=0, writer_limit=_BUFFER_BYTES)
        await page.prepare(request)
        assert request.transport is not None
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        connection_id = uuid.uuid4().hex[:15] + "="
        self._sockets[connection_id] = page
        await page.send_str(connection_id)
        async for message in page:
            if message.type is WSMsgType.ERROR:
                break
        self._sockets.pop(connection_id, None)
        return page

    async def post(self, request: web.Request) -> web.Response:
        page = self._sockets.get(request.match_info["connection_id"])
        if page is None:
            return web.Response(status=410)
        try:
            await page.send_str((await request.read()).decode())
        except ConnectionError:
            return web.Response(status=410)
        return web.Response()

    async def close(self, request: web.Request) -> web.Response:
        page = self._sockets.pop(request.match_info["connection_id"], None)
        if page is None:
            return web.Response(status=410)
        task = asyncio.create_task(page.close())
        task.add_done_callback(lambda _: None)
        return web.Response(status=204)


async def serve() -> None:
    sockets = OpenSockets()
    app = web.Application()
    app.router.add_get("/connect", sockets.connect)
    app.router.add_post("/socket/@connections/{connection_id}", sockets.post)
    app.router.add_delete("/socket/@connections/{connection_id}", sockets.close)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2048)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
