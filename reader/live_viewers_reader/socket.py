"""Changes over the WebSocket API."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from live_viewers_reader.connection import ApiUnreachable
from live_viewers_reader.shapes import Erased, ErrorMessage, Session, SessionsMessage, SnapshotMessage

# API Gateway closes what is silent for 10 minutes.
_PING_EVERY_S = 240.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 30.0


class SubscriptionRefused(Exception):
    """The socket answered with an error; `code` is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class _Kind(msgspec.Struct):
    type: str


Message = SnapshotMessage | SessionsMessage | Erased | ErrorMessage
_KINDS = ("snapshot", "sessions", "erased", "error")
_kind_of = msgspec.json.Decoder(_Kind).decode
_decode = msgspec.json.Decoder(Message).decode


def follow(address: Callable[[], str], viewer_id: str | None, media_id: str | None) -> Iterator[Session | Erased]:
    """States of sessions, each newer than the one before it, and erasures. `address` gives a URL with a
    new ticket."""
    versions: dict[tuple[str, str], int] = {}
    wait_s = _FIRST_WAIT_S
    connected = False
    while True:
        try:
            with connect(address(), open_timeout=10, ping_interval=None) as socket:
                socket.send(msgspec.json.encode(_subscription(viewer_id, media_id, versions)).decode())
                connected = True
                for message in _messages(socket):
                    wait_s = _FIRST_WAIT_S
                    yield from _news(message, versions)
        except ApiUnreachable:
            if not connected:
                raise
        except (OSError, WebSocketException):  # cut, or not reached: again, later and later
            pass
        time.sleep(wait_s * random.uniform(0.5, 1))  # noqa: S311 - spreads readers, guards nothing
        wait_s = min(_LONGEST_WAIT_S, wait_s * 2)


def _messages(socket: Any) -> Iterator[Message]:
    while True:
        try:
            text = socket.recv(timeout=_PING_EVERY_S)
        except TimeoutError:
            socket.send('{"action":"ping"}')
            continue
        if _kind_of(text).type in _KINDS:  # what a later API adds is passed over
            yield _decode(text)


def _subscription(
    viewer_id: str | None, media_id: str | None, versions: dict[tuple[str, str], int]
) -> dict[str, Any]:
    if viewer_id is None:
        return {"action": "subscribe", "scope": "title", "media_id": media_id}
    subscription: dict[str, Any] = {"action": "subscribe", "scope": "viewer", "viewer_id": viewer_id}
    if versions:
        subscription["since_version"] = max(versions.values())
    return subscription


def _news(message: Message, versions: dict[tuple[str, str], int]) -> Iterator[Session | Erased]:
    if isinstance(message, ErrorMessage):
        raise SubscriptionRefused(message.code, message.detail)
    if isinstance(message, Erased):
        for key in [key for key in versions if key[0] == message.viewer_id]:
            del versions[key]
        yield message
        return
    for session in message.sessions:
        key = (session.viewer_id, session.media_session_id)
        if session.version > versions.get(key, -1):
            versions[key] = session.version
            yield session
