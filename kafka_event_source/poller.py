"""Polls one mapping: takes records from Kafka, feeds the partitions' lanes, commits what they delivered."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence

from confluent_kafka import KafkaError, KafkaException, Message

from kafka_event_source.board import MappingBoard, PartitionState
from kafka_event_source.consumer import REFUSED_CODES, KafkaSource
from kafka_event_source.lane import Lane, SystemClock
from kafka_event_source.lane_maker import LaneMaker, PollerParts
from kafka_event_source.mapping import Mapping as EventSourceMapping
from kafka_event_source.offsets import OffsetCommitter
from kafka_event_source.record import Partition, RecordEncoder

log = logging.getLogger("kafka_event_source")

READ_AT_ONCE = 2000
WAIT_S = 0.05  # also the longest time from a finished batch to its commit
LOOK_AT_ENDS_S = 1.0
SAY_AGAIN_S = 10.0
HAND_OVER_S = 20.0  # how long a rebalance waits for invocations under way


class KafkaRefusedAccess(Exception):
    """The brokers refused the credentials, or access to topic or group, before anything was read."""


class LaneFailed(Exception):
    """A partition's lane met an error that nothing waits out. Its records stay uncommitted."""


class Poller:
    def __init__(self, mapping: EventSourceMapping, parts: PollerParts, board: MappingBoard) -> None:
        self._mapping = mapping
        self._parts = parts
        self._board = board
        self._stopping = threading.Event()
        self._lanes: dict[Partition, Lane] = {}
        self._encoders: dict[Partition, RecordEncoder] = {}
        self._refused: KafkaError | None = None
        self._has_read = False
        self._ends: dict[Partition, int | None] = {}
        self._next_look = 0.0
        self._said_at: dict[int, float] = {}
        self._maker = LaneMaker(mapping, parts, board)
        self._new_source()
        board.states = self._states

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
            self._mapping, self._parts.settings, self._taken, self._released, self._committed, self._on_problem
        )

    def _join(self) -> None:
        by_group = self._source.join(self._parts.by_group)
        self._board.membership = "member of the group" if by_group else "all partitions, without a group"
        log.info("polling", extra={"mapping": self._mapping.name, "membership": self._board.membership})

    def _once(self) -> None:
        self._raise_if_a_lane_failed()
        any_paused = any(lane.paused for lane in self._lanes.values())
        for message in self._source.messages(READ_AT_ONCE, 0.01 if any_paused else WAIT_S):
            self._feed(message)
        for lane in list(self._lanes.values()):
            if lane.paused and lane.roomy:
                self._source.resume(lane.partition)
                lane.paused = False
            elif not lane.paused and lane.crowded:
                self._source.pause(lane.partition)
                lane.paused = True
        self._committer.flush()
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_AT_ENDS_S
            for lane in self._lanes.values():
                self._ends[lane.partition] = self._source.high_watermark(lane.partition, ask_broker=lane.paused)
        self._raise_if_refused()

    def _feed(self, message: Message) -> None:
        partition = Partition(str(message.topic()), int(message.partition() or 0))
        lane = self._lanes.get(partition)
        if lane is None:
            return  # fetched before the partition was taken away
        self._has_read = True
        kind, timestamp_ms = message.timestamp()
        lane.put(
            self._encoders[partition].encode(
                int(message.offset() or 0),
                timestamp_ms,
                kind,
                message.key(),
                message.value(),
                message.headers(),  # type: ignore[arg-type]  # a list of pairs when it comes from a broker
            )
        )

    def _taken(self, offsets: Mapping[Partition, int], committed: bool) -> None:
        for partition, offset in offsets.items():
            self._committer.begin(partition, offset, committed)
            self._encoders[partition] = RecordEncoder(partition)
            lane = self._lanes[partition] = self._maker.lane(partition, self._committer.mark)
            lane.start()
            log.info("partition taken", extra={"partition": partition.name, "offset": offset})

    def _released(self, partitions: Sequence[Partition], can_commit: bool) -> None:
        """Stop the lanes, wait for what they are doing, commit it."""
        lanes = [self._lanes.pop(partition) for partition in partitions if partition in self._lanes]
        for lane in lanes:
            lane.stop()
        for lane in lanes:
            if not lane.join(HAND_OVER_S):
                log.warning("an invocation outlives the hand-over", extra={"partition": lane.partition.name})
        waiting = self._committer.release(list(partitions))
        if can_commit:
            self._source.commit_now(waiting)
        log.info("partitions released", extra={"partitions": [partition.name for partition in partitions]})

    def _commit(self, offsets: Mapping[Partition, int]) -> None:
        try:
            self._source.commit(offsets)
        except (KafkaException, RuntimeError) as problem:  # no group yet, or closed: the next flush tries again
            self._committer.finished({}, failed=True)
            self._board.last_problem = f"commit: {problem}"

    def _committed(self, offsets: Mapping[Partition, int], problem: str) -> None:
        self._committer.finished(offsets, failed=bool(problem))
        if problem:
            log.warning("commit failed", extra={"mapping": self._mapping.name, "detail": problem})

    def _on_problem(self, error: KafkaError) -> None:
        self._board.last_problem = str(error)
        now = time.monotonic()
        if now - self._said_at.get(error.code(), -SAY_AGAIN_S) >= SAY_AGAIN_S:  # librdkafka repeats itself
            self._said_at[error.code()] = now
            log.warning("kafka", extra={"mapping": self._mapping.name, "detail": str(error)})
        if error.code() in REFUSED_CODES and not self._has_read:
            self._refused = error

    def _raise_if_refused(self) -> None:
        if self._refused is not None:
            raise KafkaRefusedAccess(str(self._refused))

    def _raise_if_a_lane_failed(self) -> None:
        for lane in self._lanes.values():
            if lane.failure is not None:
                raise LaneFailed(f"{lane.partition.name} can't go on: {lane.failure!r}") from lane.failure

    def _states(self) -> dict[Partition, PartitionState]:
        return {
            partition: PartitionState(
                position=self._committer.position(partition),
                committed=self._committer.committed(partition),
                end=self._ends.get(partition),
                paused=lane.paused,
            )
            for partition, lane in list(self._lanes.items())
        }
