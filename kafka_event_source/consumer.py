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

from kafka_event_source.mapping import Mapping as EventSourceMapping
from kafka_event_source.record import Partition
from kafka_event_source.starting import starting_offsets

BROKER_TIMEOUT_S = 10.0
LOOK_FOR_PARTITIONS_S = 5.0
# The embedded broker noida-db 0.2 never hands a dead member's partitions on; its cluster id is always this one.
CLUSTERS_WITHOUT_TAKEOVER = frozenset({"MkU3OEVBNTctOEUyRi00"})
REFUSED_CODES = frozenset(
    {
        KafkaError._AUTHENTICATION,
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }
)

Taken = Callable[[Mapping[Partition, int], bool], None]  # offsets to read first, whether they are committed
Released = Callable[[Sequence[Partition], bool], None]  # whether commits are still possible


class KafkaSource:
    """Used by one thread only: calls into one consumer from several threads can block each other for good."""

    def __init__(
        self,
        mapping: EventSourceMapping,
        settings: Mapping[str, object],
        taken: Taken,
        released: Released,
        committed: Callable[[Mapping[Partition, int], str], None],
        problem: Callable[[KafkaError], None],
    ) -> None:
        self._mapping = mapping
        self._taken = taken
        self._released = released
        self._committed = committed
        self._own: set[Partition] = set()
        self._next_look = 0.0
        self._by_group = True
        self._consumer = Consumer(
            {**settings, "group.id": mapping.group_id, "on_commit": self._on_commit, "error_cb": problem}
        )

    def join(self, by_group: bool) -> None:
        """Subscribe as a member of the group, or take every partition without one (a single poller only)."""
        self._by_group = by_group
        if by_group:
            self._consumer.subscribe(
                [self._mapping.topic],
                on_assign=self._on_assign,
                on_revoke=self._on_revoke,
                on_lost=self._on_lost,
            )

    def cluster_id(self) -> str | None:
        """Raises KafkaException while no broker answers."""
        return str(self._consumer.list_topics(timeout=BROKER_TIMEOUT_S).cluster_id or "") or None

    def messages(self, most: int, timeout_s: float) -> Iterable[Message]:
        """What has arrived, waiting for the first at most `timeout_s`. Errors are raised when they are fatal."""
        if not self._by_group and time.monotonic() >= self._next_look:
            self._look_for_partitions()
        first = self._consumer.poll(timeout_s)
        if first is None:
            return
        for message in (first, *self._consumer.consume(most, timeout=0)):
            error = message.error()
            if error is None:
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
        self._consumer.pause([TopicPartition(*partition)])

    def resume(self, partition: Partition) -> None:
        self._consumer.resume([TopicPartition(*partition)])

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
            self._released(sorted(self._own), True)
        self._own.clear()
        self._consumer.close()

    # TopicLog, for starting_offsets

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
        """The topic's partitions; none while it doesn't exist. Raises KafkaException when no broker answers."""
        topic = self._consumer.list_topics(self._mapping.topic, timeout=BROKER_TIMEOUT_S).topics.get(
            self._mapping.topic
        )
        return [Partition(self._mapping.topic, number) for number in sorted(topic.partitions)] if topic else []

    def _start(self, assigned: Sequence[Partition]) -> list[TopicPartition]:
        offsets = starting_offsets(self._mapping, assigned, self.partitions(), self)
        had = self.committed(assigned)
        for is_committed in (True, False):
            if some := {p: at for p, at in offsets.items() if (had[p] is not None) is is_committed}:
                self._taken(some, is_committed)
        self._own |= set(assigned)
        return _at(offsets)

    def _look_for_partitions(self) -> None:
        self._next_look = time.monotonic() + LOOK_FOR_PARTITIONS_S
        if new := [partition for partition in self.partitions() if partition not in self._own]:
            self._consumer.incremental_assign(self._start(new))
        elif not self._own:
            self._next_look = time.monotonic() + 0.5  # the topic doesn't exist yet

    def _on_assign(self, consumer: Consumer, assigned: list[TopicPartition]) -> None:
        consumer.assign(self._start([Partition(one.topic, one.partition) for one in assigned]))

    def _on_revoke(self, consumer: Consumer, revoked: list[TopicPartition]) -> None:
        self._release(revoked, can_commit=True)
        consumer.unassign()

    def _on_lost(self, consumer: Consumer, lost: list[TopicPartition]) -> None:
        self._release(lost, can_commit=False)
        consumer.unassign()

    def _release(self, gone: list[TopicPartition], can_commit: bool) -> None:
        partitions = [Partition(one.topic, one.partition) for one in gone]
        self._released(partitions, can_commit)
        self._own -= set(partitions)

    def _on_commit(self, error: KafkaError | None, offsets: list[TopicPartition]) -> None:
        good = {
            Partition(one.topic, one.partition): int(one.offset)
            for one in offsets
            if error is None and one.error is None and one.offset != OFFSET_INVALID
        }
        failed = error or next((one.error for one in offsets if one.error), None)
        self._committed(good, "" if failed is None else str(failed))


def consumer_settings(bootstrap: str, security: Mapping[str, str], session_timeout_ms: int) -> dict[str, object]:
    """librdkafka's settings: no automatic commits, quick recovery, short waits."""
    return {
        "bootstrap.servers": bootstrap,
        "client.id": "kafka-event-source",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",  # only when retention has overtaken a committed offset
        "partition.assignment.strategy": "range",
        "session.timeout.ms": session_timeout_ms,
        "heartbeat.interval.ms": max(200, session_timeout_ms // 5),
        "topic.metadata.refresh.interval.ms": int(LOOK_FOR_PARTITIONS_S * 1000),
        "allow.auto.create.topics": False,
        "fetch.wait.max.ms": 250,
        "fetch.queue.backoff.ms": 20,
        "fetch.error.backoff.ms": 100,
        "queued.min.messages": 20_000,
        "queued.max.messages.kbytes": 32_768,
        "reconnect.backoff.ms": 200,
        "reconnect.backoff.max.ms": 1000,
        "socket.connection.setup.timeout.ms": 3000,  # a broker that is starting takes connections and says nothing
        "log_level": 2,  # what matters comes through error_cb
        **security,
    }


def _at(offsets: Mapping[Partition, int]) -> list[TopicPartition]:
    return [TopicPartition(*partition, offset) for partition, offset in offsets.items()]
