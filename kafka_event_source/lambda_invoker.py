"""Lambda's Invoke API over one kept-alive connection: cheap enough for hundreds of small batches a second."""

import http.client
import json
import socket
import urllib.parse
from collections.abc import Callable
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from kafka_event_source.aws import Emulator
from kafka_event_source.ports import Invocation, Throttled, Unavailable
from kafka_event_source.refusal import Unresolved

GRACE_S = 5.0  # after the function's timeout, for the emulator to answer itself that it timed out
CONNECT_S = 2.0


class _UnsignedPayload(SigV4Auth):
    """Signs the request but not its body: hashing 6 MB costs more than building the event, and nobody checks."""

    def payload(self, request: Any) -> str:
        return "UNSIGNED-PAYLOAD"


class LambdaInvoker:
    """Invokes one function through an emulator; one instance a thread.

    `find_function` gives its ARN and timeout in seconds and raises Unresolved; it is asked again when the emulator
    doesn't know the function any more, as after a restart.
    """

    def __init__(self, emulator: Emulator, find_function: Callable[[], tuple[str, int]]) -> None:
        self._emulator = emulator
        self._find_function = find_function
        self._connection: http.client.HTTPConnection | None = None
        self._arn: str | None = None
        self._timeout_s = 0.0

    @property
    def function_arn(self) -> str:
        return self._arn or ""

    def invoke(self, payload: bytes) -> Invocation:
        if self._arn is None:
            try:
                self._arn, timeout_s = self._find_function()
            except Unresolved as problem:
                raise Unavailable(str(problem)) from problem
            self._timeout_s = timeout_s + GRACE_S
        response, body = self._post(payload)
        if response is None:
            return _timed_out(self._timeout_s - GRACE_S)
        if response.status == 429:
            raise Throttled(_message(body))
        if response.status == 404:
            self._arn = None
            raise Unavailable(f"404: {_message(body)}")
        if response.status >= 300:
            raise Unavailable(f"{response.status}: {_message(body)}")
        return Invocation(
            status=response.status,
            function_error=response.getheader("X-Amz-Function-Error"),
            payload=body,
            request_id=response.getheader("x-amzn-RequestId") or "",
            executed_version=response.getheader("X-Amz-Executed-Version") or "$LATEST",
        )

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, payload: bytes) -> tuple[http.client.HTTPResponse | None, bytes]:
        """The answer, or None when the function took longer than its timeout."""
        fresh = self._connection is None
        connection = self._connection or self._connect()
        name = urllib.parse.quote(self.function_arn, safe="")
        path = f"/2015-03-31/functions/{name}/invocations"
        try:
            connection.request("POST", path, body=payload, headers=self._headers(path))
            response = connection.getresponse()
            return response, response.read()
        except TimeoutError:
            self.close()
            return None, b""
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as problem:
            self.close()
            if fresh:
                raise Unavailable(f"the emulator closed the connection: {problem}") from problem
            return self._post(payload)  # a kept-alive connection that the emulator had given up meanwhile
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            raise Unavailable(f"the emulator doesn't answer: {problem}") from problem

    def _connect(self) -> http.client.HTTPConnection:
        address = urllib.parse.urlsplit(self._emulator.endpoint)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = kind(address.hostname or "127.0.0.1", address.port, timeout=CONNECT_S)
        try:
            connection.connect()
        except OSError as problem:
            raise Unavailable(
                f"no connection to the emulator at {self._emulator.endpoint}: {problem}"
            ) from problem
        connection.sock.settimeout(self._timeout_s)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        return connection

    def _headers(self, path: str) -> dict[str, str]:
        request = AWSRequest(
            "POST",
            self._emulator.endpoint + path,
            headers={"Content-Type": "application/json", "X-Amz-Invocation-Type": "RequestResponse"},
        )
        _UnsignedPayload(self._emulator.credentials(), "lambda", self._emulator.region).add_auth(request)
        return dict(request.headers.items())


def _timed_out(timeout_s: float) -> Invocation:
    """What Lambda itself answers for a function that ran into its timeout."""
    message = {"errorMessage": f"Task timed out after {timeout_s:.2f} seconds"}
    return Invocation(200, "Unhandled", json.dumps(message).encode(), "")


def _message(body: bytes) -> str:
    try:
        decoded = json.loads(body)
        return str(decoded.get("message") or decoded.get("Message") or decoded)
    except (ValueError, AttributeError):
        return body[:200].decode("utf-8", "replace")
