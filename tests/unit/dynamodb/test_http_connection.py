"""Answers as services, proxies and broken connections send them, to the connection of the hot path."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from live_viewers.aws_environment import Credentials
from live_viewers.dynamodb.http_connection import BrokenAnswer, HttpConnection
from live_viewers.dynamodb.transport import NoAnswer, Transport

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Peer = Callable[[socket.socket], None]


def sends(*answers: bytes) -> Peer:
    """A peer that sends an answer for each request, and closes the connection after the last."""

    def talk(connection: socket.socket) -> None:
        for answer in answers:
            received = b""
            while not received.endswith(b'{"a":1}'):
                received += connection.recv(65_536)
            connection.sendall(answer)

    return talk


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def serve(listener: socket.socket, *peers: Peer, tls: ssl.SSLContext | None = None) -> None:
    """Each connection that comes is met by the next peer."""

    def accept() -> None:
        for peer in peers:
            connection, _ = listener.accept()
            with suppress(ssl.SSLError), wrapped(connection, tls) as socket_:
                peer(socket_)

    threading.Thread(target=accept, daemon=True).start()


def wrapped(connection: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    return tls.wrap_socket(connection, server_side=True) if tls else connection


def connect(listener: socket.socket, tls: ssl.SSLContext | None = None) -> HttpConnection:
    return HttpConnection("localhost" if tls else "127.0.0.1", listener.getsockname()[1], tls)


def ask(connection: HttpConnection) -> tuple[int, bytes]:
    connection.send({"Host": "here"}, b'{"a":1}')
    return connection.answer()


def test_one_request_after_the_other_goes_over_a_connection(listener: socket.socket) -> None:
    seen: list[bytes] = []

    def peer(connection: socket.socket) -> None:
        for answer in (OK, b"HTTP/1.1 400 Bad Request\r\ncontent-length:  3\r\nX-Other: x\r\n\r\nno!"):
            seen.append(connection.recv(65_536))
            connection.sendall(answer)

    serve(listener, peer)
    connection = connect(listener)
    assert ask(connection) == (200, b"{}")
    assert ask(connection) == (400, b"no!")
    assert connection.is_open
    assert seen == [b'POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 7\r\n\r\n{"a":1}'] * 2


def test_an_answer_may_come_in_chunks(listener: socket.socket) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
    chunked = head + b'4;x=1\r\n{"a"\r\nA\r\n: 1234567}\r\n0\r\nTrailer: x\r\n\r\n'
    serve(listener, sends(chunked, OK))
    connection = connect(listener)
    assert ask(connection) == (200, b'{"a": 1234567}')
    assert ask(connection) == (200, b"{}")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nConnection: Close", b"HTTP/1.0 200 OK"])
def test_a_connection_that_the_peer_ends_is_closed(listener: socket.socket, head: bytes) -> None:
    serve(listener, sends(head + b"\r\nContent-Length: 2\r\n\r\n{}"))
    connection = connect(listener)
    assert ask(connection) == (200, b"{}")
    assert not connection.is_open


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"H%d: 1\r\n" % number for number in range(101)) + b"\r\n",
        b"HTTP/2 200\r\nContent-Length: 2\r\n\r\n{}",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\r\n",
        b"x" * 70_000,
    ],
)
def test_what_is_no_whole_answer_is_broken_and_ends_the_connection(listener: socket.socket, answer: bytes) -> None:
    serve(listener, sends(answer))
    connection = connect(listener)
    with pytest.raises(BrokenAnswer):
        ask(connection)
    assert not connection.is_open


def test_a_peer_that_says_nothing_is_not_waited_for(listener: socket.socket) -> None:
    connection = HttpConnection("127.0.0.1", listener.getsockname()[1], None, read_timeout_s=0.05)
    with pytest.raises(TimeoutError):
        ask(connection)
    assert not connection.is_open


def test_a_kept_connection_that_was_closed_is_made_anew_once(listener: socket.socket) -> None:
    serve(listener, sends(OK), sends(OK), sends(b"nonsense\r\n"))
    transport = Transport(f"http://127.0.0.1:{listener.getsockname()[1]}", "us-east-1", Credentials("a", "b"))
    assert transport.call("GetItem", {"a": 1}) == {}
    assert transport.call("GetItem", {"a": 1}) == {}
    with pytest.raises(NoAnswer, match="BrokenAnswer"):
        transport.call("GetItem", {"a": 1})


def test_tls_asks_for_the_host_s_own_certificate(listener: socket.socket, tmp_path: Path) -> None:
    trusting = ssl.create_default_context()
    ours, theirs = (serving(certificate_of(host, tmp_path), trusting) for host in ("localhost", "elsewhere.test"))
    serve(listener, sends(OK), tls=ours)
    assert ask(connect(listener, trusting)) == (200, b"{}")
    serve(listener, lambda _: None, tls=theirs)
    with pytest.raises(ssl.SSLCertVerificationError, match="localhost"):
        connect(listener, trusting)


def serving(certificate: Path, trusting: ssl.SSLContext) -> ssl.SSLContext:
    """A server's context with this certificate, which `trusting` is told to trust."""
    trusting.load_verify_locations(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def certificate_of(host: str, folder: Path) -> Path:
    """A certificate that signed itself, and its key, in one PEM."""
    pem = folder / f"{host}.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -keyout - -addext"
    names = [f"subjectAltName=DNS:{host}", "-subj", f"/CN={host}"]
    made = subprocess.run([*command.split(), *names], check=True, capture_output=True)
    pem.write_bytes(made.stdout)
    return pem
