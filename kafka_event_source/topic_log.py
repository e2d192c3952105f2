"""What the broker knows of the mapping's topic and the group's offsets in it."""

from collections.abc import Mapping, Sequence

from confluent_kafka import Consumer, KafkaException, TopicPartition

from kafka_event_source.record import Partition

BROKER_TIMEOUT_S = 10.0


class KafkaTopicLog:
    """`starting.TopicLog` on a consumer, for that consumer's thread only; all raise KafkaException."""

    def __init__(self, consumer: Consumer, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic

    def committed(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        asked = [TopicPartition(*partition) for partition in partitions]
        answer = self._consumer.committed(asked, timeout=BROKER_TIMEOUT_S)
        for one in answer:
            if one.error:
                raise KafkaException(one.error)
        return {Partition(one.topic, one.partition): one.offset if one.offset >= 0 else None for one in answer}

    def ends(self, partition: Partition) -> tuple[int, int]:
        low, high = self._consumer.get_watermark_offsets(TopicPartition(*partition), timeout=BROKER_TIMEOUT_S)
        return low, high

    def offset_at(self, partition: Partition, timestamp_ms: int) -> int:
        (found,) = self._consumer.offsets_for_times(
            [TopicPartition(*partition, timestamp_ms)], timeout=BROKER_TIMEOUT_S
        )
        return int(found.offset) if found.offset >= 0 else self.ends(partition)[1]

    def partitions(self) -> list[Partition]:
        """The topic's partitions; none while it doesn't exist."""
        topic = self._consumer.list_topics(self._topic, timeout=BROKER_TIMEOUT_S).topics.get(self._topic)
        return [Partition(self._topic, number) for number in sorted(topic.partitions)] if topic else []
