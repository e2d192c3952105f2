"""Records that can't be taken in: how they are kept, so that nothing is lost and a command can bring them back.

An object holds JSON Lines, one record a line, all of one partition and one day. Its name follows from the
records' own coordinates, never from the time of rejection: the same records rejected again land on the same
object, and other records never do. Retries may cut batches differently, so two objects may hold the same record,
which is harmless: what is redriven twice is merged once.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Protocol
from zlib import crc32

import msgspec

from live_viewers.intake.store import Refused

PREFIX = "rejected/"
ATTEMPT_HEADER = "live-viewers-attempt"  # of redriven records: how often
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
    reason: str
    error: str
    headers: list[dict[str, list[int]]] = []

    @property
    def coordinates(self) -> tuple[str, int, int]:
        return (self.topic, self.partition, self.offset)


class RejectedStore(Protocol):
    """Where rejected records are kept."""

    def keep(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """Put (name, body); a name that exists is replaced. Raises StoreUnavailable when one can't be put."""


class _Head(msgspec.Struct):
    format: int = 1  # which version 1 doesn't say


_encoder = msgspec.json.Encoder()
_head_decoder = msgspec.json.Decoder(_Head)
# By the line's format version. None is ever taken away.
READERS: dict[int, Callable[[bytes], RejectedRecord]] = {1: msgspec.json.Decoder(RejectedRecord).decode}


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


def rejected_objects(records: Iterable[RejectedRecord]) -> Iterator[tuple[str, bytes]]:
    """The objects that keep these records, each once, as (name, body).

    `rejected/<topic>/<partition>/<yyyy>/<mm>/<dd>/<first offset>-<last offset>-<checksum of all offsets>.jsonl`,
    offsets with twenty digits; the day is that of the records' timestamps.
    """
    groups: dict[tuple[str, int, str], dict[int, RejectedRecord]] = {}
    for record in records:
        place = (record.topic, record.partition, _day(record.timestamp))
        groups.setdefault(place, {})[record.offset] = record
    for (topic, partition, day), by_offset in groups.items():
        offsets = sorted(by_offset)
        checksum = crc32(",".join(map(str, offsets)).encode())
        name = f"{PREFIX}{topic}/{partition}/{day}/{offsets[0]:020d}-{offsets[-1]:020d}-{checksum:08x}.jsonl"
        yield name, b"".join(_encoder.encode(by_offset[offset]) + b"\n" for offset in offsets)


def _day(timestamp: Any) -> str:
    try:
        return datetime.fromtimestamp(timestamp / 1000, UTC).strftime("%Y/%m/%d")
    except (TypeError, ValueError, OverflowError, OSError):
        return _NO_DAY


def read_rejected(body: bytes) -> list[RejectedRecord]:
    """The records of an object. Raises msgspec.MsgspecError for what isn't one."""
    return [_read(line) for line in body.splitlines() if line]


def _read(line: bytes) -> RejectedRecord:
    version = _head_decoder.decode(line).format
    if version not in READERS:
        raise msgspec.ValidationError(f"rejected record of format {version}, this release reads {sorted(READERS)}")
    return READERS[version](line)


def kafka_record(record: RejectedRecord, attempt: int) -> dict[str, Any]:
    """The record as AWS's Kafka event has it, with its own coordinates, key, value and timestamp."""
    headers = [header for header in record.headers if ATTEMPT_HEADER not in header]
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "timestampType": "CREATE_TIME",
        "key": record.key,
        "value": record.value,
        "headers": [*headers, {ATTEMPT_HEADER: list(str(attempt).encode())}],
    }


def attempt_of(record: RejectedRecord) -> int:
    """How often a record has been redriven."""
    for header in record.headers:
        if ATTEMPT_HEADER in header:
            digits = bytes(byte & 0xFF for byte in header[ATTEMPT_HEADER])
            return int(digits) if digits.isdigit() else 0
    return 0
