"""Records of AWS's Kafka events, as MSK and self-managed Kafka send them."""

from binascii import a2b_base64
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from live_viewers.intake.kafka_event import headers_of, records_of, value_of
from tests.kafka_records import kafka_event, kafka_record


def test_records_come_partition_by_partition_in_their_order() -> None:
    event = kafka_event([kafka_record(b"a", 5), kafka_record(b"b", 3, partition=1), kafka_record(b"c", 6)])
    assert [(record["partition"], record["offset"]) for record in records_of(event)] == [(0, 5), (0, 6), (1, 3)]


def test_an_event_of_another_source_is_refused() -> None:
    with pytest.raises(ValueError, match="aws:sqs"):
        list(records_of({"eventSource": "aws:sqs", "Records": []}))


def test_a_value_is_bytes_and_a_tombstone_has_none() -> None:
    assert value_of(kafka_record(b"\x00\xff", 0)) == b"\x00\xff"
    assert value_of(kafka_record(None, 0)) is None
    assert value_of({}) is None


@given(st.text(st.sampled_from("ABCxyz0189+/=-_ \né\ud800"), max_size=12))
@example("QQ==")
@example("QQ")
@example("QR==")  # bits beyond the last byte
@example("QQ==QQ==")
@example("QQ==\n")
@example("QU\nFB")
def test_a_value_is_what_the_standard_library_makes_of_it(text: str) -> None:
    def outcome(of: Callable[[], bytes | None]) -> object:
        try:
            return of()
        except ValueError as error:
            return type(error)

    assert outcome(lambda: value_of({"value": text})) == outcome(lambda: a2b_base64(text))


def test_header_bytes_may_be_signed() -> None:
    record = {"headers": [{"a": [-1, 0, 104]}, {"b": [255]}, {"a": [1]}]}
    assert headers_of(record) == {"a": b"\x01", "b": b"\xff"}
    assert headers_of({}) == {}
    assert headers_of({"headers": None}) == {}
