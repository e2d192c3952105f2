"""The API function as AWS runs it: behind an HTTP API, started by its environment alone."""

import json
import time
import uuid
from pathlib import Path

import boto3
import pytest

from tests.integration.deployed_api import DOCUMENT, DeployedApi, deploy, deploy_echo, deploy_eraser

TESTS = Path(__file__).parents[1]
SEGMENTS = json.loads((TESTS / "viewer_id_segments.json").read_text())
GATEWAY_PATHS = json.loads((TESTS / "unit" / "api" / "gateway_paths.json").read_text())["paths"]


@pytest.fixture(scope="module")
def api(ministack: str) -> DeployedApi:
    return deploy(ministack)


def test_it_answers_over_http(api: DeployedApi) -> None:
    live = api.ask("GET", "/v1/live")
    assert (live.status, live.json()["sessions"]) == (200, [])
    assert live.headers["cache-control"] == "private, no-cache"
    assert api.ask("GET", "/v1/live", **{"If-None-Match": live.headers["etag"]}).status == 304
    assert api.ask("GET", "/v1/audience").json()["watching_now"] == 0
    assert api.ask("POST", "/v1/socket-tickets").status == 201
    assert api.ask("GET", "/v1/viewers/nobody").json()["type"] == "urn:live-viewers:problem:viewer-not-found"


def test_it_describes_itself(api: DeployedApi) -> None:
    document = api.ask("GET", "/v1/openapi.json", **{"Accept-Encoding": "gzip"})
    assert document.headers["content-encoding"] == "gzip"
    assert document.json() == DOCUMENT


def test_erasing_is_asked_for_and_followed(api: DeployedApi) -> None:
    asked = api.ask("DELETE", "/v1/viewers/~YW5uIHNtaXRo")
    assert (asked.status, asked.headers["location"]) == (202, "/v1/viewers/~YW5uIHNtaXRo/erasure")
    erasure = api.ask("GET", asked.headers["location"]).json()
    assert (erasure["viewer_id"], erasure["state"]) == ("ann smith", "running")


@pytest.mark.parametrize("each", SEGMENTS, ids=lambda each: each["segment"])
def test_every_viewer_s_segment_comes_through_the_gateway(api: DeployedApi, each: dict[str, str]) -> None:
    asked = api.ask("DELETE", f"/v1/viewers/{each['segment']}")
    assert (asked.status, asked.json()["viewer_id"]) == (202, each["viewer_id"])


def test_the_gateway_s_paths_are_those_that_the_unit_tests_know(ministack: str) -> None:
    api = deploy_echo(ministack)
    for each in GATEWAY_PATHS:
        assert api.ask("GET", f"/{each['sent']}").data.decode() == f"/{each['ministack']}"


def test_asking_starts_the_erasing_function(ministack: str) -> None:
    bucket = f"rejected-{uuid.uuid4().hex[:8]}"
    s3 = boto3.client("s3", endpoint_url=ministack)
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="rejected/t/0/1.jsonl", Body=b'{"who":"ann"}\n')
    eraser, environment = deploy_eraser(ministack, bucket)
    api = deploy(ministack, ERASE_VIEWERS_FUNCTION=eraser, **environment)
    api.ask("DELETE", "/v1/viewers/ann")
    until = time.monotonic() + 120
    while (state := api.ask("GET", "/v1/viewers/ann/erasure").json()["state"]) == "running":
        assert time.monotonic() < until, "the function did not finish its first pass"
        time.sleep(0.2)
    assert state == "checking"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize(
    ("method", "target", "status", "problem"),
    [
        ("GET", "/v2/live", 404, "not-found"),
        ("PUT", "/v1/live", 405, "method-not-allowed"),
        ("GET", "/v1/live?limit=0", 422, "invalid-request"),
        ("GET", "/v1/live?cursor=x", 400, "invalid-cursor"),
        ("POST", "/v1/viewers/batch-get", 422, "invalid-request"),
    ],
)
def test_every_error_is_a_problem(api: DeployedApi, method: str, target: str, status: int, problem: str) -> None:
    reply = api.ask(method, target)
    assert reply.headers["content-type"] == "application/problem+json"
    assert (reply.status, reply.json()["type"]) == (status, f"urn:live-viewers:problem:{problem}")
