"""The invocation record that an OnFailure destination gets for a discarded batch, in AWS's shape.

Source: "Capturing discarded batches for Amazon MSK and self-managed Apache Kafka event sources" in AWS's
documentation. SQS gets this record; S3 gets it with the whole event as a string in `payload`. AWS's page has no
example of a batch discarded for its age: the condition's name for it is the one of its stream event sources.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from kafka_event_source.event import EventEnvelope
from kafka_event_source.ports import Invocation
from kafka_event_source.record import Record


class Condition(StrEnum):
    RETRIES = "RetryAttemptsExhausted"
    AGE = "RecordAgeExceeded"
    SIZE = "MaximumPayloadSizeExceeded"


def failure_record(
    condition: Condition,
    records: Sequence[Record],
    payload_size: int,
    envelope: EventEnvelope,
    function_arn: str,
    invocations: int,
    last: Invocation | None,
    now_ms: int,
) -> dict[str, object]:
    """`invocations` counts the calls made with these records; `last` is the last answer, None when none ran."""
    batch: dict[str, object] = {"batchSize": len(records)}
    if envelope.event_source_arn:
        batch["eventSourceArn"] = envelope.event_source_arn
    batch["bootstrapServers"] = envelope.bootstrap_servers
    batch["payloadSize"] = payload_size
    batch["recordsInfo"] = _records_info(records)
    response: dict[str, object] | None = None
    if last is not None and condition is not Condition.SIZE:
        response = {"statusCode": last.status, "executedVersion": last.executed_version}
        if last.function_error:
            response["functionError"] = last.function_error
    return {
        "requestContext": {
            "requestId": (last.request_id if last else "") or str(uuid.uuid4()),
            "functionArn": function_arn,
            "condition": condition.value,
            "approximateInvokeCount": invocations,
        },
        "responseContext": response,
        "version": "1.0",
        "timestamp": _time(now_ms),
        "KafkaBatchInfo": batch,
    }


def _records_info(records: Sequence[Record]) -> dict[str, dict[str, str]]:
    info: dict[str, dict[str, str]] = {}
    for record in records:
        ends = info.setdefault(
            record.partition.name,
            {
                "firstRecordOffset": str(record.offset),
                "lastRecordOffset": "",
                "firstRecordTimestamp": _time(record.timestamp_ms),
                "lastRecordTimestamp": "",
            },
        )
        ends["lastRecordOffset"] = str(record.offset)
        ends["lastRecordTimestamp"] = _time(record.timestamp_ms)
    return info


def _time(ms: int) -> str:
    moment = datetime.fromtimestamp(max(ms, 0) / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
