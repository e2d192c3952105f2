"""From a record's arrival in Kafka to the frame on a page's socket, on the running demo."""

import asyncio
import json
import statistics
import time
import uuid
from typing import Any

import aiohttp
from confluent_kafka import Producer

from operations.marked_events import MarkedViewer, viewer_json

CHANGES = 60
WARM_UP = 10


async def ask(http: aiohttp.ClientSession, method: str, url: str) -> Any:
    async with http.request(method, url) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json()


async def frames_of(demo: dict[str, str], viewer: MarkedViewer) -> list[float]:
    """Seconds from the broker's acknowledgement of a record to the frame that shows it, one after the other."""
    producer = Producer({"bootstrap.servers": demo["kafka"], "broker.address.family": "v4", "linger.ms": 0})

    def write(number: int) -> float:
        value = json.dumps(viewer_json(viewer, number, time.time_ns() // 1_000_000))
        producer.produce(demo["topic"], key=viewer.viewer_id, value=value)
        assert producer.flush(60) == 0
        return time.monotonic()

    delays = []
    async with aiohttp.ClientSession() as http:
        ticket = (await ask(http, "POST", f"{demo['api']}/v1/socket-tickets"))["ticket"]
        async with http.ws_connect(f"{demo['socket']}?ticket={ticket}") as socket:
            await socket.send_json({"action": "subscribe", "scope": "viewer", "viewer_id": viewer.viewer_id})
            for number in range(CHANGES):
                arrived = write(number)
                async with asyncio.timeout(120):
                    while True:
                        told = await socket.receive_json()
                        if any(session["position_s"] == number for session in told.get("sessions", [])):
                            break
                delays.append(time.monotonic() - arrived)
                await asyncio.sleep(0.3)  # below the limit of four messages a second, as a viewer's events are
    return delays[WARM_UP:]


def test_a_record_is_on_the_socket_within_a_second_of_its_arrival_in_kafka(demo: dict[str, str]) -> None:
    mark = uuid.uuid4().hex
    delays = sorted(asyncio.run(frames_of(demo, MarkedViewer(f"fresh-{mark}", mark))))
    p95 = delays[int(len(delays) * 0.95)]
    print(
        f"Kafka to socket: p50 {statistics.median(delays) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms of {len(delays)}"
    )
    assert p95 < 1.0
