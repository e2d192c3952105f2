"""What the poller does while a partition's lane holds enough: it waits a moment, and pauses only then."""

import json
import threading
import time

import pytest

from kafka_event_source import poller as polling
from kafka_event_source.backoff import Backoff
from kafka_event_source.board import MappingBoard
from kafka_event_source.client_settings import consumer_settings
from kafka_event_source.consumer import KafkaSource
from kafka_event_source.event import EventEnvelope
from kafka_event_source.lane_maker import PollerParts
from kafka_event_source.mapping import mapping_from
from kafka_event_source.poller import Poller
from kafka_event_source.ports import Invocation
from kafka_event_source.record import Partition
from tests.integration.kafka_event_source_rig import Topic

RECORDS = 6_000  # a lane with a batch size of 100 has enough at 1,000


class _SlowFunction:
    function_arn = "arn:aws:lambda:us-east-1:000000000000:function:slow"

    def __init__(self) -> None:
        self.offsets: list[int] = []

    def invoke(self, payload: bytes) -> Invocation:
        time.sleep(0.005)
        (records,) = json.loads(payload)["records"].values()
        self.offsets += [record["offset"] for record in records]
        return Invocation(200, None, b"null", "-")

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("pause_after_s", [0.0, 60.0])
def test_a_partition_is_paused_when_its_lane_has_had_enough_for_a_while_and_not_before(
    apache_kafka: str, monkeypatch: pytest.MonkeyPatch, pause_after_s: float
) -> None:
    pauses: list[Partition] = []
    pause = KafkaSource.pause

    def counted(source: KafkaSource, partition: Partition) -> None:
        pauses.append(partition)
        pause(source, partition)

    monkeypatch.setattr(KafkaSource, "pause", counted)
    monkeypatch.setattr(polling, "PAUSE_AFTER_S", pause_after_s)
    topic = Topic(apache_kafka, partitions=1).create()
    topic.produce(RECORDS)
    function = _SlowFunction()
    mapping = mapping_from(
        "Slow",
        {
            "FunctionName": "slow",
            "Topics": [topic.name],
            "BatchSize": 100,
            "StartingPosition": "TRIM_HORIZON",
            "SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": f"{topic.name}-{pause_after_s:.0f}"},
        },
    )
    parts = PollerParts(
        settings=consumer_settings(apache_kafka, {}, 6000),
        envelope=EventEnvelope(apache_kafka),
        make_invoker=lambda: function,  # type: ignore[arg-type,return-value]  # an Invoker that also closes
        destination=None,
        backoff=Backoff(),
    )
    poller = Poller(mapping, parts, MappingBoard(mapping.name, topic.name, mapping.function, mapping.group_id))
    thread = threading.Thread(target=poller.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while len(function.offsets) < RECORDS and time.monotonic() < until:
        time.sleep(0.05)
    poller.stop()
    thread.join(30)
    assert function.offsets == list(range(RECORDS))
    assert bool(pauses) is (pause_after_s == 0.0)
