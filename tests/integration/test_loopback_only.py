"""The real emulator, asked by a page of another site: nothing of it happens. Its own pages are answered."""

import json
import uuid
from urllib.parse import urlsplit

import boto3
import pytest
import urllib3
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

FOREIGN = [
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://127.0.0.1:1"},  # a page of another loopback port
    {"Origin": "null"},
    {"Host": "rebound.example"},
    {"Sec-Fetch-Site": "cross-site"},
]
NOT_RETRIED = urllib3.Retry(False)


def ask(endpoint: str, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
    with urllib3.PoolManager(retries=NOT_RETRIED, timeout=30) as http:
        answer = http.request(method, endpoint + path, headers=headers, body=body)
        return answer.status, answer.data


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_foreign_page_makes_nothing_and_reads_nothing(ministack: str, headers: dict[str, str]) -> None:
    bucket = f"foreign-{uuid.uuid4()}"
    status, body = ask(ministack, "PUT", f"/{bucket}", headers)
    assert status == 403
    assert "this service answers to" in json.loads(body)["message"]
    buckets = boto3.client("s3", endpoint_url=ministack).list_buckets()["Buckets"]
    assert bucket not in {made["Name"] for made in buckets}
    assert ask(ministack, "GET", "/2015-03-31/functions/", headers)[0] == 403
    function = json.dumps({"FunctionName": "foreign", "Runtime": "python3.13"}).encode()
    assert ask(ministack, "POST", "/2015-03-31/functions", headers, function)[0] == 403


def test_a_foreign_preflight_gets_no_permission(ministack: str) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    assert ask(ministack, "OPTIONS", "/2015-03-31/functions", asked)[0] == 403


def test_its_own_page_is_answered(ministack: str) -> None:
    own = urlsplit(ministack)
    for origin in (f"http://{own.netloc}", f"http://localhost:{own.port}"):
        status, _ = ask(ministack, "GET", "/2015-03-31/functions/", {"Origin": origin})
        assert status == 200


def test_a_foreign_page_opens_no_socket(ministack: str) -> None:
    address = f"ws://{urlsplit(ministack).netloc}/_aws/execute-api/none/local"
    with pytest.raises(InvalidStatus) as refused, connect(address, origin="https://elsewhere.example"):  # type: ignore[arg-type]
        pass
    assert refused.value.response.status_code == 403
