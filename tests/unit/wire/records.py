"""Builds single records for the tests, from plain words."""

import json
from typing import Any

from snowplow_analytics_sdk.event_transformer import ENRICHED_EVENT_FIELD_TYPES

COLUMNS = [name for name, _ in ENRICHED_EVENT_FIELD_TYPES]
PLAYER: dict[str, Any] = {"currentTime": 12.5, "paused": False, "ended": False, "label": "Harbour"}
SESSION: dict[str, Any] = {"mediaSessionId": "s-1"}
MEDIA = "iglu:com.snowplowanalytics.snowplow.media"
SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"


def contexts(player: Any = PLAYER, session: Any = SESSION, *more: tuple[str, Any]) -> str:
    """The contexts column; None leaves an entity out."""
    entities = [
        (f"{SNOWPLOW}/media_player/jsonschema/2-0-0", player),
        (f"{MEDIA}/session/jsonschema/1-0-0", session),
        *more,
    ]
    return json.dumps(
        {
            "schema": f"{SNOWPLOW}/contexts/jsonschema/1-0-0",
            "data": [{"schema": uri, "data": data} for uri, data in entities if data is not None],
        },
        ensure_ascii=False,
    )


def unstruct(name: str = "ping_event", data: Any = None) -> str:
    return json.dumps(
        {
            "schema": f"{SNOWPLOW}/unstruct_event/jsonschema/1-0-0",
            "data": {"schema": f"{MEDIA}/{name}/jsonschema/1-0-0", "data": data or {}},
        }
    )


def tsv(**columns: str) -> bytes:
    """A ping of viewer v-1, with the columns given instead."""
    name = columns.get("event_name", "ping_event")
    values = {
        "event": "unstruct",
        "event_vendor": "com.snowplowanalytics.snowplow.media",
        "event_name": name,
        "event_id": "e-1",
        "user_id": "v-1",
        "collector_tstamp": "2025-11-24 14:00:01.000",
        "derived_tstamp": "2025-11-24 14:00:00.900",
        "dvce_created_tstamp": "2025-11-24 14:00:00.500",
        "contexts": contexts(),
        "unstruct_event": unstruct(name),
    } | columns
    return "\t".join(values.get(column, "") for column in COLUMNS).encode()


def viewer_json(**fields: Any) -> bytes:
    """The reference's ping of viewer v-1, with the fields given instead; None leaves one out."""
    values: dict[str, Any] = {
        "collector_tstamp": "2025-11-24T14:00:01Z",
        "event_id": "e-1",
        "event_name": "ping_event",
        "viewer_id": "v-1",
        "adsClicked": 0,
        "adsSkipped": 0,
        "adId": 0,
        "video_ts": 12.5,
    } | fields
    return json.dumps({name: value for name, value in values.items() if value is not None}).encode()
