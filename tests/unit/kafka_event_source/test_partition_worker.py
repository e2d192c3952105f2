"""A worker that meets an error nothing waits out says so, and the poller that feeds it ends with that error."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from kafka_event_source.backoff import Backoff
from kafka_event_source.cli import UNEXPECTED, main
from kafka_event_source.event import EventEnvelope
from kafka_event_source.mapping_status import MappingStatus
from kafka_event_source.partition_worker import PartitionWorker, SystemClock
from kafka_event_source.poller import Poller, WorkerFailed
from kafka_event_source.record import Partition
from kafka_event_source.worker_factory import PollerParts
from tests.unit.kafka_event_source.making import mapping, record

PARTITION = Partition("events", 0)


class Breaks:
    def deliver(self, records: list[Any]) -> bool:
        raise MemoryError("no room for the event")


def worker(deliverer: Callable[[SystemClock], Any], settled: list[int]) -> PartitionWorker:
    settings = mapping(MaximumBatchingWindowInSeconds=0)
    return PartitionWorker(settings, PARTITION, 100, deliverer, lambda partition, offset: settled.append(offset))


def test_a_worker_that_fails_keeps_why_and_settles_nothing() -> None:
    settled: list[int] = []
    broken = worker(lambda clock: Breaks(), settled)
    broken.start()
    broken.put(record(0))
    assert broken.join(60)
    assert isinstance(broken.failure, MemoryError)
    assert settled == []


def test_a_worker_that_is_stopped_has_not_failed() -> None:
    stopped = worker(lambda clock: Breaks(), [])
    stopped.start()
    stopped.stop()
    assert stopped.join(60)
    assert stopped.failure is None


@pytest.fixture
def failed_worker() -> PartitionWorker:
    broken = worker(lambda clock: Breaks(), [])
    broken.failure = MemoryError("no room for the event")
    return broken


def test_the_poller_of_a_failed_worker_ends_and_says_why(
    failed_worker: PartitionWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = PollerParts(
        settings={"bootstrap.servers": "127.0.0.1:9", "log_level": 0},
        envelope=EventEnvelope("broker:9092"),
        make_invoker=lambda: pytest.fail("no partition was taken"),
        destination=None,
        backoff=Backoff(),
        by_group=False,
    )
    poller = Poller(mapping(), parts, MappingStatus("Mapping", "events", "viewers", "group"))
    poller._workers[PARTITION] = failed_worker
    monkeypatch.setattr(poller._source, "join", lambda by_group: False)
    with pytest.raises(WorkerFailed, match=r"events-0 can't go on: MemoryError.*no room for the event"):
        poller.run()


def test_the_program_ends_with_5_and_the_reason(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> int:
        raise WorkerFailed("events-0 can't go on: MemoryError()")

    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("kafka_event_source.cli._run", fails)
    assert main(["--endpoint", "http://127.0.0.1:9"]) == UNEXPECTED
    assert "unexpected: events-0 can't go on: MemoryError()" in capfd.readouterr().err
    logging.getLogger("kafka_event_source").handlers.clear()
