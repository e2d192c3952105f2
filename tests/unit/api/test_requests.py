"""What the API lets through to its routes, and the problems it answers with instead."""

import json
from typing import Any

import pytest

from live_viewers.api.app import make_api
from live_viewers.api.cursors import make_cursor, read_cursor
from live_viewers.api.problems import Problem
from live_viewers.api.service import Service
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.profile.sources import LivePage, LivePosition, StoreBusy
from tests.unit.api.http_events import ERASER, READER, Reply, http_event, reply_of


class Store:
    """Stands for every source: keeps what it was asked, and does what the test says."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.fault: Exception | None = None

    def live(self, *asked: Any) -> LivePage:
        self.asked.append(asked)
        if self.fault is not None:
            raise self.fault
        return LivePage([], None)

    def sessions_of_many(self, viewer_ids: list[str]) -> dict[str, Any]:
        self.asked.append(viewer_ids)
        return {}

    def put(self, token_hash: str, expires_ms: int) -> None:
        self.asked.append(token_hash)


@pytest.fixture
def store() -> Store:
    return Store()


def ask(store: Store, method: str, target: str, **given: Any) -> Reply:
    scopes = given.pop("scopes", {})
    service = Service(store, store, store, store, lambda: 0, store, store, store, **scopes)  # type: ignore[arg-type]
    return reply_of(make_api(service)(http_event(method, target, **{"authorizer": READER, **given}), None))


@pytest.mark.parametrize(
    ("method", "target", "status", "problem"),
    [
        ("GET", "/", 404, "not-found"),
        ("GET", "/v1", 404, "not-found"),
        ("GET", "/v1/viewers/", 404, "not-found"),
        ("GET", "/v1/lives", 404, "not-found"),
        ("POST", "/v1/live", 405, "method-not-allowed"),
        ("PATCH", "/v1/viewers/ann", 405, "method-not-allowed"),
        ("HEAD", "/v1/live", 405, "method-not-allowed"),
        ("GET", "/v1/live?limit=0", 422, "invalid-request"),
        ("GET", "/v1/live?limit=101", 422, "invalid-request"),
        ("GET", "/v1/live?limit=ten", 422, "invalid-request"),
        ("GET", "/v1/live?status=watching", 422, "invalid-request"),
        ("GET", "/v1/live?state=READY", 422, "invalid-request"),
        ("GET", "/v1/live?q=", 422, "invalid-request"),
        ("GET", "/v1/live?limit=1&limit=2", 422, "invalid-request"),
        ("GET", "/v1/live?cursor=%00", 400, "invalid-cursor"),
        ("GET", "/v1/viewers/ann/timeline?from=yesterday", 422, "invalid-request"),
        ("GET", "/v1/viewers/ann/timeline?from=2026-02-30T00:00:00Z", 422, "invalid-request"),
        ("GET", "/v1/viewers/ann/timeline?to=2026-02-03", 422, "invalid-request"),
    ],
)
def test_what_can_not_be_asked(store: Store, method: str, target: str, status: int, problem: str) -> None:
    reply = ask(store, method, target)
    assert (reply.status, reply.problem) == (status, problem)
    assert reply.headers["cache-control"] == "no-store"
    assert store.asked == []


@pytest.mark.parametrize(
    ("body", "headers", "status", "problem"),
    [
        ("{", {}, 400, "malformed-request"),
        (b"\xff\xfe", {}, 400, "malformed-request"),
        ('{"viewer_ids": ["\\ud800"]}', {}, 400, "malformed-request"),
        ("[" * 100_000, {}, 400, "malformed-request"),
        ("{}", {"Content-Type": "text/plain"}, 415, "unsupported-media-type"),
        ("viewer_ids=ann", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported-media-type"),
        ('{"viewer_ids": ["' + "x" * 300_000 + '"]}', {}, 413, "too-large"),
        ("é" * 140_000, {}, 413, "too-large"),
        (None, {}, 422, "invalid-request"),
        ("[]", {}, 422, "invalid-request"),
        ("null", {}, 422, "invalid-request"),
        ("{}", {}, 422, "invalid-request"),
        ('{"viewer_ids": []}', {}, 422, "invalid-request"),
        ('{"viewer_ids": [""]}', {}, 422, "invalid-request"),
        ('{"viewer_ids": [1]}', {}, 422, "invalid-request"),
        ('{"viewer_ids": ["ann"], "also": 1}', {}, 422, "invalid-request"),
        (json.dumps({"viewer_ids": ["x"] * 101}), {}, 422, "invalid-request"),
    ],
)
def test_bodies_that_do_not_do(
    store: Store, body: Any, headers: dict[str, str], status: int, problem: str
) -> None:
    reply = ask(store, "POST", "/v1/viewers/batch-get", body=body, headers=headers)
    assert (reply.status, reply.problem) == (status, problem)
    assert store.asked == []


def test_a_body_may_come_in_base64_and_with_a_charset(store: Store) -> None:
    body = json.dumps({"viewer_ids": ["Zoë", "ann", "ann"]}).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    reply = ask(store, "POST", "/v1/viewers/batch-get", body=body, headers=headers)
    assert reply.json["missing"] == ["Zoë", "ann"]


def test_an_error_names_the_place_and_never_the_value(store: Store) -> None:
    reply = ask(store, "GET", "/v1/live?limit=ann%40example.com&who=ann%40example.com")
    assert reply.json["errors"] == [{"in": "query", "name": "who", "reason": "unknown"}]
    reply = ask(store, "GET", "/v1/live?limit=ann%40example.com")
    assert reply.json["errors"] == [{"in": "query", "name": "limit", "reason": "int_parsing"}]
    assert b"ann" not in reply.content


def test_a_method_that_is_not_allowed_names_those_that_are(store: Store) -> None:
    assert ask(store, "PUT", "/v1/viewers/ann").headers["allow"] == "GET, DELETE"


def test_a_busy_store_is_no_fault_of_ours(store: Store) -> None:
    store.fault = StoreBusy()
    reply = ask(store, "GET", "/v1/live")
    assert (reply.status, reply.problem, reply.headers["retry-after"]) == (503, "store-busy", "1")


def test_a_fault_of_ours_says_nothing_and_logs_no_id(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.fault = RuntimeError("no such viewer: ann@example.com")
    reply = ask(store, "GET", "/v1/live")
    assert (reply.status, reply.problem) == (500, "internal-error")
    assert b"ann@example.com" not in reply.content
    assert [record.error for record in caplog.records] == ["RuntimeError"]  # type: ignore[attr-defined]
    assert "ann@example.com" not in caplog.text


@pytest.mark.parametrize(
    ("authorizer", "status"),
    [
        (None, 401),
        ({}, 401),
        ({"jwt": {"claims": {"sub": "x"}, "scopes": None}}, 403),
        ({"jwt": {"claims": {"scope": "openid"}, "scopes": []}}, 403),
        ({"jwt": {"claims": {"scope": "viewers:readers"}, "scopes": []}}, 403),
        ({"jwt": {"claims": {"scope": "openid viewers:read"}, "scopes": None}}, 200),
        (READER, 200),
    ],
)
def test_the_function_checks_scopes_itself(store: Store, authorizer: dict[str, Any] | None, status: int) -> None:
    refused = None if status == 200 else status

    def asked(method: str, target: str) -> int:
        return ask(store, method, target, authorizer=authorizer).status

    assert asked("GET", "/v1/live") == status
    assert asked("POST", "/v1/socket-tickets") == (refused or 201)
    assert asked("DELETE", "/v1/viewers/ann") == (refused or 403)
    assert asked("GET", "/nowhere") == (refused or 404)


def test_the_description_is_open(store: Store) -> None:
    assert ask(store, "GET", "/v1/openapi.json", authorizer=None).json["openapi"] == "3.1.0"


def test_scopes_may_have_other_names(store: Store) -> None:
    """Cognito puts the resource server's name before them."""
    scopes = {"read_scope": "live-viewers/viewers:read"}
    assert ask(store, "GET", "/v1/live", scopes=scopes).status == 403
    named = {"jwt": {"claims": {"scope": "live-viewers/viewers:read"}, "scopes": None}}
    assert ask(store, "GET", "/v1/live", scopes=scopes, authorizer=named).status == 200


