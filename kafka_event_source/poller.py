"""Polls one mapping: takes records from Kafka, feeds the partitions' workers, commits what they delivered."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence

from confluent_kafka import KafkaError, KafkaException, Message

from kafka_event_source.consumer import REFUSED_CODES, KafkaSource
from kafka_event_source.mapping import EventSourceMapping
from kafka_event_source.mapping_status import MappingStatus, PartitionState
from kafka_event_source.offsets import OffsetCommitter
from kafka_event_source.partition_worker import PartitionWorker, SystemClock
from kafka_event_source.record import Partition, RecordEncoder
from kafka_event_source.worker_factory import PollerParts, WorkerFactory

log = logging.getLogger("kafka_event_source")

READ_AT_ONCE = 2000
WAIT_S = 0.05  # also the longest time from a finished batch to its commit
LOOK_AT_ENDS_S = 1.0
LOOK_FOR_TOPIC_S = 5.0
LOG_AGAIN_S = 10.0
HAND_OVER_S = 20.0  # how long a rebalance waits for invocations under way


class KafkaRefusedAccess(Exception):
    """The brokers refused the credentials, or access to topic or group, before anything was read."""


class WorkerFailed(Exception):
    """A partition's worker met an error that nothing waits out. Its records stay uncommitted."""


