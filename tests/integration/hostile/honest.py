"""Honest viewers of the running demo: what they sent, what a page that watches them waited for, what is stored."""

import asyncio
import json
import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from confluent_kafka import Producer

from operations.marked_events import MarkedViewer, viewer_json
from simulator.kafka_output import enriched_line
from simulator.run import events_of

READ_EVERY_S = 0.5
BEACON_EVERY_S = 0.6


@dataclass
class Waited:
    """How long each kind of answer took, in seconds, and what was answered with a 5xx."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)

    def p95(self, what: str) -> float:
        return statistics.quantiles(self.seconds[what], n=20)[-1]


class HonestViewers:
    """Sends what `viewers` simulated viewers do, and remembers every record, by viewer."""

    def __init__(self, producer: Producer, topic: str, viewers: int, seed: int) -> None:
        self._producer = producer
        self._topic = topic
        self._events = events_of(viewers, seed, ramp_s=5)
        self._began = time.monotonic()
        self._next = next(self._events)
        self.sent: dict[str, list[bytes]] = defaultdict(list)

    def send_what_is_due(self) -> None:
        while self._next.at_s <= time.monotonic() - self._began:
            line = enriched_line(self._next, time.time_ns() // 1_000_000)
            self.sent[self._next.viewer_id].append(line)
            self._producer.produce(self._topic, key=self._next.viewer_id, value=line)
            self._next = next(self._events)
        self._producer.poll(0)


async def watch(demo: dict[str, str], producer: Producer, seconds: float) -> Waited:
    """What a page waits for: its list and its counts, and the push of one viewer's changes, for so long."""
    waited = Waited()
    until = time.monotonic() + seconds
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        await asyncio.gather(
            *(_read(http, f"{demo['api']}{path}", path, waited, until) for path in ("/v1/live", "/v1/audience")),
            _hear(http, demo, producer, waited, until),
        )
    return waited


async def _read(http: aiohttp.ClientSession, url: str, what: str, waited: Waited, until: float) -> None:
    while time.monotonic() < until:
        began = time.monotonic()
        async with http.get(url) as answer:
            await answer.read()
            if answer.status >= 500:
                waited.faults.append(f"{what} {answer.status}")
        waited.seconds[what].append(time.monotonic() - began)
        await asyncio.sleep(READ_EVERY_S)


async def _hear(
    http: aiohttp.ClientSession, demo: dict[str, str], producer: Producer, waited: Waited, until: float
) -> None:
    """From a record's acknowledgement to the frame that shows it, again and again."""
    mark = uuid.uuid4().hex
    viewer = MarkedViewer(f"beacon-{mark}", mark)
    async with _socket(http, demo) as socket:
        await socket.send_json({"action": "subscribe", "scope": "viewer", "viewer_id": viewer.viewer_id})
        number = 0
        while time.monotonic() < until:
            number += 1
            value = json.dumps(viewer_json(viewer, number, time.time_ns() // 1_000_000))
            producer.produce(demo["topic"], key=viewer.viewer_id, value=value)
            producer.flush(10)
            began = time.monotonic()
            async with asyncio.timeout(30):
                while True:
                    told = await socket.receive_json()
                    if any((session["position_s"] or 0) >= number for session in told.get("sessions", [])):
                        break
            waited.seconds["push"].append(time.monotonic() - began)
            await asyncio.sleep(BEACON_EVERY_S)


@asynccontextmanager
async def _socket(
    http: aiohttp.ClientSession, demo: dict[str, str]
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with http.post(f"{demo['api']}/v1/socket-tickets") as answer:
        ticket = (await answer.json())["ticket"]
    async with http.ws_connect(f"{demo['socket']}?ticket={ticket}") as socket:
        yield socket
