"""A stand-in for DynamoDB that takes as long to answer as AWS's does, and next to no CPU.

DynamoDB Local is exact, but a JVM that spends 50 us of CPU an event: beside it neither a consumer nor its baseline
shows how much it waits. This one reads a request, counts what it asks for, and answers after the time that
`latencies.json` names, any number of requests side by side. It keeps nothing: every item is new to it (but the one
about tombstones, which every table has), every condition holds, and nothing is ever throttled. So it is right for
draining viewers that nobody has seen, by consumers that remember what they wrote, and for nothing else; what is
written is checked against DynamoDB Local.

    python -m bench.aws_like_store PORT [SCALE [ANSWERS]]

SCALE multiplies the latencies. ANSWERS is a JSON file: `query` is the answer to every Query, and `profile` the
profile item of whoever is asked for (default: no items).
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench import services  # noqa: F401 - sets the path
from live_viewers.dynamodb.tombstones import STATE_KEY, state_item

LATENCIES = json.loads(Path(__file__).with_name("latencies.json").read_text())

_ITEM, _BATCH, _TRANSACTION = (LATENCIES[f"{name}_ms"] / 1000 for name in ("item", "batch", "transaction"))
_END_OF_HEAD = b"\r\n\r\n"
_NOTHING = {"Items": [], "Count": 0}
_PROFILE = b'"sk":{"S":"profile"}'
_NAME = STATE_KEY["sk"]["S"].encode()
_ABOUT_TOMBSTONES = json.dumps({"Item": state_item("secret", 0, is_done=True)}).encode()


def _statements(body: bytes) -> bytes:
    return b'{"Responses":[%s]}' % b",".join([b"{}"] * body.count(b'"Statement":'))


def _found(body: bytes, profile: dict[str, Any] | None) -> bytes:
    """Of a BatchGetItem: the item about tombstones, in whatever table it is looked for, or profiles, where there
    are any."""
    if profile is not None and _PROFILE in body:
        ((table, asked),) = json.loads(body)["RequestItems"].items()
        items = [profile | key for key in asked["Keys"]]
        return json.dumps({"Responses": {table: items}, "UnprocessedKeys": {}}).encode()
    if _NAME not in body:
        return b'{"Responses":{},"UnprocessedKeys":{}}'
    (table,) = json.loads(body)["RequestItems"]
    return json.dumps({"Responses": {table: [state_item("secret", 0, is_done=True)]}}).encode()


# By operation: seconds to the answer, and the answer to a body.
OPERATIONS: Mapping[bytes, tuple[float, Callable[[bytes], bytes]]] = {
    b"PutItem": (_ITEM, lambda _: b"{}"),
    b"UpdateItem": (_ITEM, lambda _: b"{}"),
    b"GetItem": (_ITEM, lambda body: _ABOUT_TOMBSTONES if _NAME in body else b"{}"),
    b"DeleteItem": (_ITEM, lambda _: b"{}"),
    b"BatchGetItem": (_BATCH, lambda body: _found(body, None)),
    b"BatchWriteItem": (_BATCH, lambda _: b'{"UnprocessedItems":{}}'),
    b"BatchExecuteStatement": (_BATCH, _statements),
    b"TransactWriteItems": (_TRANSACTION, lambda _: b"{}"),
}


class Connection(asyncio.Protocol):
    """One client's kept connection: a request, its answer, the next request. `scale` multiplies the latencies."""

    def __init__(self, loop: asyncio.AbstractEventLoop, scale: float, answers: Mapping[str, Any]) -> None:
        self._loop = loop
        self._scale = scale
        query = json.dumps(answers.get("query", _NOTHING)).encode()
        self._operations = {
            **OPERATIONS,
            b"Query": (_ITEM, lambda _: query),
            b"BatchGetItem": (_BATCH, lambda body: _found(body, answers.get("profile"))),
        }
        self._received = bytearray()
        self._missing = 0  # bytes of the request that are known to be still on their way

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._missing -= len(data)
        if self._missing > 0:
            return
        head_ends = self._received.find(_END_OF_HEAD)
        if head_ends < 0:
            return
        head = bytes(self._received[:head_ends])
        begins = head_ends + len(_END_OF_HEAD)
        ends = begins + int(_header(head.lower(), b"content-length"))
        if len(self._received) < ends:
            self._missing = ends - len(self._received)
            return
        operation = _header(head, b"X-Amz-Target").rpartition(b".")[2]
        latency_s, answer = self._operations[operation]
        body = answer(self._received[begins:ends])
        del self._received[:ends]
        self._loop.call_later(latency_s * self._scale, self._answer, body)

    def _answer(self, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n%s"
                % (len(body), body)
            )


def _header(head: bytes, name: bytes) -> bytes:
    begins = head.index(b"\r\n" + name + b":") + len(name) + 3
    return head[begins:].partition(b"\r\n")[0].strip()


async def serve(port: int, scale: float, answers: Mapping[str, Any]) -> None:
    """Answers on 127.0.0.1 until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(loop, scale, answers), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    port, *rest = sys.argv[1:]
    given = json.loads(Path(rest[1]).read_text()) if rest[1:] else {}
    asyncio.run(serve(int(port), float(rest[0]) if rest else 1.0, given))
