"""What MSK puts before Kafka: TLS and sign-in with AWS_MSK_IAM, in front of a plain broker on loopback."""

import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.credentials import Credentials
from kafka.protocol.sasl import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

from services.service import LOOPBACK
from tests.msk_sign_in import signed_by

HOST = "localhost"
"""What clients know it by, and so what they sign."""


class MskFront(socketserver.ThreadingTCPServer):
    """Lets through who signed as `role`; `signed_in` holds the fields of each sign-in."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, broker_port: int, certificate: tuple[Path, Path], role: Credentials, region: str) -> None:
        super().__init__((LOOPBACK, 0), _Connection)
        self.port = int(self.server_address[1])
        self.broker_port, self.role, self.region = broker_port, role, region
        self.signed_in: list[dict[str, Any]] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*map(str, certificate))
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is none."""


@contextmanager
def msk_front(front: MskFront) -> Iterator[MskFront]:
    thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield front
    finally:
        front.shutdown()
        front.server_close()


class _Connection(socketserver.BaseRequestHandler):
    """One request after the other: sign-in is answered here, all else by the broker."""

    server: MskFront

    def handle(self) -> None:
        trusted = False
        with socketserver.socket.create_connection((LOOPBACK, self.server.broker_port)) as broker:
            while frame := _frame(self.request):
                key, version, correlation = struct.unpack(">hhi", frame[:8])
                if key == SaslHandshakeRequest.API_KEY:
                    self._answer(SaslHandshakeResponse, version, correlation, mechanisms=["AWS_MSK_IAM"])
                elif key == SaslAuthenticateRequest.API_KEY:
                    request = SaslAuthenticateRequest.decode(frame, version=version, header=True)
                    trusted, error = self._check(bytes(request.auth_bytes))
                    self._answer(SaslAuthenticateResponse, version, correlation, **error)
                elif trusted or key == _API_VERSIONS:
                    broker.sendall(struct.pack(">i", len(frame)) + frame)
                    answer = _frame(broker)
                    self.request.sendall(struct.pack(">i", len(answer)) + answer)
                else:
                    return

    def _check(self, payload: bytes) -> tuple[bool, dict[str, Any]]:
        try:
            fields = signed_by(payload, self.server.role, self.server.region, HOST)
        except AssertionError as why:
            refusal = {"error_code": _AUTHENTICATION_FAILED, "error_message": f"Access denied {why}"}
            return False, refusal | {"auth_bytes": b"", "session_lifetime_ms": 0}
        self.server.signed_in.append(fields)
        accepted = b'{"version":"2020_10_22","request-id":"0a1b2c3d"}'
        return True, {"error_message": None, "auth_bytes": accepted, "session_lifetime_ms": 0}

    def _answer(self, kind: Any, version: int, correlation: int, **fields: Any) -> None:
        response = kind(version=version, **{"error_code": 0, **fields})
        response.with_header(correlation_id=correlation)
        self.request.sendall(response.encode(framed=True, header=True))


_API_VERSIONS = 18
_AUTHENTICATION_FAILED = 58


def _frame(connection: Any) -> bytes:
    """The next length-prefixed message; empty at the end."""
    length = _exactly(connection, 4)
    return _exactly(connection, struct.unpack(">i", length)[0]) if length else b""


def _exactly(connection: Any, size: int) -> bytes:
    read = b""
    while len(read) < size:
        part = connection.recv(size - len(read))
        if not part:
            return b""
        read += part
    return read
