"""Records that can't be taken in: how they are kept, so that nothing is lost and a command can bring them back.

An object holds JSON Lines, one record a line, all of one partition and one day. Its name follows from the records'
own coordinates, never from the time of rejection: what is rejected again lands on the same object. Retries may cut
batches differently, so two objects may hold the same record: a reader takes each (topic, partition, offset) once.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from live_viewers.store import Refused
from live_viewers.wire import RejectReason

PREFIX = "rejected/"
_NO_DAY = "unknown-day"


class RejectedRecord(msgspec.Struct, frozen=True):
    """One line. `timestamp` is epoch ms; `key`, `value` (base64; null where there is none) and `headers` are as
    Kafka's event had them."""

    topic: str
    partition: int
    offset: int
    timestamp: int | None
    key: str | None
    value: str | None
    reason: RejectReason
    error: str
    headers: list[dict[str, list[int]]] = []

    @property
    def coordinates(self) -> tuple[str, int, int]:
        return (self.topic, self.partition, self.offset)


class RejectedStore(Protocol):
    """Where rejected records are kept."""

    def keep(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """Put (name, body); a name that exists is replaced. Raises StoreUnavailable when one can't be put."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(RejectedRecord)


def rejected_record(refused: Refused) -> RejectedRecord:
    record = refused.record
    return RejectedRecord(
        topic=record["topic"],
        partition=int(record["partition"]),
        offset=int(record["offset"]),
        timestamp=record.get("timestamp"),
        key=record.get("key"),
        value=record.get("value"),
        reason=refused.reason,
        error=refused.detail,
        headers=record.get("headers") or [],
    )


def rejected_objects(refused: Iterable[Refused]) -> Iterator[tuple[str, bytes]]:
    """The objects that keep these records, as (name, body).

    `rejected/<topic>/<partition>/<yyyy>/<mm>/<dd>/<first offset>-<last offset>.jsonl`, offsets with twenty digits.
    """
    groups: dict[tuple[str, int, str], dict[int, RejectedRecord]] = {}
    for each in refused:
        record = rejected_record(each)
        place = (record.topic, record.partition, _day(record.timestamp))
        groups.setdefault(place, {})[record.offset] = record
    for (topic, partition, day), records in groups.items():
        offsets = sorted(records)
        name = f"{PREFIX}{topic}/{partition}/{day}/{offsets[0]:020d}-{offsets[-1]:020d}.jsonl"
        yield name, b"".join(_encoder.encode(records[offset]) + b"\n" for offset in offsets)


def _day(timestamp: Any) -> str:
    try:
        return datetime.fromtimestamp(timestamp / 1000, UTC).strftime("%Y/%m/%d")
    except (TypeError, ValueError, OverflowError, OSError):
        return _NO_DAY


def read_rejected(body: bytes) -> list[RejectedRecord]:
    """The records of an object. Raises msgspec.MsgspecError for what isn't one."""
    return [_decoder.decode(line) for line in body.splitlines() if line]


def kafka_event(records: Sequence[RejectedRecord], attempt: int) -> dict[str, Any]:
    """AWS's Kafka event of these records with their own coordinates, keys, values and timestamps; the header
    `live-viewers-attempt` says how often they have been redriven."""
    by_partition: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        headers = [header for header in record.headers if ATTEMPT_HEADER not in header]
        by_partition.setdefault(f"{record.topic}-{record.partition}", []).append(
            {
                "topic": record.topic,
                "partition": record.partition,
                "offset": record.offset,
                "timestamp": record.timestamp,
                "timestampType": "CREATE_TIME",
                "key": record.key,
                "value": record.value,
                "headers": [*headers, {ATTEMPT_HEADER: list(str(attempt).encode())}],
            }
        )
    return {"eventSource": "SelfManagedKafka", "bootstrapServers": "", "records": by_partition}


ATTEMPT_HEADER = "live-viewers-attempt"


def attempt_of(record: RejectedRecord) -> int:
    """How often a record has been redriven."""
    for header in record.headers:
        if ATTEMPT_HEADER in header:
            digits = bytes(byte & 0xFF for byte in header[ATTEMPT_HEADER])
            return int(digits) if digits.isdigit() else 0
    return 0
