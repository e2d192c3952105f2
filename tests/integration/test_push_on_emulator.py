"""Pages over real WebSockets: tickets, snapshots, changed sessions by version, and coming back after a cut."""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from live_viewers.session.media_session import MediaSession, fold
from tests.integration.socket_rig import SocketRig, deploy
from tests.viewing import START_MS, end, pause, play

WITHIN_S = 120


@pytest.fixture(scope="module")
def rig(ministack: str) -> SocketRig:
    return deploy(ministack)


class Page:
    """A browser page: it says things, and waits for messages."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def hear(self, wanted: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The next message that is wanted; others are passed over."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.receive_str())
                if wanted(message):
                    return message

    async def subscribe(self, **scope: Any) -> dict[str, Any]:
        """Subscribe, and get the snapshot."""
        await self.say(action="subscribe", **scope)
        return await self.hear(lambda message: message["type"] in ("snapshot", "error"))

    async def state(self, version: int) -> dict[str, Any]:
        """The pushed state of this version."""

        def has(message: dict[str, Any]) -> bool:
            return message["type"] == "sessions" and message["sessions"][0]["version"] >= version

        return (await self.hear(has))["sessions"][0]


@asynccontextmanager
async def page(rig: SocketRig, ticket: str | None = "new") -> AsyncIterator[Page]:
    token = rig.ticket() if ticket == "new" else ticket
    async with aiohttp.ClientSession() as session, session.ws_connect(rig.address(token)) as socket:
        yield Page(socket)


def version_of(viewer_id: str, version: int, *events: Any, label: str = "Big Buck Bunny") -> MediaSession:
    """The viewer's session, played since now."""
    since = time.time() - START_MS / 1000
    made = [make(at=since + number, viewer_id=viewer_id, label=label) for number, make in enumerate(events)]
    session = fold(made)
    session.version = version
    return session


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not holds():
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("ticket", [None, "", "guessed", "x" * 4000])
def test_without_a_good_ticket_there_is_no_socket(rig: SocketRig, ticket: str | None) -> None:
    async def connect() -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with page(rig, ticket):
                pass
        assert refused.value.status in (401, 403)

    asyncio.run(connect())


def test_a_ticket_opens_one_socket(rig: SocketRig) -> None:
    async def connect() -> None:
        ticket = rig.ticket()
        async with page(rig, ticket):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                async with page(rig, ticket):
                    pass
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with page(rig, ticket):
                pass

    asyncio.run(connect())


def test_a_ticket_is_good_for_a_minute(rig: SocketRig) -> None:
    async def connect() -> None:
        async with page(rig, rig.ticket(issued_s_ago=50)):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with page(rig, rig.ticket(issued_s_ago=61)):
                pass

    asyncio.run(connect())


def test_a_viewer_is_shown_at_once_and_then_as_it_changes(rig: SocketRig) -> None:
    async def watch() -> None:
        rig.write(version_of("watched", 1, play))
        async with page(rig) as one:
            snapshot = await one.subscribe(scope="viewer", viewer_id="watched")
            assert snapshot["scope"] == {"scope": "viewer", "viewer_id": "watched"}
            assert [(each["viewer_id"], each["version"]) for each in snapshot["sessions"]] == [("watched", 1)]
            assert snapshot["more"] is False
            rig.write(version_of("someone-else", 1, play))
            rig.write(version_of("watched", 2, play, pause))
            shown = await one.state(2)
            assert (shown["viewer_id"], shown["status"]) == ("watched", "PAUSED_VIDEO")
            assert shown["title"] == "Big Buck Bunny"
            rig.write(version_of("watched", 3, play, pause, end))
            assert (await one.state(3))["status"] == "COMPLETED_VIDEO"

    asyncio.run(watch())


