"""Redrive by way of the topic, by choice: other consumers of the topic see the records again too."""

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import msgspec

from live_viewers.intake.redrive import Selection, redrive
from live_viewers.s3.redrive_objects import RedriveObjects
from operations.deployed_stage import OperationFailed

if TYPE_CHECKING:
    from confluent_kafka import Producer

_DELIVERED_WITHIN_S = 60.0


def produce_rejected(s3: Any, bucket: str, producer: "Producer", request: dict[str, Any]) -> dict[str, Any]:
    """Produce the selected records with their key and value to their topic; the report of what was.

    The broker gives them new offsets and the current time; headers tell the original coordinates and timestamp.
    Raises OperationFailed when the broker doesn't take them; objects stay then.
    """

    def produce(event: dict[str, Any]) -> None:
        failures: list[str] = []
        for records in event["records"].values():
            for record in records:
                producer.produce(
                    record["topic"],
                    key=None if record["key"] is None else b64decode(record["key"]),
                    value=None if record["value"] is None else b64decode(record["value"]),
                    headers=_headers(record),
                    on_delivery=lambda error, _: failures.append(str(error)) if error else None,
                )
        if producer.flush(_DELIVERED_WITHIN_S) or failures:
            raise OperationFailed(f"Kafka did not take the records: {failures[:1] or 'time is over'}")

    report = redrive(
        RedriveObjects(s3, bucket),
        produce,
        msgspec.convert(request, Selection),
        dry_run=bool(request.get("dry_run")),
        prefix=request.get("prefix"),
    )
    answer: dict[str, Any] = msgspec.to_builtins(report)
    return answer


def _headers(record: dict[str, Any]) -> list[tuple[str, str | bytes | None]]:
    kept = [
        (name, bytes(byte & 0xFF for byte in data))
        for header in record["headers"]
        for name, data in header.items()
    ]
    original = {"topic": record["topic"], "partition": record["partition"], "offset": record["offset"]}
    original["timestamp"] = record["timestamp"]
    added: list[tuple[str, str | bytes | None]] = [
        (f"live-viewers-{name}", str(value).encode()) for name, value in original.items()
    ]
    return [*(each for each in kept if each[0] not in dict(added)), *added]
