"""Stage local for an emulator like LocalStack's free edition, deployed to MiniStack: its REST API answers every
request as an HTTP API before the same function does.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import urllib3

from kafka_event_source.intrinsics import Resolver
from kafka_event_source.template import mappings_of
from live_viewers.api.routes import ROUTES
from services.ministack import REGION
from tests.integration.deployed_api import put_http_api_before
from tests.integration.deployed_stack import STACK, Deployment, need_cdklocal, recent_events

_HTTP = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=60, read=120))
pytestmark = pytest.mark.timeout(1800)  # the first waits for a deployment, which takes a busy machine minutes
SAME_HEADERS = ("content-type", "etag", "cache-control", "vary", "x-content-type-options", "allow", "location")
OF_THE_MOMENT = {"as_of", "asked_at", "ticket", "expires_at", "cursor", "next_cursor"}
"""Fields whose values differ from one request to the next."""


@dataclass(frozen=True)
class Asked:
    """A request, the status that both APIs are to answer with, and the route that it is for."""

    method: str
    target: str
    status: int
    route: str | None = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


JSON = {"Content-Type": "application/json"}
KNOWN, ENCODED = "{known}", "~YW5uIHNtaXRo"
TWO_MINUTES = "from=2026-01-01T00:00:00Z&to=2026-01-01T00:02:00Z"
NO_INCIDENT = "29000000-0123456789ab"
REQUESTS = [
    Asked("GET", "/v1/live", 200, "list_live_sessions"),
    Asked("GET", "/v1/live?limit=1", 200),
    Asked("GET", "/v1/live?q=a%20b%2Bc%2Cd", 200),
    Asked("GET", "/v1/live", 200, headers={"Accept-Encoding": "gzip"}),
    Asked("GET", "/v1/live?limit=0", 422),
    Asked("GET", "/v1/live?limit=1&limit=2", 422),
    Asked("GET", "/v1/live?cursor=x", 400),
    Asked("GET", "/v1/live?colour=red", 422),
    Asked("GET", "/v1/audience", 200, "get_audience"),
    Asked("GET", "/v1/audience?media_id=nothing", 200),
    Asked("GET", "/v1/audience?by=country&window=15m", 200),
    Asked("GET", "/v1/audience?by=nothing", 422),
    Asked("GET", f"/v1/audience/timeseries?{TWO_MINUTES}", 200, "get_audience_timeseries"),
    Asked("GET", "/v1/incidents?state=open", 200, "list_incidents"),
    Asked("PATCH", f"/v1/incidents/{NO_INCIDENT}", 404, "acknowledge_incident", b'{"acknowledged": true}', JSON),
    Asked("GET", "/v1/ads?by=ad", 200, "list_ads"),
    Asked("GET", f"/v1/viewers/{KNOWN}/ads", 200, "list_ads_of_viewer"),
    Asked("POST", "/v1/viewers/batch-get", 200, "get_viewers", b'{"viewer_ids": ["{known}", "nobody"]}', JSON),
    Asked("POST", "/v1/viewers/batch-get", 200, None, '{"viewer_ids": ["Zoë 👋"]}'.encode(), JSON),
    Asked("POST", "/v1/viewers/batch-get", 422),
    Asked("POST", "/v1/viewers/batch-get", 400, None, b"{", JSON),
    Asked("POST", "/v1/viewers/batch-get", 415, None, b"a=b", {"Content-Type": "text/plain"}),
    Asked("GET", f"/v1/viewers/{KNOWN}", 200, "get_viewer"),
    Asked("GET", "/v1/viewers/nobody", 404),
    Asked("GET", f"/v1/viewers/{ENCODED}", 404),
    Asked("GET", "/v1/viewers/a%20b", 400),
    Asked("GET", f"/v1/viewers/{KNOWN}/sessions", 200, "list_sessions_of_viewer"),
    Asked("GET", f"/v1/viewers/{KNOWN}/timeline?limit=5", 200, "list_timeline_of_viewer"),
    Asked("GET", "/v1/viewers/nobody/erasure", 404),
    Asked("DELETE", f"/v1/viewers/{ENCODED}", 202, "erase_viewer"),
    Asked("GET", f"/v1/viewers/{ENCODED}/erasure", 200, "get_erasure"),
    Asked("POST", "/v1/socket-tickets", 201, "create_socket_ticket"),
    Asked("GET", "/v1/openapi.json", 200, "get_openapi_document"),
    Asked("PUT", "/v1/live", 405),
    Asked("DELETE", "/v1/socket-tickets", 405),
    Asked("GET", "/v1", 404),
    Asked("GET", "/v2/live", 404),
    Asked("GET", "/", 404),
]


@pytest.fixture(scope="module")
def deployment(other_ministack: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    need_cdklocal()
    deployed = Deployment(other_ministack, tmp_path_factory.mktemp("stage"))
    deployed.bootstrap()
    deployed.configure(emulator={"free_edition": True})
    deployed.deploy()
    deployed.process(recent_events())
    yield deployed
    deployed.client("cloudformation").delete_stack(StackName=STACK)


@pytest.fixture(scope="module")
def known(deployment: Deployment) -> str:
    """The id of a viewer of whom sessions are kept."""
    sessions = (item for item in deployment.items() if item["sk"]["S"].startswith("session#"))
    return str(next(sessions)["viewer_id"]["S"])


@pytest.fixture(scope="module")
def http_api(deployment: Deployment) -> str:
    """The address of an HTTP API before the stack's function, as other editions have it."""
    api = put_http_api_before(deployment.endpoint, deployment.function_arn("serve_api.handler"))
    return f"{deployment.endpoint}/_aws/execute-api/{api.host.split('.')[0]}/$default"


