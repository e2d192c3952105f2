"""Makes a partition's worker: its own invoker and delivery, which report to committer, status and log."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kafka_event_source.attempt import Attempt
from kafka_event_source.backoff import Backoff
from kafka_event_source.delivery import Delivery
from kafka_event_source.event import EventEnvelope
from kafka_event_source.lambda_invoker import LambdaInvoker
from kafka_event_source.mapping import EventSourceMapping
from kafka_event_source.mapping_status import MappingStatus
from kafka_event_source.partition_worker import PartitionWorker, SystemClock
from kafka_event_source.ports import Destination
from kafka_event_source.record import Partition, Record

log = logging.getLogger("kafka_event_source")

Settled = Callable[[Partition, int], None]  # all before the offset is done


@dataclass(frozen=True)
class PollerParts:
    """What a poller is made of besides its mapping; `by_group` None means: choose by the cluster."""

    settings: Mapping[str, object]
    envelope: EventEnvelope
    make_invoker: Callable[[], LambdaInvoker]
    destination: Destination | None
    backoff: Backoff
    by_group: bool | None = None


class WorkerFactory:
    def __init__(self, mapping: EventSourceMapping, parts: PollerParts, status: MappingStatus) -> None:
        self._mapping = mapping
        self._parts = parts
        self._status = status

    def worker(self, partition: Partition, settled: Settled) -> PartitionWorker:
        """A worker that is not started yet; `settled` is called from its thread."""
        invoker = self._parts.make_invoker()

        def done(records: Sequence[Record]) -> None:
            settled(partition, max(record.offset for record in records) + 1)

        def deliverer(clock: SystemClock) -> Delivery:
            return Delivery(
                mapping=self._mapping,
                envelope=self._parts.envelope,
                invoker=invoker,
                destination=self._parts.destination,
                clock=clock,
                backoff=self._parts.backoff,
                done=done,
                watch=self._watch,
            )

        around = self._parts.envelope.size_around(partition)
        return PartitionWorker(self._mapping, partition, around, deliverer, settled, invoker.close)

    def _watch(self, attempt: Attempt) -> None:
        self._status.record_attempt(attempt)
        if attempt.detail:
            first, last = attempt.records[0], attempt.records[-1]
            log.warning(
                attempt.outcome.value,
                extra={
                    "mapping": self._mapping.name,
                    "partition": first.partition.name,
                    "offsets": [first.offset, last.offset],
                    "detail": attempt.detail,
                },
            )
