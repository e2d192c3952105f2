"""Who may speak to a service of this machine: its programs and its own pages, under loopback names."""

import asyncio
from typing import Any

import pytest

from services.loopback_only import LoopbackOnly, is_loopback, refusal

HERE = "127.0.0.1:4566"
NAMES = [
    ("127.0.0.1", True),
    ("127.8.9.1", True),
    ("::1", True),
    ("localhost", True),
    ("LOCALHOST.", True),
    ("abc123.execute-api.localhost", True),
    ("", False),
    ("0.0.0.0", False),
    ("10.0.0.1", False),
    ("localhost.example", False),
    ("127.0.0.1.example", False),
    ("notlocalhost", False),
    ("localhost.localstack.cloud", False),
]


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_a_loopback_name_is_one_everywhere(name: str, expected: bool) -> None:
    assert is_loopback(name) is expected


@pytest.mark.parametrize(
    "headers",
    [
        {"host": HERE},
        {"host": "localhost"},
        {"host": "[::1]:4566"},
        {"host": "abc.execute-api.localhost:4566", "origin": "http://127.0.0.1:4566"},
        {"host": HERE, "origin": "http://localhost:4566", "sec-fetch-site": "cross-site"},
        {"host": HERE, "sec-fetch-site": "none"},
        {"host": HERE, "sec-fetch-site": "same-origin"},
    ],
    ids=str,
)
def test_its_own_are_answered(headers: dict[str, str]) -> None:
    assert refusal(headers) is None


FOREIGN = [
    {},
    {"host": ""},
    {"host": "rebound.example:4566"},
    {"host": "rebound.example:4566", "origin": "http://rebound.example:4566"},
    {"host": "["},
    {"host": HERE, "origin": "https://elsewhere.example"},
    {"host": HERE, "origin": "https://elsewhere.example:4566"},
    {"host": HERE, "origin": "null"},
    {"host": HERE, "origin": ""},
    {"host": HERE, "origin": "http://["},
    {"host": HERE, "origin": "http://127.0.0.1:99999"},
    {"host": HERE, "sec-fetch-site": "cross-site"},
]
OTHER_PORT = [
    {"host": HERE, "origin": "http://127.0.0.1:8000"},
    {"host": HERE, "origin": "http://localhost"},
    {"host": HERE, "sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN + OTHER_PORT, ids=str)
def test_others_are_refused(headers: dict[str, str]) -> None:
    assert refusal(headers) is not None


def test_a_collector_takes_the_pages_of_any_port_of_this_machine_and_of_no_other_machine() -> None:
    assert [refusal(headers, any_loopback_origin=True) for headers in OTHER_PORT] == [None] * len(OTHER_PORT)
    assert None not in [refusal(headers, any_loopback_origin=True) for headers in FOREIGN]


def served(scope: dict[str, Any]) -> tuple[bool, list[dict[str, Any]]]:
    """Whether the application was reached, and what was sent by whom refused it."""
    reached: list[str] = []
    sent: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], receive: object, send: object) -> None:
        reached.append(scope["type"])

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in scope.pop("headers", {}).items()]
    request = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw, **scope}
    asyncio.run(LoopbackOnly(application)(request, receive, send))
    return bool(reached), sent


def test_a_refused_request_gets_403_and_a_reason() -> None:
    reached, (start, body) = served(
        {"headers": {"Host": HERE, "Origin": "http://127.0.0.1:8000"}, "method": "POST"}
    )
    assert not reached
    assert start["status"] == 403
    assert b"its own pages alone" in body["body"]


def test_a_refused_socket_is_closed_unopened() -> None:
    reached, sent = served({"type": "websocket", "headers": {"Host": HERE, "Origin": "http://127.0.0.1:8000"}})
    assert not reached
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_the_application_s_own_life_goes_on() -> None:
    assert served({"type": "lifespan"})[0]


LINK = {"Host": HERE, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def test_a_link_from_elsewhere_opens_a_page() -> None:
    assert served({"path": "/site/index.html", "headers": LINK})[0]


@pytest.mark.parametrize(
    "change",
    [
        {"query_string": b"Action=CreateUser&UserName=x"},
        {"query_string": b"a=b&%41ction=DeleteQueue"},
        {"method": "POST"},
        {"headers": LINK | {"Sec-Fetch-Dest": "iframe"}},
        {"headers": LINK | {"Sec-Fetch-Mode": "no-cors"}},
        {"headers": LINK | {"Host": "rebound.example"}},
        {"headers": LINK | {"Origin": "null"}},
    ],
    ids=str,
)
def test_a_link_from_elsewhere_calls_nothing(change: dict[str, Any]) -> None:
    assert not served({"path": "/000000000000/queue", "headers": LINK, **change})[0]
