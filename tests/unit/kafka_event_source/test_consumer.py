"""The Kafka side of a mapping, by the calls that it makes on its consumer."""

from typing import Any

import pytest

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
