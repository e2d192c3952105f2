"""The Kafka side of one mapping: membership in the consumer group or all partitions at once, records, commits."""

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from confluent_kafka import (
    OFFSET_INVALID,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from kafka_event_source.client_settings import LOOK_FOR_PARTITIONS_S
from kafka_event_source.end_of_log import EndOfLogPause
from kafka_event_source.mapping import EventSourceMapping
from kafka_event_source.record import Partition
from kafka_event_source.starting import starting_offsets
from kafka_event_source.topic_log import BROKER_TIMEOUT_S, KafkaTopicLog

# The embedded broker noida-db 0.2 never hands a dead member's partitions on, and answers an empty fetch at once,
# whatever fetch.wait.max.ms and fetch.min.bytes say; its cluster id is always this one.
EMBEDDED_CLUSTERS = frozenset({"MkU3OEVBNTctOEUyRi00"})
REFUSED_CODES = frozenset(
    {
        KafkaError._AUTHENTICATION,
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }
)

Assigned = Callable[[Mapping[Partition, int], bool], None]  # offsets to read first, whether they are committed
Revoked = Callable[[Sequence[Partition], bool], None]  # whether commits are still possible


class KafkaSource:
    """Used by one thread only: calls into one consumer from several threads can block each other for good."""

    def __init__(
        self,
        mapping: EventSourceMapping,
        settings: Mapping[str, object],
        taken: Assigned,
        released: Revoked,
        committed: Callable[[Mapping[Partition, int], str], None],
        problem: Callable[[KafkaError], None],
    ) -> None:
        self._mapping = mapping
        self._assigned = taken
        self._revoked = released
        self._committed = committed
        self._own: set[Partition] = set()
        self._next_look = 0.0
        self._by_group = True
        self._not_started: KafkaException | None = None
        self._consumer = Consumer(
            {**settings, "group.id": mapping.group_id, "on_commit": self._on_commit, "error_cb": problem}
        )
        self._log = KafkaTopicLog(self._consumer, mapping.topic)
        self._end_of_log: EndOfLogPause | None = None

    def join(self, by_group: bool | None) -> bool:
        """Subscribe as a member of the group, or take every partition without one (a single poller only).

        None chooses by the broker; returns the choice. Raises KafkaException while no broker answers.
        """
        embedded = self._cluster_id() in EMBEDDED_CLUSTERS
        self._by_group = by_group = not embedded if by_group is None else by_group
        if embedded:
            self._end_of_log = EndOfLogPause(self._consumer)
        if by_group:
            self._consumer.subscribe(
                [self._mapping.topic],
                on_assign=self._on_assign,
                on_revoke=self._on_revoke,
                on_lost=self._on_lost,
            )
        return by_group

    def _cluster_id(self) -> str | None:
        return str(self._consumer.list_topics(timeout=BROKER_TIMEOUT_S).cluster_id or "") or None

    def topic_exists(self) -> bool | None:
        """Whether the broker has the topic; None while it gives no answer."""
        try:
            return bool(self._log.partitions())
        except KafkaException:
            return None

    def messages(self, most: int, timeout_s: float) -> Iterable[Message]:
        """What has arrived, waiting for the first at most `timeout_s`. Errors are raised when they are fatal.

        Raises KafkaException too when the broker doesn't tell where partitions that were assigned begin.
        """
        if not self._by_group and time.monotonic() >= self._next_look:
            self._look_for_partitions()
        first = self._consumer.poll(self._end_of_log.wait_s(timeout_s) if self._end_of_log else timeout_s)
        if self._not_started is not None:
            raise self._not_started
        if first is None:
            if self._end_of_log:
                self._end_of_log.check_ends()
            return
        for message in (first, *self._consumer.consume(most, timeout=0)):
            error = message.error()
            if error is None:
                if self._end_of_log:
                    partition = Partition(str(message.topic()), int(message.partition() or 0))
                    self._end_of_log.read(partition, int(message.offset() or 0))
                yield message
            elif error.fatal() or error.code() in REFUSED_CODES:
                raise KafkaException(error)

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        self._consumer.commit(offsets=_at(offsets), asynchronous=True)

    def commit_now(self, offsets: Mapping[Partition, int]) -> None:
        """Commit and wait for the broker's answer; what fails is delivered again."""
        if offsets:
            with contextlib.suppress(KafkaException):
                self._consumer.commit(offsets=_at(offsets), asynchronous=False)

    def pause(self, partition: Partition) -> None:
        if self._end_of_log:
            self._end_of_log.pause(partition)
        self._consumer.pause([TopicPartition(*partition)])

    def resume(self, partition: Partition) -> None:
        """Read the partition again, and now: librdkafka's thread for the broker notices only when it has something
        to send, which was seen to be 0.4 s later.
        """
        if self._end_of_log is None or self._end_of_log.resume(partition):
            self._consumer.resume([TopicPartition(*partition)])
            self.high_watermark(partition, ask_broker=True)

    def high_watermark(self, partition: Partition, ask_broker: bool) -> int | None:
        """The offset the next record will get, as last seen when fetching, or as the broker says when asked."""
        try:
            ends = self._consumer.get_watermark_offsets(
                TopicPartition(*partition), timeout=1.0, cached=not ask_broker
            )
        except KafkaException:  # no answer
            return None
        return ends[1] if ends and ends[1] >= 0 else None

    def close(self) -> None:
        """Leave; `released` has been called for everything owned when this returns."""
        if not self._by_group and self._own:
            self._revoked(sorted(self._own), True)
        self._own.clear()
        self._consumer.close()

    def _start(self, assigned: Sequence[Partition]) -> list[TopicPartition]:
        offsets = starting_offsets(self._mapping, assigned, self._log.partitions(), self._log)
        had = self._log.committed(assigned)
        for is_committed in (True, False):
            if some := {p: at for p, at in offsets.items() if (had[p] is not None) is is_committed}:
                self._assigned(some, is_committed)
        self._own |= set(assigned)
        if self._end_of_log:
            self._end_of_log.assigned(offsets)
        return _at(offsets)

    def _look_for_partitions(self) -> None:
        self._next_look = time.monotonic() + LOOK_FOR_PARTITIONS_S
        if new := [partition for partition in self._log.partitions() if partition not in self._own]:
            self._consumer.incremental_assign(self._start(new))
        elif not self._own:
            self._next_look = time.monotonic() + 0.5  # the topic doesn't exist yet

    def _on_assign(self, consumer: Consumer, assigned: list[TopicPartition]) -> None:
        try:
            consumer.assign(self._start([Partition(one.topic, one.partition) for one in assigned]))
        except KafkaException as problem:
            # A new topic's partitions may have no leader yet. The client would raise it as no KafkaException.
            self._not_started = problem

    def _on_revoke(self, consumer: Consumer, revoked: list[TopicPartition]) -> None:
        self._release(revoked, can_commit=True)
        consumer.unassign()

    def _on_lost(self, consumer: Consumer, lost: list[TopicPartition]) -> None:
        self._release(lost, can_commit=False)
        consumer.unassign()

    def _release(self, gone: list[TopicPartition], can_commit: bool) -> None:
        partitions = [Partition(one.topic, one.partition) for one in gone]
        self._revoked(partitions, can_commit)
        self._own -= set(partitions)
        if self._end_of_log:
            self._end_of_log.revoked(partitions)

    def _on_commit(self, error: KafkaError | None, offsets: list[TopicPartition]) -> None:
        good = {
            Partition(one.topic, one.partition): int(one.offset)
            for one in offsets
            if error is None and one.error is None and one.offset != OFFSET_INVALID
        }
        failed = error or next((one.error for one in offsets if one.error), None)
        self._committed(good, "" if failed is None else str(failed))


def _at(offsets: Mapping[Partition, int]) -> list[TopicPartition]:
    return [TopicPartition(*partition, offset) for partition, offset in offsets.items()]
