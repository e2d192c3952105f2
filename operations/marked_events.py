"""A synthetic viewer whose events can't be mistaken for a real one's, as AWS's Kafka event."""

import base64
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

TITLE = "Smoke test"
DURATION_S = 99.0
EVENTS, BATCH = 100, 5


@dataclass(frozen=True)
class MarkedViewer:
    viewer_id: str
    session_id: str


def new_viewer() -> MarkedViewer:
    mark = uuid.uuid4().hex
    return MarkedViewer(f"smoke-test-{mark}", f"smoke-{mark}")


def marked_batch(viewer: MarkedViewer, numbers: range, source: dict[str, str]) -> dict[str, Any]:
    """AWS's Kafka event with the events of these numbers, second by second.

    `source`: its eventSource and what goes with it. The coordinates are of a partition that no topic has.
    """
    records = [_record(viewer, number) for number in numbers]
    return {**source, "records": {"smoke-test-0": records}}


def self_managed_source() -> dict[str, str]:
    return {"eventSource": "SelfManagedKafka", "bootstrapServers": "smoke-test:9092"}


def _record(viewer: MarkedViewer, number: int) -> dict[str, Any]:
    now_ms = time.time_ns() // 1_000_000
    value = json.dumps(viewer_json(viewer, number, now_ms)).encode()
    return {
        "topic": "smoke-test",
        "partition": 0,
        "offset": number,
        "timestamp": now_ms,
        "timestampType": "CREATE_TIME",
        "key": base64.b64encode(viewer.viewer_id.encode()).decode(),
        "value": base64.b64encode(value).decode(),
        "headers": [],
    }


def viewer_json(viewer: MarkedViewer, number: int, now_ms: int) -> dict[str, Any]:
    """Event `number` of EVENTS in wire format 3, tracked at `now_ms` (epoch ms).

    Each batch begins with a play and ends with a pause, the last one with the end: a ping alone may wait for
    `viewers.ping_write_interval_s` before it is written, a change of state never does.
    """
    name = {0: "play_event", BATCH - 1: "pause_event"}.get(number % BATCH, "ping_event")
    if number == EVENTS - 1:
        name = "end_event"
    when = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    position_s = min(float(number), DURATION_S)
    return {
        "collector_tstamp": when,
        "derived_tstamp": when,
        "dvce_created_tstamp": when,
        "event_id": str(uuid.uuid4()),
        "event_name": name,
        "viewer_id": viewer.viewer_id,
        "adsClicked": 0,
        "adsSkipped": 0,
        "adId": 0,
        "video_ts": position_s,
        "media_session_id": viewer.session_id,
        "player": {
            "currentTime": position_s,
            "duration": DURATION_S,
            "paused": name in ("pause_event", "end_event"),
            "ended": number == EVENTS - 1,
            "label": TITLE,
        },
        "session": {"mediaSessionId": viewer.session_id, "pingInterval": 1},
    }


def batches() -> Iterator[range]:
    """The events' numbers, as they are handed over."""
    for first in range(0, EVENTS, BATCH):
        yield range(first, first + BATCH)
