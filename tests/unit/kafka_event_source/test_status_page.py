"""The status page: what it shows, and that nothing of a record is ever taken as HTML."""

import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from kafka_event_source.attempt import Attempt, Outcome
from kafka_event_source.mapping_status import MappingStatus, PartitionState
from kafka_event_source.record import Partition
from kafka_event_source.refusal import Refused
from kafka_event_source.reporting import summary
from kafka_event_source.status_html import plain_name, verdict
from kafka_event_source.status_page import StatusServer, display_text, load_decoder
from tests.unit.kafka_event_source.making import record

NASTY = "<script>alert(1)</script>"


def decode(value: bytes) -> str:
    return f"decoded {value.decode()}"


@pytest.fixture
def status() -> MappingStatus:
    state = PartitionState(position=12, committed=10, end=15, paused=False)
    status = MappingStatus("Mapping", "events", "viewers", "group", states=lambda: {Partition("events", 0): state})
    good = [record(10, NASTY.encode(), b"<b>"), record(11, b"x", None)]
    status.record_attempt(Attempt(Outcome.SUCCEEDED, good, "", 12, 345))
    status.record_attempt(Attempt(Outcome.FUNCTION_ERROR, good, NASTY, 9, 345))
    return status


@pytest.fixture
def url(status: MappingStatus) -> Iterator[str]:
    server = StatusServer([status], 0, decode)
    yield server.url
    server.close()


def get(url: str, host: str | None = None, origin: str | None = None) -> tuple[str, dict[str, str]]:
    headers = {name: value for name, value in (("Host", host), ("Origin", origin)) if value}
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode(), dict(answer.headers)


def test_the_page_escapes_records_and_says_what_failed(url: str) -> None:
    page, headers = get(url)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "decoded" in page
    assert "function error" in page
    assert "http-equiv='refresh'" in page
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_json_has_partitions_lag_records_and_batches(url: str) -> None:
    (mapping,) = json.loads(get(url + "status.json")[0])["mappings"]
    assert mapping["lag"] == 5
    assert mapping["partitions"][0]["end"] == 15
    assert (mapping["records"], mapping["batches"], mapping["failures"]) == (2, 1, 1)
    assert mapping["last_records"][0] == {
        "partition": "events-0",
        "offset": 11,
        "timestamp_ms": 1545084650987,
        "key": "null",
        "value": "decoded x",
    }
    assert [batch["outcome"] for batch in mapping["last_batches"]] == ["function error", "succeeded"]


def test_only_requests_for_a_loopback_host_are_answered(url: str) -> None:
    assert get(url, "localhost:1")[0]
    with pytest.raises(urllib.error.HTTPError, match="403"):
        get(url, "rebound.example:80")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(url + "else")


def test_no_other_page_may_read_it(url: str) -> None:
    assert get(url, origin=url.rstrip("/"))[0]
    for origin in ("https://elsewhere.example", "http://127.0.0.1:1", "null"):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            get(url + "status.json", origin=origin)


def test_a_decoder_that_fails_is_named_and_the_record_still_shown() -> None:
    def broken(value: bytes) -> str:
        raise KeyError("viewer_id")

    assert display_text(b"raw", broken) == "[not decoded: 'viewer_id'] raw"
    assert display_text(b"\xff", None) == "\ufffd"
    assert len(display_text(b"x" * 100_000, None)) < 5000


def test_what_a_decoder_gives_is_shown_as_json_and_not_as_python() -> None:
    assert display_text(b"x", lambda _: {"ended": False, "ad": None}) == '{"ended": false, "ad": null}'


def mapping(**more: Any) -> dict[str, Any]:
    batch = {"outcome": "succeeded", "detail": ""}
    known = {"lag": 0, "records_per_s": 8.4, "last_problem": "", "membership": "joined", "last_batches": [batch]}
    return {**known, **more}


@pytest.mark.parametrize(
    ("more", "tone", "words"),
    [
        ({}, "good", "Healthy, nothing waiting, 8.4 records/s"),
        ({"lag": 40}, "good", "Healthy, 40 waiting, 8.4 records/s"),
        ({"lag": 1200}, "waiting", "Catching up, 1,200 waiting, 8.4 records/s"),
        ({"lag": 1200, "records_per_s": 0.0}, "waiting", "Standing still, 1,200 waiting, 0.0 records/s"),
        ({"lag": None, "membership": "not joined yet"}, "waiting", "Starting: not joined yet"),
        (
            {"last_batches": [{"outcome": "function error", "detail": "timed out"}]},
            "bad",
            "Failing, nothing waiting, 8.4 records/s: the newest batch ended as function error (timed out)",
        ),
        ({"last_problem": "broker away"}, "bad", "In trouble, nothing waiting, 8.4 records/s: broker away"),
    ],
)
def test_the_verdict_says_how_a_mapping_does(more: dict[str, Any], tone: str, words: str) -> None:
    assert verdict(mapping(**more)) == (tone, words)


def test_the_page_begins_with_the_verdict_and_speaks_no_python(url: str) -> None:
    page, _ = get(url)
    assert page.index("class='verdict bad'") < page.index("<h2>events</h2>")
    assert not {"True", "False", "None"} & set(re.findall(r"\w+", page))


def test_what_cloudformation_adds_to_a_name_is_left_out() -> None:
    assert plain_name("LiveViewers-dev-ProcessEvents1A2B3C4D-aB3xY9kLmN01") == "LiveViewers-dev-ProcessEvents"
    assert plain_name("ProcessEventsKafkaEventSource1A2B3C4D") == "ProcessEventsKafkaEventSource"
    for name in ("process_events", "1A2B3C4D"):
        assert plain_name(name) == name


def test_a_decoder_is_named_by_module_and_function() -> None:
    decoder = load_decoder("json:loads")
    assert decoder is not None
    assert decoder(b"[1]") == [1]
    for wrong in ("json:nothing", "no_such_module:f", "json", "json:__name__"):
        with pytest.raises(Refused, match="--decoder"):
            load_decoder(wrong)


def test_the_status_line_sums_all_mappings(status: MappingStatus) -> None:
    line = summary([status.snapshot(), status.snapshot()])
    assert line == "lag 10 · 0 records/s · 4 records · 2 batches · 2 failures"


def test_a_taken_port_is_refused_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=f"--status-port {port}: "):
            StatusServer([], port)
