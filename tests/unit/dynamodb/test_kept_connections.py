"""A connection is kept between calls, but not for so long that it may have died in a freeze."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from live_viewers.dynamodb import transport as transport_module
from live_viewers.dynamodb.transport import KEPT_FOR_S, Credentials, Transport


class Service(ThreadingHTTPServer):
    """Answers `{}`; `connections` were opened to it."""

    connections = 0

    def get_request(self) -> tuple[object, object]:  # type: ignore[override]
        self.connections += 1
        return super().get_request()


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service(("127.0.0.1", 0), _Answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def transport(service: Service) -> Transport:
    return Transport(f"http://127.0.0.1:{service.server_port}", "us-east-1", Credentials("a", "b"))


def _set_clock(monkeypatch: pytest.MonkeyPatch, shift_s: float) -> None:
    real = time.time
    monkeypatch.setattr(transport_module.time, "time", lambda: real() + shift_s)


def test_calls_in_a_row_share_a_connection(transport: Transport, service: Service) -> None:
    for _ in range(3):
        assert transport.call("GetItem", {}) == {}
    assert service.connections == 1


@pytest.mark.parametrize("shift_s", [KEPT_FOR_S + 1, -60.0])
def test_after_a_freeze_a_new_one_is_made(
    transport: Transport, service: Service, shift_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport.call("GetItem", {})
    with monkeypatch.context() as frozen:
        _set_clock(frozen, shift_s)
        transport.call("GetItem", {})
        transport.call("GetItem", {})
    assert service.connections == 2
