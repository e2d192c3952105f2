"""What the poller does while a partition's worker holds enough: it pauses the partition, and loses nothing."""

import json
import threading

import pytest

from bench.topic import drain
from kafka_event_source.consumer import KafkaSource
from kafka_event_source.ports import Invocation
from kafka_event_source.record import Partition
from tests.integration.kafka_event_source_rig import Topic

RECORDS = 6_000  # a worker with a batch size of 100 has enough at 1,000


class _SlowFunction:
    """Doesn't answer before the partition was paused: until then the poller reads on, however slowly."""

    function_arn = "arn:aws:lambda:us-east-1:000000000000:function:slow"

    def __init__(self, paused: threading.Event) -> None:
        self.records = 0
        self.offsets: list[int] = []
        self._paused = paused

    def invoke(self, payload: bytes) -> Invocation:
        self._paused.wait(60)
        (records,) = json.loads(payload)["records"].values()
        self.offsets += [record["offset"] for record in records]
        self.records += len(records)
        return Invocation(200, None, b"null", "-")

    def close(self) -> None:
        """Nothing is open."""


def test_a_partition_that_is_paused_while_its_lane_has_enough_loses_nothing(
    apache_kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused = threading.Event()
    pause = KafkaSource.pause

    def noted(source: KafkaSource, partition: Partition) -> None:
        pause(source, partition)
        paused.set()

    monkeypatch.setattr(KafkaSource, "pause", noted)
    topic = Topic(apache_kafka, partitions=1).create()
    topic.produce(RECORDS)
    function = _SlowFunction(paused)
    drain(apache_kafka, topic.name, [function], RECORDS, batch_size=100)
    assert function.offsets == list(range(RECORDS))
    assert paused.is_set()
