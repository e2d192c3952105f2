"""A thousand pages on one machine, some of which stall: who gets what, and after how long."""

import asyncio
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest

from live_viewers.api_gateway.connections import ApiGatewayConnections
from live_viewers.aws_environment import Credentials
from live_viewers.dynamodb.tables.sockets_table import SocketsTable
from live_viewers.push.posting import BUDGET_S, Pusher
from live_viewers.scope import ALL
from live_viewers.session.media_session import fold
from live_viewers.session.session_change import SessionChange
from tests.stories import change_of
from tests.tables import create_tables, direct_client_of
from tests.viewing import play

PAGES = 1000
STALLED = 5
MOST_BATCHES = 30
SESSIONS_A_BATCH = 20  # 20 KB, so that what a page doesn't read is soon too much for its socket


@pytest.fixture
def double() -> Iterator[int]:
    """The port of the stand-in for API Gateway."""
    program = [sys.executable, str(Path(__file__).with_name("connections_double.py"))]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


@pytest.fixture
def sockets(dynamodb_local: str) -> SocketsTable:
    tables = create_tables(dynamodb_local, f"{uuid.uuid4().hex[:8]}-")
    return SocketsTable(direct_client_of(dynamodb_local), tables["Sockets"])


class Audience:
    """Pages in a thread of their own; `heard[page]` is what came when, in versions."""

    def __init__(self, port: int, pages: int) -> None:
        self.ids: list[str] = []
        self.heard: list[list[tuple[float, int]]] = [[] for _ in range(pages)]
        self._port = port
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(240)

    def _run(self) -> None:
        self._loop.run_until_complete(self._open())

    async def _open(self) -> None:
        self._over = asyncio.Event()
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            pages = [
                await session.ws_connect(f"http://127.0.0.1:{self._port}/connect", max_msg_size=0)
                for _ in range(len(self.heard))
            ]
            self.ids = [await page.receive_str() for page in pages]
            readers = [asyncio.create_task(self._read(number, page)) for number, page in enumerate(pages)]
            self._ready.set()
            await self._over.wait()
            for reader in readers:
                reader.cancel()

    async def _read(self, number: int, page: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            text = await page.receive_str()
            now = time.monotonic()
            self.heard[number].append((now, int(text.rpartition('"version":')[2].partition(",")[0])))

    def leave(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(120)


def stalled_page(port: int) -> tuple[socket.socket, str]:
    """A page that reads its connection's id and nothing after it."""
    page = socket.socket()
    page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    page.connect(("127.0.0.1", port))
    page.sendall(
        b"GET /connect HTTP/1.1\r\nHost: double\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    page.settimeout(120)
    came = b""
    while not came.partition(b"\r\n\r\n")[2].endswith(b"="):
        came += page.recv(1)
    return page, came.rpartition(b"\r\n\r\n")[2][2:].decode()


def batch(version: int) -> list[SessionChange]:
    changes = []
    for number in range(SESSIONS_A_BATCH):
        session = fold([play(at=0, viewer_id=f"viewer-{number}")])
        session.version = version
        changes.append(change_of(version, session.viewer_id, session.session_id, None, session))
    return changes


def test_a_thousand_pages_are_reported_and_stalled_ones_dropped(double: int, sockets: SocketsTable) -> None:
    audience = Audience(double, PAGES)
    stalled = [stalled_page(double) for _ in range(STALLED)]

    def enter(connection_id: str) -> None:
        sockets.connect(connection_id, 0)
        assert sockets.subscribe(connection_id, ALL, 0)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, [*audience.ids, *(each for _, each in stalled)]))
    assert len(sockets.of([ALL])[ALL]) == PAGES + STALLED
    connections = ApiGatewayConnections(
        f"http://127.0.0.1:{double}/socket", "us-east-1", Credentials("test", "test")
    )
    pusher = Pusher(sockets, connections, time.monotonic, 30)
    pushed: dict[int, float] = {}
    dropped, batches, left_out = 0, 0, 0
    while dropped < STALLED:
        batches += 1
        assert batches <= MOST_BATCHES
        pushed[batches] = time.monotonic()
        report = pusher.push(batch(batches), 0)
        dropped += report.dropped
        left_out += report.unsent + report.failed + report.timed_out
        time.sleep(0.5)  # the stalled pages' posts go on meanwhile
    # A machine too busy to post within the budget says what it left out; nothing else may be missing.
    until = time.monotonic() + 120
    while PAGES * batches - sum(map(len, audience.heard)) > left_out and time.monotonic() < until:
        time.sleep(0.05)
    audience.leave()
    assert sockets.of([ALL])[ALL] == set(audience.ids)
    for heard in audience.heard:
        assert all(earlier < later for (_, earlier), (_, later) in pairwise(heard))
    assert PAGES * batches - sum(map(len, audience.heard)) <= left_out
    delays = sorted(1000 * (when - pushed[version]) for heard in audience.heard for when, version in heard)
    centiles = statistics.quantiles(delays, n=100)
    print(
        f"{PAGES} pages, {STALLED} stalled, {batches} batches: delay p50 {centiles[49]:.0f} ms, "
        f"p99 {centiles[98]:.0f} ms, longest {delays[-1]:.0f} ms; {PAGES * batches - len(delays)} not sent"
    )
    assert centiles[98] < 1000 * BUDGET_S
    for page, _ in stalled:
        page.close()