def test_titles_and_the_overview_are_notified_of_their_viewers(rig: SocketRig) -> None:
    async def watch() -> None:
        async with page(rig) as title, page(rig) as overview:
            assert (await title.subscribe(scope="title", media_id="Sintel"))["sessions"] == []
            await overview.subscribe(scope="overview")
            rig.write(version_of("of-another", 5, play, label="Cosmos"))
            assert (await overview.state(5))["viewer_id"] == "of-another"
            rig.write(version_of("of-sintel", 6, play, label="Sintel"))
            assert (await title.state(1))["viewer_id"] == "of-sintel"
            assert (await overview.state(6))["viewer_id"] == "of-sintel"
            again = await title.subscribe(scope="title", media_id="Sintel")
            assert [each["viewer_id"] for each in again["sessions"]] == ["of-sintel"]

    asyncio.run(watch())


def test_an_erased_viewer_is_reported(rig: SocketRig) -> None:
    async def watch() -> None:
        session = version_of("erased", 1, play)
        rig.write(session)
        async with page(rig) as one:
            await one.subscribe(scope="viewer", viewer_id="erased")
            rig.erase(session)
            message = await one.hear(lambda said: said["type"] == "erased")
            assert message == {"type": "erased", "viewer_id": "erased"}

    asyncio.run(watch())


def test_after_a_cut_a_page_gets_what_it_missed(rig: SocketRig) -> None:
    async def watch() -> None:
        now_ms = int(time.time() * 1000)
        rig.write(version_of("cut-off", now_ms - 60_000, play))
        async with page(rig) as one:
            snapshot = await one.subscribe(scope="viewer", viewer_id="cut-off")
            seen = snapshot["sessions"][0]["version"]
        # While it is cut off, the viewer pauses.
        rig.write(version_of("cut-off", now_ms, play, pause))
        async with page(rig) as one:
            resumed = await one.subscribe(scope="viewer", viewer_id="cut-off", since_version=seen)
            (missed,) = resumed["sessions"]
            assert (missed["version"], missed["status"]) == (now_ms, "PAUSED_VIDEO")
        async with page(rig) as one:
            nothing = await one.subscribe(scope="viewer", viewer_id="cut-off", since_version=now_ms + 60_000)
            assert nothing["sessions"] == []

    asyncio.run(watch())


def test_who_leaves_is_forgotten_and_who_unsubscribes_hears_no_more(rig: SocketRig) -> None:
    async def watch() -> None:
        async with page(rig) as leaving, page(rig) as staying:
            for each in (leaving, staying):
                await each.subscribe(scope="viewer", viewer_id="left")
            assert len(rig.subscribers("viewer#left")) == 2
            await staying.say(action="unsubscribe", scope="viewer", viewer_id="left")
            await eventually(lambda: len(rig.subscribers("viewer#left")) == 1)
        await eventually(lambda: rig.subscribers("viewer#left") == set())

    asyncio.run(watch())


def test_nonsense_is_answered_and_the_socket_stays_open(rig: SocketRig) -> None:
    async def talk() -> None:
        async with page(rig) as one:
            await one.socket.send_str("hello")
            assert (await one.hear())["code"] == "bad_message"
            await one.say(action="shout")
            assert (await one.hear())["code"] == "unknown_action"
            await one.say(action="ping")
            assert (await one.subscribe(scope="viewer", viewer_id="nobody"))["sessions"] == []

    asyncio.run(talk())


def test_a_change_is_on_the_page_within_a_second_of_its_write(rig: SocketRig) -> None:
    async def watch() -> list[float]:
        delays = []
        async with page(rig) as one:
            await one.subscribe(scope="viewer", viewer_id="timed")
            for version in range(1, 41):
                begin = time.monotonic()
                await asyncio.to_thread(rig.write, version_of("timed", version, play))
                await one.state(version)
                delays.append(time.monotonic() - begin)
                await asyncio.sleep(0.3)
        return delays

    centiles = statistics.quantiles(asyncio.run(watch()), n=20)
    print(f"from write to frame: p50 {1000 * centiles[9]:.0f} ms, p95 {1000 * centiles[18]:.0f} ms")
    assert centiles[18] < 1
