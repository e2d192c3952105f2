"""Pausing at the log's end, for a broker that answers an empty fetch at once instead of waiting for records.

Against such a broker librdkafka fetches thousands of times a second while nothing arrives. At the end of all
partitions they are paused, and one small request in a while asks whether the end has moved.
"""

from collections.abc import Callable, Mapping, Sequence

from confluent_kafka import Consumer, KafkaException, TopicPartition

from kafka_event_source.record import Partition

PAUSED_WAIT_S = 0.05  # what a record that comes after a pause waits at most before it is fetched
READING_WAIT_S = 0.005  # how long a fetch may bring nothing before the end is asked for
LATEST = -1  # the timestamp that asks for the end
ANSWER_WITHIN_S = 1.0

Ends = Callable[[Sequence[Partition]], Mapping[Partition, int]]


class EndOfLogPause:
    """Pauses and resumes `consumer`'s partitions; used by the consumer's thread only."""

    def __init__(self, consumer: Consumer, ends: Ends | None = None) -> None:
        self._consumer = consumer
        self._ends = ends or self._ends_of
        self._positions: dict[Partition, int] = {}
        self._paused_by_caller: set[Partition] = set()  # paused by someone else, who will resume them
        self.paused = False

    def assigned(self, offsets: Mapping[Partition, int]) -> None:
        """Partitions that are read from now on, and where from."""
        self._read_on()
        self._positions.update(offsets)

    def revoked(self, partitions: Sequence[Partition]) -> None:
        """Partitions that are no longer read."""
        for partition in partitions:
            self._positions.pop(partition, None)
            self._paused_by_caller.discard(partition)

    def read(self, partition: Partition, offset: int) -> None:
        self._positions[partition] = offset + 1

    def wait_s(self, most: float) -> float:
        """How long to wait for a record at most, before `check_ends`."""
        return min(most, PAUSED_WAIT_S if self.paused else READING_WAIT_S)

    def pause(self, partition: Partition) -> None:
        self._paused_by_caller.add(partition)

    def resume(self, partition: Partition) -> bool:
        """True when the partition may be resumed now; while paused it waits for its next record."""
        self._paused_by_caller.discard(partition)
        return not self.paused

    def check_ends(self) -> None:
        """Nothing came: pause when all is read, read on when there is more or that isn't known.

        A position beyond the end (a topic made anew) is no reason to pause: only a fetch finds that out.
        """
        if self._paused_by_caller or not self._positions:
            return
        try:
            ends = self._ends(list(self._positions))
        except KafkaException:  # no answer
            self._read_on()
            return
        if any(ends.get(partition) != position for partition, position in self._positions.items()):
            self._read_on()
        elif not self.paused:
            self.paused = True
            self._consumer.pause([TopicPartition(*partition) for partition in self._positions])

    def _read_on(self) -> None:
        if self.paused:
            self.paused = False
            self._consumer.resume([TopicPartition(*p) for p in self._positions if p not in self._paused_by_caller])
            self._wake_librdkafka()

    def _wake_librdkafka(self) -> None:
        """librdkafka's thread for the broker sees a resumed partition when it has something to send."""
        try:
            self._ends(list(self._positions))
        except KafkaException:
            return

    def _ends_of(self, partitions: Sequence[Partition]) -> Mapping[Partition, int]:
        asked = [TopicPartition(*partition, LATEST) for partition in partitions]
        answer = self._consumer.offsets_for_times(asked, timeout=ANSWER_WITHIN_S)
        return {Partition(one.topic, one.partition): int(one.offset) for one in answer if one.error is None}
