"""What trackers send over HTTP and what they get back; the delivery to Kafka is played by a list."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from snowplow_analytics_sdk.event_transformer import transform

from collector.delivery import NotDelivered, Record, TooLarge
from collector.request_context import viewers_address
from collector.server import PAYLOAD_LIMIT_BYTES, Collector

TP2 = "/com.snowplowanalytics.snowplow/tp2"
PAYLOAD_DATA = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4"
ORIGIN = {"Origin": "http://localhost:3000"}  # a page that is being developed on this machine


class Delivered:
    """Keeps what it is given, or raises."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.records: list[Record] = []
        self.fault = fault

    async def deliver(self, records: Sequence[Record]) -> None:
        if self.fault is not None:
            raise self.fault
        self.records += records


def payload(*events: dict[str, str]) -> bytes:
    return json.dumps({"schema": PAYLOAD_DATA, "data": list(events)}).encode()


def talk(
    conversation: Callable[[TestClient], Awaitable[None]], fault: Exception | None = None
) -> tuple[Collector, Delivered]:
    """Hold a conversation with a collector on a free port."""
    delivered = Delivered(fault)
    collector = Collector(delivered, now_ms=lambda: 1_763_985_600_000)

    async def held() -> None:
        async with TestClient(TestServer(collector.application())) as client:
            await conversation(client)

    asyncio.run(held())
    return collector, delivered


def one(method: str, path: str, fault: Exception | None = None, **request: object):
    """(response, its text, collector, delivered) of one request."""
    answers: list[tuple[ClientResponse, str]] = []

    async def conversation(client: TestClient) -> None:
        response = await client.request(method, path, **request)
        answers.append((response, await response.text(errors="replace")))

    collector, delivered = talk(conversation, fault)
    return *answers[0], collector, delivered


def test_a_post_is_answered_200_once_all_of_it_is_delivered():
    events = [{"e": "pv", "uid": "v-1"}, {"e": "pv", "duid": "d-1"}]
    response, text, collector, delivered = one("POST", TP2, data=payload(*events))
    assert (response.status, text) == (200, "ok")
    assert [record.key for record in delivered.records] == ["v-1", "d-1"]
    assert (collector.counters.received, collector.counters.produced) == (2, 2)


@pytest.mark.parametrize("path", ["/i", TP2])
def test_a_get_is_answered_with_a_pixel(path: str):
    response, _, _, delivered = one("GET", f"{path}?e=pv&uid=v-1&page=a%20b")
    assert response.status == 200
    assert response.content_type == "image/gif"
    assert b"\ta b\t" in delivered.records[0].value


def test_a_preflight_allows_credentials_for_the_pages_origin():
    response, _, _, _ = one("OPTIONS", TP2, headers=ORIGIN | {"Access-Control-Request-Method": "POST"})
    assert response.status == 200
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "SP-Anonymous" in response.headers["Access-Control-Allow-Headers"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("data", [payload({"e": "pv"}), b"{"], ids=["good", "bad"])
def test_every_answer_names_the_origin(data: bytes):
    response, _, _, _ = one("POST", TP2, data=data, headers=ORIGIN)
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]
    assert response.headers["Access-Control-Allow-Credentials"] == "true"


def test_the_cookie_becomes_the_network_userid_and_comes_back():
    cookie = "6f2d1f2e-0000-4000-8000-000000000001"
    response, _, _, delivered = one("POST", TP2, data=payload({"e": "pv"}), headers={"Cookie": f"sp={cookie}"})
    assert delivered.records[0].key == cookie
    assert response.cookies["sp"].value == cookie
    assert response.cookies["sp"]["samesite"] == "None"


def test_a_new_browser_gets_a_cookie_and_a_forged_one_is_replaced():
    for headers in ({}, {"Cookie": "sp=me"}):
        response, _, _, delivered = one("POST", TP2, data=payload({"e": "pv"}), headers=headers)
        assert len(response.cookies["sp"].value) == 36
        assert delivered.records[0].key == response.cookies["sp"].value