def _ask(base: str, asked: Asked, known: str, **headers: str) -> urllib3.BaseHTTPResponse:
    body = asked.body.replace(KNOWN.encode(), known.encode()) if asked.body else None
    given = {**asked.headers, **headers}
    return _HTTP.request(asked.method, base + asked.target.replace(KNOWN, known), headers=given, body=body)


def _lasting(value: Any) -> Any:
    """A JSON value without what differs from one request to the next."""
    if isinstance(value, dict):
        return {name: _lasting(each) for name, each in value.items() if name not in OF_THE_MOMENT}
    return [_lasting(each) for each in value] if isinstance(value, list) else value


def _to_compare(reply: urllib3.BaseHTTPResponse) -> tuple[dict[str, str | None], Any]:
    """Headers and content."""
    return {name: reply.headers.get(name) for name in SAME_HEADERS}, _lasting(reply.json())


def test_the_stack_has_a_rest_api_alone(deployment: Deployment) -> None:
    assert [kind for kind in deployment.resource_types if kind.startswith("AWS::ApiGatewayV2::")] == []
    (api,) = deployment.client("apigateway").get_rest_apis()["items"]
    assert deployment.outputs["ApiUrl"] == f"{deployment.endpoint}/_aws/execute-api/{api['id']}/local"
    assert "SocketUrl" not in deployment.outputs


def test_no_kafka_mapping_was_made(deployment: Deployment) -> None:
    mappings = deployment.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    (stream,) = (mapping["EventSourceArn"] for mapping in mappings)
    assert ":dynamodb:" in stream


def test_every_route_is_asked() -> None:
    assert {asked.route for asked in REQUESTS} - {None} == {route.name for route in ROUTES}


@pytest.mark.parametrize("asked", REQUESTS, ids=str)
def test_both_apis_answer_the_same(deployment: Deployment, http_api: str, known: str, asked: Asked) -> None:
    rest_api = deployment.outputs["ApiUrl"]
    for _ in range(10):
        rest, http, after = (_ask(base, asked, known) for base in (rest_api, http_api, rest_api))
        # Minutes begin, counts follow, an erasure goes on: two are alike only while nothing of that happened.
        if _to_compare(rest) == _to_compare(after):
            break
    assert (rest.status, http.status) == (asked.status, asked.status)
    assert _to_compare(rest) == _to_compare(http)


def test_the_same_content_is_not_sent_twice(deployment: Deployment, http_api: str, known: str) -> None:
    asked = Asked("GET", f"/v1/viewers/{KNOWN}/sessions", 200)
    etag = _ask(http_api, asked, known).headers["etag"]
    again = _ask(deployment.outputs["ApiUrl"], asked, known, **{"If-None-Match": etag})
    assert (again.status, again.data) == (304, b"")


def test_pages_follow_each_other(deployment: Deployment, known: str) -> None:
    base, asked = deployment.outputs["ApiUrl"], Asked("GET", f"/v1/viewers/{KNOWN}/timeline", 200)
    whole = _ask(base, asked, known).json()["events"]
    first = _ask(base, Asked("GET", f"{asked.target}?limit=1", 200), known).json()
    rest = Asked("GET", f"{asked.target}?limit=100&cursor={first['next_cursor']}", 200)
    assert first["events"] + _ask(base, rest, known).json()["events"] == whole


def test_the_event_source_still_finds_its_mapping(deployment: Deployment) -> None:
    template = json.loads((deployment.folder / "cdk.out" / f"{STACK}.template.json").read_text())

    def physical_id(logical_id: str) -> str:
        found = deployment.client("cloudformation").describe_stack_resource(
            StackName=STACK, LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    resolver = Resolver(template, physical_id, REGION, stack_name=STACK, parameters={})
    (mapping,) = mappings_of(template, resolver, [])
    assert deployment.outputs["ProcessEventsFunctionName"] in mapping.function
