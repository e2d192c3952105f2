"""A batch's way to its function: invoking, retrying, splitting, discarding, in order and without losing a record.

Pure but for its ports. What counts as an error of the function follows AWS: an unhandled error, a timeout, and
with ReportBatchItemFailures an answer that reports failures or is malformed. Throttling and an unreachable
function don't count: they are waited out for ever, or until the records are too old.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kafka_event_source.attempt import Attempt, Outcome
from kafka_event_source.backoff import Backoff
from kafka_event_source.batch_response import Malformed, records_left
from kafka_event_source.event import MAX_PAYLOAD_BYTES, EventEnvelope
from kafka_event_source.failure_record import Condition, failure_record
from kafka_event_source.mapping import EventSourceMapping
from kafka_event_source.ports import Clock, Destination, Invocation, Invoker, Throttled, Unavailable
from kafka_event_source.record import Partition, Record


@dataclass(slots=True)
class _Part:
    """Records that travel together; `errors` counts the function's errors since its first record came first."""

    records: list[Record]
    errors: int = 0
    calls: int = 0
    last: Invocation | None = None

    def halves(self) -> list["_Part"]:
        middle = len(self.records) // 2
        return [
            _Part(half, self.errors, self.calls, self.last)
            for half in (self.records[:middle], self.records[middle:])
        ]


@dataclass
class Delivery:
    """Delivers the batches of one partition after another; not to be shared between threads.

    `done` is called with every record that is settled (delivered or discarded), in order within its partition and
    as soon as it is, so that a partial success is kept. `watch` sees each attempt.
    """

    mapping: EventSourceMapping
    envelope: EventEnvelope
    invoker: Invoker
    destination: Destination | None
    clock: Clock
    backoff: Backoff = field(default_factory=Backoff)
    done: Callable[[Sequence[Record]], None] = lambda records: None
    watch: Callable[[Attempt], None] = lambda attempt: None

    def deliver(self, records: Sequence[Record]) -> bool:
        """True when every record is settled; False when the clock is stopping before that."""
        parts = deque([_Part(list(records))])
        failures = 0  # in a row, for the backoff
        while parts:
            part = parts[0]
            if self.clock.wait(0) or not self._drop_expired(part):
                return False
            if not part.records:
                parts.popleft()
                continue
            payload = self.envelope.payload(part.records)
            if len(payload) > MAX_PAYLOAD_BYTES:
                parts.popleft()
                if len(part.records) > 1:
                    parts.extendleft(reversed(part.halves()))
                elif not self._discard(Condition.SIZE, part, part.records):
                    return False
                continue
            before = len(part.records)
            outcome = self._invoke(part, payload)
            progress = len(part.records) < before
            if outcome is Outcome.SUCCEEDED:
                parts.popleft()
                failures = 0
                continue
            if outcome is Outcome.FUNCTION_ERROR and self.mapping.bisect and before > 1:
                # As for AWS's streams, splitting doesn't use up a retry: a single record gets them all.
                parts.popleft()
                parts.extendleft(reversed(part.halves()))
                failures = 0
                continue
            if outcome in (Outcome.FUNCTION_ERROR, Outcome.PARTLY):
                part.errors = 1 if progress else part.errors + 1
            if self.mapping.retries is not None and part.errors > self.mapping.retries:
                if not self._discard(Condition.RETRIES, part, part.records):
                    return False
                parts.popleft()
                failures = 0
                continue
            failures = 1 if progress else failures + 1
            if self.clock.wait(self.backoff.wait_s(failures)):
                return False
        return True

    def _invoke(self, part: _Part, payload: bytes) -> Outcome:
        """Call the function once, settle what succeeded, leave the rest in `part`."""
        started = self.clock.now_ms()
        sent = part.records
        detail = ""
        try:
            part.calls += 1
            part.last = answer = self.invoker.invoke(payload)
        except (Throttled, Unavailable) as problem:
            part.calls -= 1
            outcome = Outcome.THROTTLED if isinstance(problem, Throttled) else Outcome.UNAVAILABLE
            detail = str(problem)
        else:
            outcome, detail, left = self._judge(answer, sent)
            if outcome is Outcome.PARTLY:
                remaining = set(map(id, left))
                settled = [record for record in sent if id(record) not in remaining]
                part.records = left
                if settled:
                    self.done(settled)
            elif outcome is Outcome.SUCCEEDED:
                self.done(sent)
        self.watch(Attempt(outcome, sent, detail, self.clock.now_ms() - started, len(payload)))
        return outcome

    def _judge(self, answer: Invocation, sent: list[Record]) -> tuple[Outcome, str, list[Record]]:
        if answer.function_error:
            return Outcome.FUNCTION_ERROR, _short(answer.payload), sent
        if self.mapping.report_item_failures:
            try:
                left = records_left(answer.payload, sent)
            except Malformed as problem:
                return Outcome.FUNCTION_ERROR, f"malformed batch item failures: {problem}", sent
            if left:
                return Outcome.PARTLY, f"{len(left)} of {len(sent)} records to send again", left
        return Outcome.SUCCEEDED, "", []

    def _drop_expired(self, part: _Part) -> bool:
        """Discard the oldest records of each partition that exceed MaximumRecordAgeInSeconds; False when stopped.

        Only those before the first young one: an offset is committed only when all before it are settled.
        """
        if self.mapping.record_age_ms is None:
            return True
        oldest = self.clock.now_ms() - self.mapping.record_age_ms
        young: set[Partition] = set()
        expired: list[Record] = []
        kept: list[Record] = []
        for record in part.records:
            if record.partition in young or record.timestamp_ms < 0 or record.timestamp_ms >= oldest:
                young.add(record.partition)
                kept.append(record)
            else:
                expired.append(record)
        if expired and not self._discard(Condition.AGE, part, expired):
            return False
        part.records = kept
        return True

    def _discard(self, condition: Condition, part: _Part, records: list[Record]) -> bool:
        """Hand `records` to the destination, trying until it takes them; False when stopped before that."""
        payload = self.envelope.payload(records)
        failures = 0
        while self.destination is not None:
            failure = failure_record(
                condition,
                records,
                len(payload),
                self.envelope,
                self.invoker.function_arn,
                part.calls,
                part.last,
                self.clock.now_ms(),
            )
            try:
                self.destination.send(failure, payload)
                break
            except (
                Exception
            ) as problem:  # any failure of the destination is waited out: the records must not be lost
                failures += 1
                detail = f"OnFailure destination: {problem}"
                self.watch(Attempt(Outcome.UNAVAILABLE, records, detail, 0, len(payload)))
                if self.clock.wait(self.backoff.wait_s(failures)):
                    return False
        self.done(records)
        self.watch(Attempt(Outcome.DISCARDED, records, condition.value, 0, len(payload)))
        return True


def _short(payload: bytes, most: int = 300) -> str:
    return payload[:most].decode("utf-8", "replace")
