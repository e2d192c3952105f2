"""What has happened and where things stand, for the status line, the log and the status page."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kafka_event_source.attempt import Attempt, Outcome
from kafka_event_source.record import Partition, Record

KEPT = 20
RATE_OVER_S = 5.0
DELIVERED = (Outcome.SUCCEEDED, Outcome.PARTLY)
FAILED = (Outcome.PARTLY, Outcome.FUNCTION_ERROR, Outcome.THROTTLED, Outcome.UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class PartitionState:
    """`position`: first offset not delivered yet; `committed`: what the broker confirmed; `end`: the log's end as
    of the last look, up to a second ago or longer when the broker doesn't answer."""

    position: int | None
    committed: int | None
    end: int | None
    paused: bool

    @property
    def lag(self) -> int | None:
        """Records between the end of the log and what is committed; None while unknown."""
        done = self.committed if self.committed is not None else self.position
        return None if self.end is None or done is None else max(0, self.end - done)


@dataclass
class MappingStatus:
    """The status of one mapping. Workers write attempts from their threads; anyone reads `snapshot`.

    `last_problem` stands until a batch succeeds, or the problem is known to be gone.
    """

    name: str
    topic: str
    function: str
    group_id: str
    states: Callable[[], Mapping[Partition, PartitionState]] = dict
    membership: str = "not joined yet"
    last_problem: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counts: Counter[str] = field(default_factory=Counter)
    _batches: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _records: deque[Record] = field(default_factory=lambda: deque(maxlen=KEPT))
    _marks: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=64))

    def record_attempt(self, attempt: Attempt) -> None:
        first, last = attempt.records[0], attempt.records[-1]
        with self._lock:
            if attempt.outcome in DELIVERED:
                self._counts["records"] += len(attempt.records)
                self._counts["batches"] += 1
                self._records.extend(attempt.records[-KEPT:])
            if attempt.outcome is Outcome.SUCCEEDED:
                self.last_problem = ""
            if attempt.outcome in FAILED:
                self._counts["failures"] += 1
            if attempt.outcome is Outcome.DISCARDED:
                self._counts["discarded"] += len(attempt.records)
            self._batches.append(
                {
                    "at_ms": time.time_ns() // 1_000_000,
                    "partition": first.partition.name,
                    "first_offset": first.offset,
                    "last_offset": last.offset,
                    "records": len(attempt.records),
                    "bytes": attempt.payload_bytes,
                    "took_ms": attempt.took_ms,
                    "outcome": attempt.outcome.value,
                    "detail": attempt.detail,
                }
            )

    def snapshot(self) -> dict[str, Any]:
        """Counters since the start, records/s over the last seconds, partitions, newest batches and records."""
        states = dict(self.states())
        with self._lock:
            now = time.monotonic()
            records = self._counts["records"]
            while len(self._marks) > 1 and now - self._marks[0][0] > RATE_OVER_S:
                self._marks.popleft()
            since, before = self._marks[0] if self._marks else (now, records)
            if not self._marks or now - self._marks[-1][0] >= 0.25:
                self._marks.append((now, records))
            rate = (records - before) / (now - since) if now > since else 0.0
            newest, batches = list(self._records)[::-1], list(self._batches)[::-1]
        lags = [state.lag for state in states.values()]
        return {
            "mapping": self.name,
            "topic": self.topic,
            "function": self.function,
            "group_id": self.group_id,
            "membership": self.membership,
            "lag": None if not lags or None in lags else sum(lag for lag in lags if lag is not None),
            "records": records,
            "records_per_s": round(rate, 1),
            "batches": self._counts["batches"],
            "failures": self._counts["failures"],
            "discarded": self._counts["discarded"],
            "last_problem": self.last_problem,
            "partitions": [
                {
                    "partition": partition.number,
                    "position": state.position,
                    "committed": state.committed,
                    "end": state.end,
                    "lag": state.lag,
                    "paused": state.paused,
                }
                for partition, state in sorted(states.items())
            ],
            "last_batches": batches,
            "last_records": newest,
        }
