"""Gathering the records of one partition into batches: by count, by payload size and by time."""

from typing import NamedTuple

from kafka_event_source.event import MAX_PAYLOAD_BYTES
from kafka_event_source.record import Record


class Batch(NamedTuple):
    """`records` in offset order (empty when all were filtered out); `next_offset` is committed when it is done."""

    records: list[Record]
    next_offset: int


class BatchGatherer:
    """Holds records until BatchSize, 6 MB of payload or the batching window is reached, whichever comes first.

    The window starts with the first record held. Offsets of records that the filter dropped move the batch's end,
    so that they are committed with what came before them.
    """

    def __init__(self, batch_size: int, window_ms: int, bytes_around: int) -> None:
        self._batch_size = batch_size
        self._window_ms = window_ms
        self._bytes_around = bytes_around
        self._records: list[Record] = []
        self._bytes = bytes_around
        self._started_ms = 0
        self._next_offset: int | None = None

    def fits(self, record: Record) -> bool:
        """Whether `record` still fits into the payload. A single record always does: it may be too large alone."""
        return not self._records or self._bytes + len(record.encoded) + 1 <= MAX_PAYLOAD_BYTES

    def add(self, record: Record, now_ms: int) -> None:
        if not self._records:
            self._started_ms = now_ms
        self._records.append(record)
        self._bytes += len(record.encoded) + 1  # the comma before the next one
        self._next_offset = record.offset + 1

    def skip(self, offset: int) -> None:
        """Note a record that the filter dropped."""
        self._next_offset = offset + 1

    @property
    def full(self) -> bool:
        return len(self._records) >= self._batch_size

    @property
    def only_skipped(self) -> bool:
        return not self._records and self._next_offset is not None

    def wait_ms(self, now_ms: int) -> int | None:
        """How long the window stays open, 0 when it is over; None while no record is held."""
        if not self._records:
            return None
        return max(0, self._started_ms + self._window_ms - now_ms)

    def take(self) -> Batch:
        """The batch held so far; raises ValueError when there is nothing, not even a dropped record."""
        if self._next_offset is None:
            raise ValueError("nothing was gathered")
        batch = Batch(self._records, self._next_offset)
        self._records, self._bytes, self._next_offset = [], self._bytes_around, None
        return batch