def test_an_anonymous_request_sets_no_cookie_and_keeps_no_id_or_address():
    headers = {"SP-Anonymous": "*", "Cookie": "sp=6f2d1f2e-0000-4000-8000-000000000001"}
    response, _, _, delivered = one("POST", TP2, data=payload({"e": "pv"}), headers=headers)
    assert "sp" not in response.cookies
    columns = delivered.records[0].value.split(b"\t")
    assert columns[17] == b"00000000-0000-0000-0000-000000000000"
    assert columns[13] == b"unknown"
    assert delivered.records[0].key is None


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.40, 10.0.0.1", "192.0.2.40"),
        ("2001:db8:33::7", "2001:db8:33::7"),
        ("nobody", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_a_peer_on_this_machine_may_say_whose_address_it_forwards(forwarded: str, address: str):
    _, _, _, delivered = one("POST", TP2, data=payload({"e": "pv"}), headers={"X-Forwarded-For": forwarded})
    assert delivered.records[0].value.split(b"\t")[13] == address.encode()


@pytest.mark.parametrize(
    ("peer", "address"), [("198.51.100.9", "198.51.100.9"), ("::1", "192.0.2.40"), (None, "")]
)
def test_of_a_peer_elsewhere_the_header_is_not_believed(peer: str | None, address: str):
    request = make_mocked_request("GET", "/i?e=pv", headers={"X-Forwarded-For": "192.0.2.40"})
    assert viewers_address(request.clone(remote=peer) if peer else request) == address


def test_device_and_place_are_on_the_line():
    headers = {
        "User-Agent": "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15",
        "X-Forwarded-For": "203.0.113.1",
    }
    _, _, _, delivered = one("POST", TP2, data=payload({"e": "pv"}), headers=headers)
    read = transform(delivered.records[0].value.decode())
    assert (read["geo_country"], read["ip_isp"]) == ("IN", "Ganges Fibre")
    assert read["contexts_nl_basjes_yauaa_context_1"][0]["deviceClass"] == "Tablet"


def test_an_anonymous_request_has_a_device_and_no_place():
    headers = {"SP-Anonymous": "*", "X-Forwarded-For": "203.0.113.1", "User-Agent": "Roku/DVP-14.0 (14.0.0.1234)"}
    _, _, _, delivered = one("POST", TP2, data=payload({"e": "pv"}), headers=headers)
    read = transform(delivered.records[0].value.decode())
    assert "geo_country" not in read
    assert read["dvce_type"] == "Digital media receiver"


def test_the_key_of_a_mobile_viewer_is_the_client_sessions_user():
    client_session = {
        "schema": "iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2",
        "data": {"userId": "m-1", "sessionId": "s"},
    }
    _, _, _, delivered = one("POST", TP2, data=payload({"e": "pv", "co": json.dumps({"data": [client_session]})}))
    assert delivered.records[0].key == "m-1"


def test_a_bad_event_is_counted_and_the_good_ones_beside_it_delivered():
    response, _, collector, delivered = one("POST", TP2, data=payload({"e": "pv"}, {"e": "??"}))
    assert response.status == 200
    assert len(delivered.records) == 1
    assert (collector.counters.received, collector.counters.bad, collector.counters.produced) == (2, 1, 1)


@pytest.mark.parametrize("data", [b"", b"{", b"null", payload({"e": "??"}), payload("no event")])  # type: ignore[arg-type]
def test_a_request_with_nothing_good_in_it_is_a_400(data: bytes):
    response, _, collector, delivered = one("POST", TP2, data=data)
    assert response.status == 400
    assert not delivered.records
    assert collector.counters.bad == 1


def test_a_body_over_the_limit_is_a_413():
    response, _, collector, _ = one("POST", TP2, data=b" " * (PAYLOAD_LIMIT_BYTES + 1))
    assert response.status == 413
    assert collector.counters.bad == 1


def test_an_event_over_the_brokers_limit_is_a_413():
    response, _, collector, _ = one("POST", TP2, TooLarge(), data=payload({"e": "pv"}))
    assert response.status == 413
    assert (collector.counters.bad, collector.counters.produced) == (1, 0)


def test_a_broker_that_is_away_is_a_503_so_that_the_tracker_sends_again():
    response, _, collector, _ = one("POST", TP2, NotDelivered("_MSG_TIMED_OUT"), data=payload({"e": "pv"}))
    assert response.status == 503
    assert "sp" not in response.cookies
    assert (collector.counters.failed, collector.counters.produced) == (1, 0)


def test_health_gives_the_counters():
    async def conversation(client: TestClient) -> None:
        await client.post(TP2, data=payload({"e": "pv"}, {"e": "??"}))
        response = await client.get("/health")
        assert await response.json() == {
            "status": "ok",
            "requests": 1,
            "received": 2,
            "produced": 1,
            "bad": 1,
            "failed": 0,
        }

    talk(conversation)


def test_an_unknown_path_is_a_404():
    assert one("GET", "/nothing")[0].status == 404


def test_no_log_line_holds_an_id(caplog: pytest.LogCaptureFixture):
    with caplog.at_level("DEBUG", logger="collector"):
        one("POST", TP2, NotDelivered("away"), data=payload({"e": "pv", "uid": "secret-viewer"}))
        one("POST", TP2, data=payload({"e": "secret-type", "uid": "secret-viewer"}))
    assert caplog.records
    assert not any("secret" in str(record.__dict__) for record in caplog.records)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": ""},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=lambda headers: " ".join(f"{name}: {value}" for name, value in headers.items()),
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", TP2), ("GET", "/i?e=pv&uid=v-1"), ("OPTIONS", TP2), ("GET", "/health")]
)
def test_a_page_of_another_site_is_refused_and_nothing_of_it_delivered(
    method: str, path: str, headers: dict[str, str]
):
    response, text, collector, delivered = one(method, path, data=payload({"e": "pv"}), headers=headers)
    assert response.status == 403
    assert "this service answers to" in json.loads(text)["error"]
    assert "Access-Control-Allow-Origin" not in response.headers
    assert delivered.records == []
    assert collector.counters.requests == 0
