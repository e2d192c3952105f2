"""A connection is kept between calls, but not for so long that it may have died in a freeze."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from live_viewers.aws_environment import Credentials
from live_viewers.dynamodb import transport as transport_module
from live_viewers.dynamodb.transport import AT_ONCE, KEPT_FOR_S, ErrorAnswer, NoAnswer, Transport


class Service(ThreadingHTTPServer):
    """Answers with what it is asked; `connections` were opened to it."""

    connections = 0
    request_queue_size = AT_ONCE

    def get_request(self) -> tuple[object, object]:  # type: ignore[override]
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: object, client_address: object) -> None:  # type: ignore[override]
        """A connection that was given up is no news."""


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """The body again; `{"fail": ...}` is an error, `{"break": true}` gets no answer."""
        body = self.rfile.read(int(self.headers["content-length"]))
        if b"break" in body:
            self.close_connection = True
            return
        self.send_response(400 if b"fail" in body else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

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


def test_many_calls_share_a_few_connections_and_are_answered_in_order(
    transport: Transport, service: Service
) -> None:
    requests = [{"number": number} for number in range(3 * AT_ONCE)]
    assert transport.call_each("GetItem", requests) == requests
    assert transport.call_each("GetItem", requests[:5]) == requests[:5]
    assert service.connections == AT_ONCE
    assert transport.call_each("GetItem", []) == []


def test_a_call_of_many_that_fails_says_so_in_its_place(transport: Transport) -> None:
    requests = [{"number": 0}, {"fail": 1}, {"break": True}, {"number": 3}]
    for _ in range(2):  # on connections of their own, then on kept ones
        first, refused, broken, last = transport.call_each("GetItem", requests)
        assert (first, last) == (requests[0], requests[3])
        assert isinstance(refused, ErrorAnswer)
        assert refused.answer == requests[1]
        assert isinstance(broken, NoAnswer)


def test_each_of_many_calls_says_so_when_nobody_is_there(transport: Transport, service: Service) -> None:
    service.server_close()
    answers = transport.call_each("GetItem", [{}, {}])
    assert [type(answer) for answer in answers] == [NoAnswer, NoAnswer]


def test_many_calls_wait_no_longer_for_their_answers_than_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        transport = Transport(endpoint, "us-east-1", Credentials("a", "b"), read_timeout_s=1.0)
        began_s = time.monotonic()
        answers = transport.call_each("GetItem", [{}] * AT_ONCE)
        assert time.monotonic() - began_s < 1.0 * AT_ONCE / 2
    assert [str(answer) for answer in answers] == ["time-out"] * AT_ONCE


def test_a_request_is_asked_for_when_it_can_be_sent_and_no_more_are_on_their_way_than_may(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "AT_ONCE", 2)
    steps: list[str] = []

    def requests() -> Iterator[dict[str, int]]:
        for number in range(4):
            steps.append(f"asked {number}")
            yield {"number": number}

    for answer in transport.each("GetItem", requests()):
        assert not isinstance(answer, Exception)
        steps.append(f"answered {answer['number']}")
    assert steps == [
        *("asked 0", "asked 1", "answered 0", "asked 2"),
        *("answered 1", "asked 3", "answered 2", "answered 3"),
    ]


def test_a_connection_whose_answer_nobody_waits_for_is_not_used_again(transport: Transport) -> None:
    def requests() -> Iterator[dict[str, str]]:
        yield {"text": "one"}
        yield {"text": "two"}
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(transport.each("GetItem", requests()))
    assert transport.call("GetItem", {"text": "three"}) == {"text": "three"}
