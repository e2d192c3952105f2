"""BatchSize, MaximumBatchingWindowInSeconds and the 6 MB payload: whichever comes first ends a batch."""

import pytest

from kafka_event_source.batching import BatchGatherer
from kafka_event_source.event import MAX_PAYLOAD_BYTES, EventEnvelope
from kafka_event_source.record import Partition
from tests.unit.kafka_event_source.making import record

ENVELOPE = EventEnvelope("broker:9092")
AROUND = ENVELOPE.size_around(Partition("events", 0))


def test_batch_size_ends_a_batch() -> None:
    gatherer = BatchGatherer(batch_size=3, window_ms=1000, bytes_around=AROUND)
    for offset in range(3):
        assert not gatherer.full
        gatherer.add(record(offset), now_ms=0)
    assert gatherer.full
    batch = gatherer.take()
    assert [one.offset for one in batch.records] == [0, 1, 2]
    assert batch.next_offset == 3
    assert not gatherer.full


def test_maximum_batching_window_counts_from_the_first_record() -> None:
    gatherer = BatchGatherer(batch_size=100, window_ms=2000, bytes_around=AROUND)
    assert gatherer.wait_ms(now_ms=0) is None
    gatherer.add(record(0), now_ms=10_000)
    gatherer.add(record(1), now_ms=11_500)
    assert gatherer.wait_ms(now_ms=11_500) == 500
    assert gatherer.wait_ms(now_ms=13_000) == 0


def test_a_window_of_0_waits_for_nothing() -> None:
    gatherer = BatchGatherer(batch_size=100, window_ms=0, bytes_around=AROUND)
    gatherer.add(record(0), now_ms=5)
    assert gatherer.wait_ms(now_ms=5) == 0


def test_the_payload_stays_at_6_mb_to_the_byte() -> None:
    gatherer = BatchGatherer(batch_size=10_000, window_ms=1000, bytes_around=AROUND)
    taken, offset = [], 0
    while gatherer.fits(one := record(offset, b"x" * 40_000)):
        gatherer.add(one, now_ms=0)
        taken.append(one)
        offset += 1
    size = len(ENVELOPE.payload(gatherer.take().records))
    assert size <= MAX_PAYLOAD_BYTES == 6 * 1024 * 1024
    assert len(ENVELOPE.payload([*taken, one])) > MAX_PAYLOAD_BYTES


def test_a_record_too_large_alone_is_let_through_to_be_discarded() -> None:
    gatherer = BatchGatherer(batch_size=10, window_ms=0, bytes_around=AROUND)
    assert gatherer.fits(record(0, b"x" * MAX_PAYLOAD_BYTES))


def test_offsets_of_dropped_records_are_committed_with_the_batch() -> None:
    gatherer = BatchGatherer(batch_size=10, window_ms=0, bytes_around=AROUND)
    gatherer.skip(4)
    assert gatherer.only_skipped
    gatherer.add(record(5), now_ms=0)
    gatherer.skip(6)
    assert not gatherer.only_skipped
    assert gatherer.take().next_offset == 7


def test_there_is_no_empty_batch() -> None:
    with pytest.raises(ValueError, match="nothing"):
        BatchGatherer(1, 0, AROUND).take()
