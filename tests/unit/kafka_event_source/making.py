"""Records, mappings and stand-ins for the ports that the unit tests share."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kafka_event_source.attempt import Attempt
from kafka_event_source.backoff import Backoff
from kafka_event_source.delivery import Delivery
from kafka_event_source.event import EventEnvelope
from kafka_event_source.mapping import EventSourceMapping, mapping_from
from kafka_event_source.ports import Invocation
from kafka_event_source.record import Partition, Record, RecordEncoder

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:viewers"
CLUSTER_ARN = "arn:aws:kafka:us-east-1:123456789012:cluster/live/abc-1"
PROVISIONED = {"MinimumPollers": 1, "MaximumPollers": 1}


def record(
    offset: int,
    value: bytes | None = b"v",
    key: bytes | None = b"k",
    partition: int = 0,
    topic: str = "events",
    timestamp_ms: int = 1_545_084_650_987,
    headers: Sequence[tuple[str, bytes | None]] = (),
) -> Record:
    return RecordEncoder(Partition(topic, partition)).encode(offset, timestamp_ms, 1, key, value, headers)


def mapping(**properties: Any) -> EventSourceMapping:
    given = {"FunctionName": "viewers", "Topics": ["events"], **properties}
    return mapping_from("Mapping", given)


def offsets(event: bytes) -> list[tuple[int, int]]:
    """(partition, offset) of each record of an event."""
    return [(one["partition"], one["offset"]) for group in json.loads(event)["records"].values() for one in group]


FAILED = Invocation(200, "Unhandled", b'{"errorMessage":"no"}', "req-1")
WENT_WELL = Invocation(200, None, b"null", "req-2")


@dataclass
class ScriptedInvoker:
    """Answers with `behave(offsets of the event)`, which may raise; keeps every event's offsets."""

    behave: Callable[[list[tuple[int, int]]], Invocation] = lambda sent: WENT_WELL
    calls: list[list[tuple[int, int]]] = field(default_factory=list)
    function_arn: str = FUNCTION_ARN

    def invoke(self, payload: bytes) -> Invocation:
        sent = offsets(payload)
        self.calls.append(sent)
        return self.behave(sent)


@dataclass
class ManualClock:
    """Time that passes only by waiting; stops after `stop_after` waits."""

    now: int = 1_545_084_651_000
    waits: list[float] = field(default_factory=list)
    stop_after: int = 10_000

    def now_ms(self) -> int:
        return self.now

    def wait(self, seconds: float) -> bool:
        if seconds > 0:
            self.waits.append(seconds)
            self.now += int(seconds * 1000)
        return len(self.waits) >= self.stop_after


@dataclass
class KeptFailures:
    """An OnFailure destination that keeps what it gets, after refusing `refuse` times."""

    refuse: int = 0
    sent: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)

    def send(self, failure: dict[str, object], payload: bytes) -> None:
        if self.refuse:
            self.refuse -= 1
            raise OSError("the queue is away")
        self.sent.append((failure, payload))


@dataclass
class Bench:
    """A delivery with all its ports replaced; `settled` is what may be committed, in order."""

    mapping: EventSourceMapping
    invoker: ScriptedInvoker
    destination: KeptFailures | None = None
    clock: ManualClock = field(default_factory=ManualClock)
    settled: list[int] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    def deliver(self, records: Sequence[Record]) -> bool:
        return Delivery(
            mapping=self.mapping,
            envelope=EventEnvelope("broker:9092", CLUSTER_ARN),
            invoker=self.invoker,
            destination=self.destination,
            clock=self.clock,
            backoff=Backoff(first_s=1, longest_s=8, jitter=lambda: 0.0),
            done=lambda done: self.settled.extend(one.offset for one in done),
            watch=self.attempts.append,
        ).deliver(records)
