"""Making a partition's lane: its own invoker and delivery, which tell the committer, the board and the log."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kafka_event_source.attempt import Attempt
from kafka_event_source.backoff import Backoff
from kafka_event_source.board import MappingBoard
from kafka_event_source.delivery import Delivery
from kafka_event_source.event import EventEnvelope
from kafka_event_source.lambda_invoker import LambdaInvoker
from kafka_event_source.lane import Lane, SystemClock
from kafka_event_source.mapping import Mapping as EventSourceMapping
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


class LaneMaker:
    def __init__(self, mapping: EventSourceMapping, parts: PollerParts, board: MappingBoard) -> None:
        self._mapping = mapping
        self._parts = parts
        self._board = board

    def lane(self, partition: Partition, settled: Settled) -> Lane:
        """A lane that is not started yet; `settled` is called from its thread."""
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
        return Lane(self._mapping, partition, around, deliverer, settled, invoker.close)

    def _watch(self, attempt: Attempt) -> None:
        self._board.attempt(attempt)
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