def test_stage_local_asks_for_nothing(store: Store) -> None:
    assert ask(store, "GET", "/v1/live", authorizer=None, scopes={"read_scope": None}).status == 200


def test_a_named_stage_is_no_part_of_the_path(store: Store) -> None:
    service = Service(store, store, store, store, lambda: 0, store, store, store)  # type: ignore[arg-type]
    event = http_event("GET", "/prod/v1/live", authorizer=ERASER)
    event["requestContext"]["stage"] = "prod"
    event["requestContext"]["authorizer"] = READER
    assert reply_of(make_api(service)(event, None)).status == 200


def ask_with_dimensions(store: Store, target: str) -> Reply:
    device = Dimension("device", ("atomic:dvce_type",), ("Phone", "TV"))
    stage = Dimensions((device, Dimension("app", ("atomic:app_id",))))
    return ask(store, "GET", target, scopes={"dimensions": stage})


@pytest.mark.parametrize(
    ("target", "name", "reason"),
    [
        ("/v1/live?browser=Chrome", "browser", "unknown"),
        ("/v1/audience?device=TV", "device", "unknown"),
        ("/v1/live?device=Fridge", "device", "device has no value 'Fridge'; it has: Phone, TV, other, unknown"),
        ("/v1/live?device=", "device", "device has no value ''; it has: Phone, TV, other, unknown"),
        ("/v1/live?device=TV&device=Phone", "device", "device has no value 'TV,Phone'"),
        ("/v1/live?app=", "app", "app has no value ''; it takes any text, and unknown"),
    ],
)
def test_an_unknown_dimension_or_value_is_reported_with_those_there_are(
    store: Store, target: str, name: str, reason: str
) -> None:
    reply = ask_with_dimensions(store, target)
    assert (reply.status, reply.problem) == (422, "invalid-request")
    (error,) = reply.json["errors"]
    assert (error["in"], error["name"]) == ("query", name)
    assert reason in error["reason"]
    assert store.asked == []


def test_a_mistyped_filter_is_reported_with_the_names_there_are(store: Store) -> None:
    detail = ask_with_dimensions(store, "/v1/live?contry=DE").json["detail"]
    assert detail.endswith("There are media_id, status, q, limit, cursor, device, app.")


def test_dimensions_are_filters_of_the_live_sessions(store: Store) -> None:
    reply = ask_with_dimensions(store, "/v1/live?app=brand-a&device=unknown&status=READY")
    assert reply.status == 200
    ((wanted, *_),) = store.asked
    assert [token[3:] for token in wanted.dimensions] == [".-", "=brand-a"]


def test_a_cursor_is_of_its_filters_by_dimension(store: Store) -> None:
    """The marks of lists without such a filter stay as they were: a page may hold a cursor for hours."""
    token = Dimensions((Dimension("app", ("atomic:app_id",)),)).token_of_value("app", "brand-a")
    position = LivePosition(1, 2, 3)
    cursor = make_cursor(position, None, None, None, token)
    assert read_cursor(cursor, LivePosition, None, None, None, token) == position
    with pytest.raises(Problem):
        read_cursor(cursor, LivePosition, None, None, None)
