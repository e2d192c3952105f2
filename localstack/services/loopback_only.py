"""Which requests a service of this machine answers: those of its own programs and of its own pages.

Listening on loopback keeps other machines out, not the pages of other sites that a browser on this machine shows:
such a page may send requests to any loopback port. It can't hide its `Origin`, nor what `Sec-Fetch-Site` says of a
request without one, and a name that it makes resolve to loopback stands in `Host`. The standard library alone: the
emulator's script runs apart from all else.
"""

import ipaddress
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

Scope = dict[str, Any]
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def is_loopback(name: str) -> bool:
    """Whether a host name stands for this machine wherever it is looked up (`localhost` by RFC 6761)."""
    name = name.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def host_and_port(url: str) -> tuple[str, int | None]:
    """Host and port of an absolute URL, the scheme's port where none is named; ("", None) of what is no URL."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return "", None


def refusal(headers: Mapping[str, str], *, any_loopback_origin: bool = False) -> str | None:
    """Why a request is refused, None when it is answered. `headers` by lower-case name.

    An origin is the service's own when it has a loopback name and the port that the request asked for; with
    `any_loopback_origin` every page of this machine is let in, whatever its port.
    """
    host, port = host_and_port(f"http://{headers.get('host', '')}")
    if not is_loopback(host):
        return "this service answers to loopback names alone (127.0.0.1, localhost)"
    origin = headers.get("origin")
    if origin is not None:
        origin_host, origin_port = host_and_port(origin)
        if is_loopback(origin_host) and (any_loopback_origin or origin_port == port):
            return None
        return "this service answers to its own pages alone, not to those of another origin"
    site = headers.get("sec-fetch-site", "none")
    if site in ("none", "same-origin") or (any_loopback_origin and site == "same-site"):
        return None
    return "this service answers to its own pages alone, not to those of another site"


def opens_a_page(method: str, query: str, headers: Mapping[str, str]) -> bool:
    """Whether a person followed a link to here. A query with an Action is a call of an AWS API, and no page."""
    document = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")
    return method == "GET" and document and "Action" not in parse_qs(query, keep_blank_values=True)


class LoopbackOnly:
    """An ASGI application that answers 403 to what `refusal` refuses, and closes such a WebSocket unopened."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one connection's scope."""
        if scope["type"] in ("http", "websocket"):
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
            reason = refusal(headers)
            if reason is not None and not self._followed_a_link(scope, headers):
                await refuse(scope["type"], reason, receive, send)
                return
        await self._application(scope, receive, send)

    def _followed_a_link(self, scope: Scope, headers: Mapping[str, str]) -> bool:
        if scope["type"] != "http" or "origin" in headers:
            return False
        host, _ = host_and_port(f"http://{headers.get('host', '')}")
        return is_loopback(host) and opens_a_page(
            scope["method"], scope["query_string"].decode("latin-1"), headers
        )


async def refuse(kind: str, reason: str, receive: Receive, send: Send) -> None:
    if kind == "websocket":
        await receive()  # the handshake
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    body = json.dumps({"message": reason}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
