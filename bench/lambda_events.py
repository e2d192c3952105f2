"""AWS's Kafka events made of values, as bytes of a payload and as what Lambda's runtime makes of them."""

import json
from collections.abc import Sequence
from typing import Any

from kafka_event_source.event import EventEnvelope
from kafka_event_source.record import Partition, RecordEncoder

RECORDS_A_BATCH = 10_000
# A payload has at most 6 MB: so many enriched TSV lines of the golden events' size fit in.
TSV_A_BATCH = 2_500


def payloads(events: Sequence[tuple[str, bytes]], a_batch: int = RECORDS_A_BATCH) -> list[bytes]:
    """The events of one partition ((key, value), ...), so many a batch."""
    encoder = RecordEncoder(Partition("snowplow-enriched-good", 0))
    records = [
        encoder.encode(offset, 1_793_000_000_000, 1, key.encode(), value, None)
        for offset, (key, value) in enumerate(events)
    ]
    envelope = EventEnvelope("127.0.0.1:9092")
    return [envelope.payload(records[at : at + a_batch]) for at in range(0, len(records), a_batch)]


def parsed(some: Sequence[bytes]) -> list[dict[str, Any]]:
    return [json.loads(payload) for payload in some]
