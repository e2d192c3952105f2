"""The functions' readers over events as AWS sends them (tests/aws_events, each with its source)."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import process_events
import pytest

from kafka_event_source.record import Partition, RecordEncoder
from live_viewers.dynamodb.tables.stream_records import changes_of, shard_of
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.intake.kafka_event import headers_of, records_of, value_of
from live_viewers.intake.redrive import records_in
from live_viewers.session.media_session import fold
from live_viewers.settings import ProcessEventsSettings
from live_viewers.wire import DecodeSettings
from tests.instances import RejectedInMemory
from tests.store_in_memory import CallsInMemory
from tests.stories import PING_S, change_of, record
from tests.viewing import play

FOLDER = Path(__file__).parents[1] / "aws_events"
FILES = sorted(path.name for path in FOLDER.glob("*.json"))


def event_of(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))["event"]
    return event


@pytest.mark.parametrize("name", FILES)
def test_each_says_where_its_shape_comes_from(name: str) -> None:
    kept = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    assert set(kept) == {"source", "event"}
    assert len(kept["source"]) > 40


@pytest.mark.parametrize("name", ["kafka_msk.json", "kafka_self_managed.json"])
def test_a_batch_of_kafka_becomes_a_session(name: str) -> None:
    event = event_of(name)
    calls, rejected = CallsInMemory(), RejectedInMemory()
    settings = ProcessEventsSettings(
        stage="local",
        viewer_profiles_table="table",
        rejected_bucket="-",
        live_index_secret="secret",
        tombstone_secret="secret",
    )
    process_events.process(
        event,
        settings,
        DecodeSettings(),
        SessionWriter(calls, settings),
        rejected,
        lambda: 1_795_867_300_000,
        lambda: 60_000,
    )
    sessions = [sk for viewer, sk in calls.items if viewer == "viewer-1" and sk.startswith("session#")]
    assert len(sessions) == 1
    # The tombstone of Amazon MSK's example is no event, and nobody's mistake.
    assert rejected.records == []


def test_header_bytes_are_signed_and_keys_may_be_absent() -> None:
    named, tombstone, two = records_of(event_of("kafka_msk.json"))
    assert headers_of(named) == {"headerKey": b"headerValue"}
    assert (value_of(tombstone), tombstone.get("key")) == (None, None)
    assert headers_of(two) == {"title": "λ".encode()}


def test_the_local_event_source_writes_a_batch_as_aws_does() -> None:
    aws = event_of("kafka_msk.json")
    record = aws["records"]["mytopic-0"][0]
    (header,) = record["headers"]
    encoder = RecordEncoder(Partition("mytopic", 0))
    ours = encoder.encode(
        record["offset"],
        record["timestamp"],
        1,
        b64decode(record["key"]),
        b64decode(record["value"]),
        [(name, bytes(data)) for name, data in header.items()],
    )
    assert json.loads(ours.encoded) == record


@pytest.mark.parametrize(
    ("name", "offsets"), [("on_failure_s3.json", [15, 16, 17]), ("on_failure_topic.json", [100])]
)
def test_what_lambda_gave_up_on_is_found_again(name: str, offsets: list[int]) -> None:
    found = records_in(json.dumps(event_of(name)).encode())
    assert [one.offset for one in found] == offsets
    assert {one.reason for one in found} == {"on_failure"}


def test_a_change_is_read_out_of_a_window() -> None:
    event = event_of("stream_window.json")
    assert shard_of(event) == "shard123456789"
    assert list(changes_of(event, PING_S)) == []  # a profile's record, no session's
    event["Records"].append(record(change_of(1, "viewer-1", "session-1", None, fold([play(at=0)]))))
    (change,) = changes_of(event, PING_S)
    assert change.new is not None


def test_the_end_of_a_window_is_empty() -> None:
    event = event_of("stream_window_end.json")
    assert event["isFinalInvokeForWindow"]
    assert list(changes_of(event, PING_S)) == []
