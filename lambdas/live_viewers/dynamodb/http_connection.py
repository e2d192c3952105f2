"""A connection of HTTP/1.1 that is kept: a POST, its answer, the next.

http.client sends head and body apart and reads the answer's headers with the parser for e-mail: that takes more
CPU than all else that a small call needs.
"""

import socket
import ssl
import time

CONNECT_TIMEOUT_S = 1.0
READ_TIMEOUT_S = 5.0
"""Of an answer, from when its request was sent, where who asks names no other."""

_ALREADY_HERE_S = 0.01
_LONGEST_LINE = 65_536
_MOST_HEADERS = 100


class BrokenAnswer(OSError):
    """The connection was closed before an answer was complete, or what came is no answer."""


class HttpConnection:
    """Opens the connection. Every method raises OSError, of which TimeoutError is one, and BrokenAnswer."""

    def __init__(
        self, host: str, port: int, tls: ssl.SSLContext | None, read_timeout_s: float = READ_TIMEOUT_S
    ) -> None:
        self._read_timeout_s = read_timeout_s
        self._socket = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                self._socket = tls.wrap_socket(self._socket, server_hostname=host)
            self._answers = self._socket.makefile("rb")
        except BaseException:
            self._socket.close()
            raise
        self.is_open = True
        self._sent_at_s = 0.0

    def send(self, headers: dict[str, str], body: bytes) -> None:
        """A POST of `/`. Its answer is read before the next is sent."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST / HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        try:
            self._socket.settimeout(self._read_timeout_s)
            self._socket.sendall(head.encode("latin-1") + body)
        except BaseException:
            self.close()
            raise
        self._sent_at_s = time.monotonic()

    def answer(self) -> tuple[int, bytes]:
        """The status and the body of the answer to what was sent. After it, `is_open` tells whether another may
        follow."""
        try:
            waited_s = time.monotonic() - self._sent_at_s
            self._socket.settimeout(max(self._read_timeout_s - waited_s, _ALREADY_HERE_S))
            status, told = self._head()
            if told.get(b"transfer-encoding") == b"chunked":
                data = self._chunks()
            else:
                data = self._exactly(int(told[b"content-length"]))
        except (KeyError, ValueError) as problem:
            self.close()
            raise BrokenAnswer("no HTTP answer") from problem
        except BaseException:
            self.close()
            raise
        if told.get(b"connection") == b"close":
            self.close()
        return status, data

    def close(self) -> None:
        """Close it, whatever is under way."""
        self.is_open = False
        self._answers.close()
        self._socket.close()

    def _head(self) -> tuple[int, dict[bytes, bytes]]:
        """The status and the headers, whose names are in lower case, as the values are of those read here."""
        version, status = self._line().split(None, 2)[:2]
        if not version.startswith(b"HTTP/1."):
            raise ValueError("not HTTP/1")
        told: dict[bytes, bytes] = {} if version == b"HTTP/1.1" else {b"connection": b"close"}
        while line := self._line().rstrip():
            name, _, value = line.partition(b":")
            told[name.lower()] = value.strip().lower()
            if len(told) > _MOST_HEADERS:
                raise ValueError("too many headers")
        return int(status), told

    def _line(self) -> bytes:
        line = self._answers.readline(_LONGEST_LINE)
        if line[-1:] != b"\n":
            raise BrokenAnswer("closed within the head of an answer")
        return line

    def _exactly(self, length: int) -> bytes:
        data = self._answers.read(length)
        if len(data) < length:
            raise BrokenAnswer("closed within the body of an answer")
        return data

    def _chunks(self) -> bytes:
        chunks = []
        while size := int(self._line().partition(b";")[0], 16):
            chunks.append(self._exactly(size))
            self._line()
        while self._line().rstrip():  # trailers
            pass
        return b"".join(chunks)
