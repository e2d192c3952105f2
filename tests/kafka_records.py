"""Kafka events as AWS sends them, and media events as Snowplow's enriched JSON, made for tests."""

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

TOPIC = "snowplow-enriched-good"
MEDIA = "com.snowplowanalytics.snowplow.media"
START_MS = 1_790_000_000_000


def kafka_record(
    value: bytes | None, offset: int, partition: int = 0, key: str | None = "viewer", topic: str = TOPIC
) -> dict[str, Any]:
    """One record of the event."""
    return {
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "timestamp": START_MS + offset,
        "timestampType": "CREATE_TIME",
        "key": None if key is None else b64encode(key.encode()).decode(),
        "value": None if value is None else b64encode(value).decode(),
        "headers": [],
    }


def kafka_event(records: Iterable[dict[str, Any]], source: str = "aws:kafka") -> dict[str, Any]:
    """The event of these records, by partition, each partition's in the order given."""
    partitions: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        partitions.setdefault(f"{record['topic']}-{record['partition']}", []).append(record)
    return {"eventSource": source, "bootstrapServers": "b-1:9092", "records": partitions}


def event_of(values: Sequence[bytes | None], first_offset: int = 0, partition: int = 0) -> dict[str, Any]:
    """The event of these values at consecutive offsets."""
    return kafka_event(kafka_record(value, first_offset + at, partition) for at, value in enumerate(values))


def tstamp(epoch_ms: int) -> str:
    moment = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{epoch_ms % 1000:03d}Z"


def enriched_json(
    name: str,
    at_ms: int,
    *,
    viewer: str | None = "viewer",
    session: str | None = "session",
    event_id: str = "e-1",
    collected_after_ms: int = 200,
    player: dict[str, Any] | None = None,
    totals: dict[str, Any] | None = None,
    ad: dict[str, Any] | None = None,
    ad_break: dict[str, Any] | None = None,
    payload: dict[str, Any] | None = None,
) -> bytes:
    """A media event (`play_event`, ...) of a device whose clock is right, collected so much later."""
    snowplow = "contexts_com_snowplowanalytics_snowplow_"
    event: dict[str, Any] = {
        "event": "unstruct",
        "event_vendor": MEDIA,
        "event_name": name,
        "event_id": event_id,
        "user_id": viewer,
        "collector_tstamp": tstamp(at_ms + collected_after_ms),
        "derived_tstamp": tstamp(at_ms + collected_after_ms - 200),
        "dvce_created_tstamp": tstamp(at_ms),
        f"unstruct_event_{MEDIA.replace('.', '_')}_{name}_1": payload or {},
        snowplow + "media_player_2": [{"currentTime": 0.0, "paused": False, "ended": False, **(player or {})}],
    }
    if session is not None:
        event[snowplow + "media_session_1"] = [{"mediaSessionId": session, **(totals or {})}]
    if ad is not None:
        event[snowplow + "media_ad_1"] = [ad]
    if ad_break is not None:
        event[snowplow + "media_ad_break_1"] = [ad_break]
    return json.dumps(event).encode()
