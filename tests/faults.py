"""A proxy before DynamoDB that fails on purpose, as the service or the network may.

It forwards to the real endpoint and hands on what comes back, but for the faults that are set. Each fault says for
how many matching requests it holds; then the way is free again.
"""

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, bytes]  # status and body
Forward = Callable[[dict[str, Any]], Answer]
# Given the operation, the request's body, and a function that forwards a body. None: not this fault's business.
Fault = Callable[[str, dict[str, Any], Forward], Answer | None]

_OWN_HEADERS = ("accept-encoding", "connection", "content-length", "host")
_JSON = "application/x-amz-json-1.0"


class FaultProxy:
    """`endpoint` is the proxy's own. `operations` counts what went through, faults included."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._faults: list[tuple[Fault, list[int]]] = []
        self._lock = threading.Lock()
        self.operations: Counter[str] = Counter()
        self.refuses_connections = False
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                proxy._serve(self)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128  # more than connect at once: who finds no room tries again after a second

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail(self, fault: Fault, times: int) -> None:
        """Let `fault` act on the next so many requests that it takes."""
        with self._lock:
            self._faults.append((fault, [times]))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        operation = request.headers["X-Amz-Target"].split(".")[1]
        self.operations[operation] += 1
        if self.refuses_connections:
            request.close_connection = True
            request.connection.close()
            return
        status, answer = self._answer(operation, body, dict(request.headers))
        try:
            request.send_response(status)
            request.send_header("Content-Type", _JSON)
            request.send_header("Content-Length", str(len(answer)))
            request.end_headers()
            request.wfile.write(answer)
        except OSError:
            pass  # the client has given up, which is what some faults are for

    def _answer(self, operation: str, body: bytes, headers: dict[str, str]) -> Answer:
        def forward(asked: dict[str, Any]) -> Answer:
            return self._forward(json.dumps(asked).encode(), headers)

        for fault, left in list(self._faults):
            with self._lock:
                if left[0] <= 0:  # two requests at the same moment may both have been the last
                    continue
            answer = fault(operation, json.loads(body), forward)
            if answer is not None:
                with self._lock:
                    left[0] -= 1
                return answer
        return self._forward(body, headers)

    def _forward(self, body: bytes, headers: dict[str, str]) -> Answer:
        kept = {name: value for name, value in headers.items() if name.lower() not in _OWN_HEADERS}
        request = urllib.request.Request(self._upstream, data=body, headers=kept)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@contextmanager
def faulty(upstream: str) -> Iterator[FaultProxy]:
    proxy = FaultProxy(upstream)
    try:
        yield proxy
    finally:
        proxy.close()


def error(code: str, status: int = 400, on: str | None = None) -> Fault:
    """The whole call fails with this code, on one operation or on all."""

    def fail(operation: str, _: dict[str, Any], __: Forward) -> Answer | None:
        if on not in (None, operation):
            return None
        kind = f"com.amazonaws.dynamodb.v20120810#{code}"
        return status, json.dumps({"__type": kind, "message": "on purpose"}).encode()

    return fail


def throttle_statement_of(viewer_id: str) -> Fault:
    """Of a BatchExecuteStatement the one item of this viewer is throttled, the others are done."""

    def fail(operation: str, body: dict[str, Any], forward: Forward) -> Answer | None:
        if operation != "BatchExecuteStatement":
            return None
        statements = body["Statements"]
        at = next((n for n, each in enumerate(statements) if {"S": viewer_id} in each["Parameters"]), None)
        if at is None:
            return None
        others = statements[:at] + statements[at + 1 :]
        outcomes = []
        if others:
            outcomes = json.loads(forward({**body, "Statements": others})[1])["Responses"]
        outcomes.insert(at, {"Error": {"Code": "ThrottlingError", "Message": "on purpose"}})
        return 200, json.dumps({"Responses": outcomes}).encode()

    return fail


def unprocessed_puts(most: int) -> Fault:
    """Of a BatchWriteItem only the first `most` are said to be done; all the others come back."""

    def fail(operation: str, body: dict[str, Any], forward: Forward) -> Answer | None:
        if operation != "BatchWriteItem":
            return None
        table, requests = next(iter(body["RequestItems"].items()))
        if len(requests) <= most:
            return None
        forward({"RequestItems": {table: requests[:most]}})
        return 200, json.dumps({"UnprocessedItems": {table: requests[most:]}}).encode()

    return fail


def done_but_silent(on: str, seconds: float) -> Fault:
    """The store does it, and the answer comes only after the client has given up."""

    def fail(operation: str, body: dict[str, Any], forward: Forward) -> Answer | None:
        if operation != on:
            return None
        answer = forward(body)
        time.sleep(seconds)
        return answer

    return fail
