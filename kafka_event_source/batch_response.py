"""A function's answer when ReportBatchItemFailures is on: which records failed, and from where to go on.

The shape is `{"batchItemFailures": [{"itemIdentifier": {"partition": "topic-0", "offset": 123}}]}`.
"""

import json
from collections.abc import Sequence
from typing import Any

from kafka_event_source.record import Record


class Malformed(ValueError):
    """An answer AWS would take as the failure of the whole batch."""


def records_left(answer: bytes, records: Sequence[Record]) -> list[Record]:
    """The records to send again: per reported partition those at or after its lowest reported offset.

    An empty answer, null, `{}` and an empty or null list mean that all succeeded. Raises Malformed on anything
    that isn't the shape above, or names a partition or an offset that was not in the batch.
    """
    lowest: dict[str, int] = {}
    known = {(record.partition.name, record.offset) for record in records}
    for partition, offset in _identifiers(answer):
        if (partition, offset) not in known:
            raise Malformed(f"the batch holds no record {partition} at offset {offset}")
        lowest[partition] = min(offset, lowest.get(partition, offset))
    if not lowest:
        return []
    return [
        record
        for record in records
        if (start := lowest.get(record.partition.name)) is not None and record.offset >= start
    ]


def _identifiers(answer: bytes) -> list[tuple[str, int]]:
    if not answer.strip():
        return []
    try:
        response = json.loads(answer)
    except ValueError as error:
        raise Malformed("the answer is not JSON") from error
    if response is None:
        return []
    if not isinstance(response, dict):
        raise Malformed("the answer is not an object")
    failures = response.get("batchItemFailures")
    if failures is None:
        return []
    if not isinstance(failures, list):
        raise Malformed("batchItemFailures is not a list")
    return [_identifier(item) for item in failures]


def _identifier(item: Any) -> tuple[str, int]:
    identifier = item.get("itemIdentifier") if isinstance(item, dict) else None
    if not isinstance(identifier, dict):
        raise Malformed("an itemIdentifier is not an object with partition and offset")
    partition, offset = identifier.get("partition"), identifier.get("offset")
    if not isinstance(partition, str) or not isinstance(offset, int) or isinstance(offset, bool):
        raise Malformed("an itemIdentifier lacks a partition name or a whole offset")
    return partition, offset
