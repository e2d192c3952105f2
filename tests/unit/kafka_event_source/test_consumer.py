"""The Kafka side of a mapping, by the calls that it makes on its consumer."""

from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from kafka_event_source import consumer as kafka_side
from kafka_event_source.consumer import KafkaSource
from kafka_event_source.mapping import mapping_from
from kafka_event_source.record import Partition


class _Consumer:
    def __init__(self, _settings: dict[str, Any]) -> None:
        self.calls: list[tuple[str, object]] = []

    def pause(self, partitions: list[Any]) -> None:
        self.calls.append(("pause", [(one.topic, one.partition) for one in partitions]))

    def resume(self, partitions: list[Any]) -> None:
        self.calls.append(("resume", [(one.topic, one.partition) for one in partitions]))

    def get_watermark_offsets(self, partition: Any, timeout: float, cached: bool) -> tuple[int, int]:
        self.calls.append(
            ("ask the cache" if cached else "ask the broker", (partition.topic, partition.partition))
        )
        return (0, 7)


def test_after_a_partition_is_resumed_the_broker_is_sent_something(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[_Consumer] = []
    monkeypatch.setattr(kafka_side, "Consumer", lambda settings: made.append(_Consumer(settings)) or made[-1])
    mapping = mapping_from("M", {"FunctionName": "f", "Topics": ["events"]})
    source = KafkaSource(mapping, {}, *[lambda *_: None] * 4)
    source.pause(Partition("events", 3))
    source.resume(Partition("events", 3))
    assert made[0].calls == [
        ("pause", [("events", 3)]),
        ("resume", [("events", 3)]),
        ("ask the broker", ("events", 3)),
    ]


def test_a_partition_without_a_leader_is_a_problem_with_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a topic that was just made. What a callback raises, the client hands on as something else."""

    class Joins(_Consumer):
        def list_topics(self, *_: object, **__: object) -> Any:
            partitions = {"events": SimpleNamespace(partitions={0: None})}
            return SimpleNamespace(cluster_id="a cluster", topics=partitions)

        def subscribe(self, _topics: list[str], on_assign: Any, **_: object) -> None:
            self.on_assign = on_assign

        def assign(self, _partitions: list[TopicPartition]) -> None:
            self.calls.append(("assign", None))

        def poll(self, _timeout_s: float) -> None:
            try:
                self.on_assign(self, [TopicPartition("events", 0)])
            except KafkaException:
                raise SystemError from None

        def committed(self, asked: list[TopicPartition], **_: object) -> list[TopicPartition]:
            return asked

        def get_watermark_offsets(self, *_: object, **__: object) -> tuple[int, int]:
            raise KafkaException(KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION))

    monkeypatch.setattr(kafka_side, "Consumer", Joins)
    mapping = mapping_from("M", {"FunctionName": "f", "Topics": ["events"], "StartingPosition": "TRIM_HORIZON"})
    source = KafkaSource(mapping, {}, *[lambda *_: None] * 4)
    assert source.join(by_group=True)
    with pytest.raises(KafkaException, match="NOT_LEADER_FOR_PARTITION"):
        list(source.messages(10, 0.1))