class Poller:
    def __init__(self, mapping: EventSourceMapping, parts: PollerParts, status: MappingStatus) -> None:
        self._mapping = mapping
        self._parts = parts
        self._status = status
        self._stopping = threading.Event()
        self._workers: dict[Partition, PartitionWorker] = {}
        self._encoders: dict[Partition, RecordEncoder] = {}
        self._refused: KafkaError | None = None
        self._has_read = False
        self._ends: dict[Partition, int | None] = {}
        self._next_look = 0.0
        self._next_look_for_topic = 0.0
        self._missing_topic = ""
        self._logged_at: dict[int, float] = {}
        self._factory = WorkerFactory(mapping, parts, status)
        self._new_source()
        status.states = self._states

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Until stopped. A lost broker is waited for; raises KafkaRefusedAccess when refused from the start."""
        clock = SystemClock(self._stopping)
        failures = 0
        while not self._stopping.is_set():
            try:
                self._join()
                while not self._stopping.is_set():
                    self._once()
                    failures = 0
            except KafkaException as problem:
                self._on_problem(problem.args[0])
                failures += 1
            finally:
                self._source.close()
            self._raise_if_refused()
            if not self._stopping.is_set():
                clock.wait(self._parts.backoff.wait_s(failures))
                self._new_source()

    def _new_source(self) -> None:
        self._committer = OffsetCommitter(self._commit)
        self._source = KafkaSource(
            self._mapping, self._parts.settings, self._assigned, self._revoked, self._committed, self._on_problem
        )

    def _join(self) -> None:
        by_group = self._source.join(self._parts.by_group)
        self._status.membership = "member of the group" if by_group else "all partitions, without a group"
        log.info("polling", extra={"mapping": self._mapping.name, "membership": self._status.membership})

    def _once(self) -> None:
        self._raise_if_a_worker_failed()
        any_paused = any(worker.paused for worker in self._workers.values())
        for message in self._source.messages(READ_AT_ONCE, 0.01 if any_paused else WAIT_S):
            self._feed(message)
        for worker in list(self._workers.values()):
            if worker.paused and worker.has_room:
                self._source.resume(worker.partition)
                worker.paused = False
            elif not worker.paused and worker.holds_enough:
                self._source.pause(worker.partition)
                worker.paused = True
        self._committer.flush()
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_AT_ENDS_S
            for worker in self._workers.values():
                self._ends[worker.partition] = self._source.high_watermark(
                    worker.partition, ask_broker=worker.paused
                )
        if not self._workers and time.monotonic() >= self._next_look_for_topic:
            self._look_for_topic()
        self._raise_if_refused()

    def _look_for_topic(self) -> None:
        """A topic that isn't there is waited for, yet named: nothing else would say why nothing arrives."""
        self._next_look_for_topic = time.monotonic() + LOOK_FOR_TOPIC_S
        there = self._source.topic_exists()
        if there is False and not self._missing_topic:
            servers = self._parts.settings.get("bootstrap.servers")
            self._missing_topic = f"topic {self._mapping.topic!r} does not exist at {servers}: waiting for it"
            log.warning(self._missing_topic, extra={"mapping": self._mapping.name})
        elif there and self._missing_topic:
            self._topic_is_there()
        if self._missing_topic:
            self._status.last_problem = self._missing_topic

    def _topic_is_there(self) -> None:
        if self._status.last_problem == self._missing_topic:
            self._status.last_problem = ""
        self._missing_topic = ""
        log.info("the topic is there", extra={"mapping": self._mapping.name, "topic": self._mapping.topic})

    def _feed(self, message: Message) -> None:
        partition = Partition(str(message.topic()), int(message.partition() or 0))
        worker = self._workers.get(partition)
        if worker is None:
            return  # fetched before the partition was taken away
        self._has_read = True
        kind, timestamp_ms = message.timestamp()
        worker.put(
            self._encoders[partition].encode(
                int(message.offset() or 0),
                timestamp_ms,
                kind,
                message.key(),
                message.value(),
                message.headers(),  # type: ignore[arg-type]  # a list of pairs when it comes from a broker
            )
        )

    def _assigned(self, offsets: Mapping[Partition, int], committed: bool) -> None:
        if self._missing_topic:
            self._topic_is_there()
        for partition, offset in offsets.items():
            self._committer.begin(partition, offset, committed)
            self._encoders[partition] = RecordEncoder(partition)
            worker = self._workers[partition] = self._factory.worker(partition, self._committer.mark)
            worker.start()
            log.info("partition assigned", extra={"partition": partition.name, "offset": offset})

    def _revoked(self, partitions: Sequence[Partition], can_commit: bool) -> None:
        """Stop the workers, wait for what they are doing, commit it."""
        workers = [self._workers.pop(partition) for partition in partitions if partition in self._workers]
        for worker in workers:
            worker.stop()
        for worker in workers:
            if not worker.join(HAND_OVER_S):
                log.warning("an invocation outlives the hand-over", extra={"partition": worker.partition.name})
        waiting = self._committer.release(list(partitions))
        if can_commit:
            self._source.commit_now(waiting)
        log.info("partitions revoked", extra={"partitions": [partition.name for partition in partitions]})

    def _commit(self, offsets: Mapping[Partition, int]) -> None:
        try:
            self._source.commit(offsets)
        except (KafkaException, RuntimeError) as problem:  # no group yet, or closed: the next flush tries again
            self._committer.finished({}, failed=True)
            self._status.last_problem = f"commit: {problem}"

    def _committed(self, offsets: Mapping[Partition, int], problem: str) -> None:
        self._committer.finished(offsets, failed=bool(problem))
        if problem:
            log.warning("commit failed", extra={"mapping": self._mapping.name, "detail": problem})

    def _on_problem(self, error: KafkaError) -> None:
        self._status.last_problem = str(error)
        now = time.monotonic()
        if now - self._logged_at.get(error.code(), -LOG_AGAIN_S) >= LOG_AGAIN_S:  # librdkafka repeats itself
            self._logged_at[error.code()] = now
            log.warning("kafka", extra={"mapping": self._mapping.name, "detail": str(error)})
        if error.code() in REFUSED_CODES and not self._has_read:
            self._refused = error

    def _raise_if_refused(self) -> None:
        if self._refused is not None:
            raise KafkaRefusedAccess(str(self._refused))

    def _raise_if_a_worker_failed(self) -> None:
        for worker in self._workers.values():
            if worker.failure is not None:
                raise WorkerFailed(f"{worker.partition.name} can't go on: {worker.failure!r}") from worker.failure

    def _states(self) -> dict[Partition, PartitionState]:
        return {
            partition: PartitionState(
                position=self._committer.position(partition),
                committed=self._committer.committed(partition),
                end=self._ends.get(partition),
                paused=worker.paused,
            )
            for partition, worker in list(self._workers.items())
        }
