"""The event's bytes are AWS's, for Amazon MSK and for self-managed Kafka."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kafka_event_source.event import EventEnvelope
from kafka_event_source.record import Partition, RecordEncoder
from tests.unit.kafka_event_source.making import CLUSTER_ARN, record


def test_the_event_of_amazon_msk() -> None:
    event = json.loads(EventEnvelope("b-1:9092,b-2:9092", CLUSTER_ARN).payload([record(15, b"Hello", b"he")]))
    assert event == {
        "eventSource": "aws:kafka",
        "eventSourceArn": CLUSTER_ARN,
        "bootstrapServers": "b-1:9092,b-2:9092",
        "records": {
            "events-0": [
                {
                    "topic": "events",
                    "partition": 0,
                    "offset": 15,
                    "timestamp": 1545084650987,
                    "timestampType": "CREATE_TIME",
                    "key": "aGU=",
                    "value": "SGVsbG8=",
                    "headers": [],
                }
            ]
        },
    }


def test_the_event_of_a_self_managed_cluster_has_no_arn() -> None:
    event = json.loads(EventEnvelope("broker:9092").payload([record(1)]))
    assert event["eventSource"] == "SelfManagedKafka"
    assert "eventSourceArn" not in event


def test_a_payload_may_hold_several_partitions_each_in_order() -> None:
    records = [record(5), record(9, partition=1), record(6), record(10, partition=1)]
    event = json.loads(EventEnvelope("b").payload(records))
    assert {name: [r["offset"] for r in group] for name, group in event["records"].items()} == {
        "events-0": [5, 6],
        "events-1": [9, 10],
    }


def test_a_tombstone_has_a_null_value_and_a_null_key_is_absent() -> None:
    (event,) = json.loads(EventEnvelope("b").payload([record(1, None, None)]))["records"]["events-0"]
    assert event["value"] is None
    assert "key" not in event


def test_header_bytes_are_signed() -> None:
    encoded = json.loads(record(1, headers=[("trace", b"he\xff\x80"), ("empty", None)]).encoded)
    assert encoded["headers"] == [{"trace": [104, 101, -1, -128]}, {"empty": None}]


@pytest.mark.parametrize(
    ("number", "name"), [(1, "CREATE_TIME"), (2, "LOG_APPEND_TIME"), (0, "NO_TIMESTAMP_TYPE")]
)
def test_the_timestamp_type_has_kafkas_name(number: int, name: str) -> None:
    encoded = RecordEncoder(Partition("t", 0)).encode(0, 7, number, None, b"", None).encoded
    assert json.loads(encoded)["timestampType"] == name


@given(value=st.binary(), key=st.binary(), topic=st.text(min_size=1), offset=st.integers(0, 2**63 - 1))
def test_any_bytes_survive(value: bytes, key: bytes, topic: str, offset: int) -> None:
    one = record(offset, value, key, topic=topic)
    ((name, (read,)),) = json.loads(EventEnvelope("b").payload([one]))["records"].items()
    assert name == f"{topic}-0"
    assert (base64.b64decode(read["value"]), base64.b64decode(read["key"])) == (value, key)
    assert (read["topic"], read["offset"]) == (topic, offset)


def test_the_size_around_the_records_is_exact() -> None:
    envelope, one = EventEnvelope("b:9092", CLUSTER_ARN), record(3, topic='tö"pic')
    assert len(envelope.payload([one])) == envelope.size_around(one.partition) + len(one.encoded)
