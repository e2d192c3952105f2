"""Redrive: rejected records are handed to process_events again, as if Kafka delivered them.

Nothing is written into the customer's topic. An object goes once its records were processed; what is rejected
again has been kept anew by process_events, under a name of its own. Doing it twice changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from live_viewers.intake.rejected import (
    PREFIX,
    RejectedRecord,
    attempt_of,
    kafka_record,
    read_rejected,
    rejected_objects,
)

ON_FAILURE = "on_failure"  # the reason of records of a batch that Lambda gave up on
_MOST_RECORDS = 500
_MOST_BYTES = 4_000_000  # of an invocation's 6 MB, in base64


class Selection(msgspec.Struct, frozen=True):
    """Which records: those that fit everything given. `since_ms` and `until_ms` are of the record's timestamp."""

    topic: str | None = None
    reason: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    def fits(self, record: RejectedRecord) -> bool:
        if self.topic not in (None, record.topic) or self.reason not in (None, record.reason):
            return False
        if self.since_ms is not None and (record.timestamp is None or record.timestamp < self.since_ms):
            return False
        return self.until_ms is None or (record.timestamp is not None and record.timestamp < self.until_ms)

    @property
    def prefix(self) -> str:
        return PREFIX if self.topic is None else f"{PREFIX}{self.topic}/"


class RedriveReport(msgspec.Struct):
    """`selected` records were, or with a dry run would be, processed; `by_reason` says of which reasons they were.
    `after` is where to go on when time was over, null at the end."""

    objects: int = 0
    selected: int = 0
    unreadable_objects: int = 0
    by_reason: dict[str, int] = {}
    after: str | None = None


class Objects(Protocol):
    """The bucket of rejected records."""

    def names(self, prefix: str, after: str | None) -> Iterator[str]:
        """Names that begin so, in order, those after `after`."""

    def get(self, name: str) -> tuple[bytes, str] | None:
        """Body and a tag that changes with it; None when it is gone."""

    def put(self, name: str, body: bytes) -> None: ...

    def remove(self, name: str, tag: str) -> None:
        """Remove it if it still has this tag."""


def redrive(
    objects: Objects,
    process: Callable[[dict[str, Any]], None],
    selection: Selection,
    *,
    dry_run: bool = False,
    prefix: str | None = None,
    after: str | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> RedriveReport:
    """Object by object, from `after` on. `process` takes AWS's Kafka event and raises when it fails; then this
    stops, with what is left untouched. `prefix`: look there, e.g. in the objects of an OnFailure destination."""
    report = RedriveReport()
    for name in objects.names(prefix or selection.prefix, after):
        if not may_go_on():
            return report
        _redrive_object(objects, process, selection, name, dry_run, report)
        report.after = name
    report.after = None
    return report


def _redrive_object(
    objects: Objects,
    process: Callable[[dict[str, Any]], None],
    selection: Selection,
    name: str,
    dry_run: bool,
    report: RedriveReport,
) -> None:
    found = objects.get(name)
    if found is None:
        return
    body, tag = found
    try:
        records = records_in(body)
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
        report.unreadable_objects += 1
        return
    selected = [record for record in records if selection.fits(record)]
    if not selected:
        return
    report.objects += 1
    report.selected += len(selected)
    for record in selected:
        report.by_reason[record.reason] = report.by_reason.get(record.reason, 0) + 1
    if dry_run:
        return
    for some in _in_batches(selected):
        process(_event(some))
    for rest_name, rest in rejected_objects(record for record in records if not selection.fits(record)):
        objects.put(rest_name, rest)
    objects.remove(name, tag)


def records_in(body: bytes) -> list[RejectedRecord]:
    """The records of an object: of ours (JSON Lines), or of a failed batch that Lambda put into an OnFailure
    bucket (one JSON document, whose `payload` is the event, as an object or as JSON in a string)."""
    if b'"requestContext"' not in body[:4096]:
        return read_rejected(body)
    payload = msgspec.json.decode(body)["payload"]
    event = msgspec.json.decode(payload) if isinstance(payload, str) else payload
    return [
        RejectedRecord(
            topic=record["topic"],
            partition=int(record["partition"]),
            offset=int(record["offset"]),
            timestamp=record.get("timestamp"),
            key=record.get("key"),
            value=record.get("value"),
            reason=ON_FAILURE,
            error="",
            headers=record.get("headers") or [],
        )
        for records in event["records"].values()
        for record in records
    ]


def _in_batches(records: Sequence[RejectedRecord]) -> Iterator[list[RejectedRecord]]:
    batch: list[RejectedRecord] = []
    size = 0
    for record in records:
        length = len(record.value or "") + len(record.key or "") + 500
        if batch and (len(batch) == _MOST_RECORDS or size + length > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += length
    if batch:
        yield batch


def _event(records: Iterable[RejectedRecord]) -> dict[str, Any]:
    by_partition: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        partition = f"{record.topic}-{record.partition}"
        by_partition.setdefault(partition, []).append(kafka_record(record, attempt_of(record) + 1))
    return {"eventSource": "SelfManagedKafka", "bootstrapServers": "", "records": by_partition}


def epoch_ms(text: str) -> int:
    """Of an ISO 8601 time, UTC where it says nothing. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
