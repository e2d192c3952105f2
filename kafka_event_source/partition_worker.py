"""One partition's worker: a thread that gathers its records into batches and delivers one batch after another."""

import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

from kafka_event_source.batching import Batch, BatchGatherer
from kafka_event_source.mapping import EventSourceMapping
from kafka_event_source.record import Partition, Record

HELD_BATCHES = 3  # read ahead at most so many batches,
HELD_BYTES = 24 * 1024 * 1024  # or so many bytes, before the partition is paused at the broker
CLOSE = None


class SystemClock:
    """Wall-clock milliseconds, and waits that end at once when `stopping` is set."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def wait(self, seconds: float) -> bool:
        return self._stopping.is_set() if seconds <= 0 else self._stopping.wait(seconds)


class Deliverer(Protocol):
    def deliver(self, records: list[Record]) -> bool: ...


class PartitionWorker:
    """Fed by the consumer's thread through `put`; calls `settled` with the offset after each finished batch.

    A worker that can't go on keeps the reason in `failure`.
    """

    def __init__(
        self,
        mapping: EventSourceMapping,
        partition: Partition,
        bytes_around: int,
        deliverer: Callable[[SystemClock], Deliverer],
        settled: Callable[[Partition, int], None],
        closed: Callable[[], None] = lambda: None,
    ) -> None:
        self.partition = partition
        self.paused = False
        self.failure: Exception | None = None  # what ended the worker, though nobody stopped it
        self._mapping = mapping
        self._stopping = threading.Event()
        self._clock = SystemClock(self._stopping)
        self._deliverer = deliverer(self._clock)
        self._gatherer = BatchGatherer(mapping.batch_size, mapping.window_ms, bytes_around)
        self._queue: queue.SimpleQueue[Record | None] = queue.SimpleQueue()
        self._settled = settled
        self._closed = closed
        self._bytes_put = 0  # written by the consumer's thread only
        self._bytes_taken = 0  # written by this worker's thread only
        self._first_of_next: Record | None = None
        self._thread = threading.Thread(target=self._run, name=f"worker {partition.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, record: Record) -> None:
        self._bytes_put += len(record.encoded)
        self._queue.put(record)

    @property
    def holds_enough(self) -> bool:
        """Whether enough is held, so that reading on should wait."""
        return (
            self._queue.qsize() >= max(1000, HELD_BATCHES * self._mapping.batch_size)
            or self._bytes_put - self._bytes_taken >= HELD_BYTES
        )

    @property
    def has_room(self) -> bool:
        held_bytes = self._bytes_put - self._bytes_taken
        return self._queue.qsize() < max(500, self._mapping.batch_size) and held_bytes < HELD_BYTES // 2

    def stop(self) -> None:
        """Ask to end: after the invocation under way, or at once when waiting."""
        self._stopping.set()
        self._queue.put(CLOSE)

    def join(self, timeout_s: float) -> bool:
        """True when the worker has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                batch = self._gather()
                if batch is None or (batch.records and not self._deliverer.deliver(batch.records)):
                    return
                self._settled(self.partition, batch.next_offset)
        except Exception as problem:  # raised again by whoever feeds this worker
            self.failure = problem
        finally:
            self._closed()

    def _gather(self) -> Batch | None:
        """Wait for the next batch; None when stopped."""
        gatherer = self._gatherer
        if self._first_of_next is not None:
            gatherer.add(self._first_of_next, self._clock.now_ms())
            self._first_of_next = None
        while not gatherer.full:
            record = self._next()
            if self._stopping.is_set():
                return None
            if record is None:
                break
            self._bytes_taken += len(record.encoded)
            if not self._mapping.filter.passes(record):
                gatherer.skip(record.offset)
            elif gatherer.fits(record):
                gatherer.add(record, self._clock.now_ms())
            else:
                self._first_of_next = record
                break
        return gatherer.take()

    def _next(self) -> Record | None:
        """The next record; None when the window is over, or only dropped records came and no more is there."""
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            if self._gatherer.only_skipped:
                return None
        wait_ms = self._gatherer.wait_ms(self._clock.now_ms())
        if wait_ms == 0:
            return None
        try:
            return self._queue.get(timeout=None if wait_ms is None else wait_ms / 1000)
        except queue.Empty:
            return None
