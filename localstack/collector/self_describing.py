"""Self-describing JSON in the tracker protocol: the event's own (`ue_px`, `ue_pr`), its entities (`cx`, `co`)."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from collector.tracker_payload import BadPayload, TrackerEvent

_URI = re.compile(
    r"iglu:([a-zA-Z0-9-_.]+)/([a-zA-Z0-9-_]+)/([a-zA-Z0-9-_]+)/([1-9][0-9]*(?:-(?:0|[1-9][0-9]*)){2})"
)
_SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"


@dataclass(frozen=True)
class SelfDescribing:
    """Data with the Iglu URI of its schema, taken apart."""

    uri: str
    vendor: str
    name: str
    format: str
    version: str
    data: Any

    def as_json(self) -> dict[str, Any]:
        """Schema first, as Enrich writes it."""
        return {"schema": self.uri, "data": self.data}


def unstruct_event_of(event: TrackerEvent) -> SelfDescribing:
    """The event's own self-describing JSON, out of its `unstruct_event` envelope."""
    envelope = _document(event, "ue_px", "ue_pr")
    if not isinstance(envelope, dict):
        raise BadPayload("a self-describing event without its data")
    return _self_describing(envelope.get("data"))


def contexts_of(event: TrackerEvent) -> tuple[SelfDescribing, ...]:
    """The event's entities, out of their `contexts` envelope; none where it has none."""
    envelope = _document(event, "cx", "co")
    if envelope is None:
        return ()
    entities = envelope.get("data") if isinstance(envelope, dict) else None
    if not isinstance(entities, list):
        raise BadPayload("contexts that are no list")
    return tuple(_self_describing(entity) for entity in entities)


def wrapped(envelope: str, data: Any) -> str:
    """The JSON of a column: `contexts` or `unstruct_event` around the data, on one line without spaces."""
    try:
        return json.dumps(
            {"schema": f"{_SNOWPLOW}/{envelope}/jsonschema/1-0-0", "data": data},
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,  # 1e400 reads as infinity
        )
    except (ValueError, RecursionError):
        raise BadPayload("a number or a depth that JSON can't carry") from None


def _document(event: TrackerEvent, base64_field: str, plain_field: str) -> Any:
    encoded, text = event.get(base64_field), event.get(plain_field)
    try:
        if encoded is not None:
            urlsafe = encoded.replace("+", "-").replace("/", "_").rstrip("=")
            text = base64.urlsafe_b64decode(urlsafe + "=" * (-len(urlsafe) % 4)).decode()
        return json.loads(text, parse_constant=_no_constant) if text is not None else None
    except (binascii.Error, UnicodeError, ValueError, RecursionError):
        raise BadPayload(f"{base64_field}/{plain_field} isn't JSON") from None


def _self_describing(value: Any) -> SelfDescribing:
    uri = value.get("schema") if isinstance(value, dict) else None
    match = _URI.fullmatch(uri) if isinstance(uri, str) else None
    if match is None or not isinstance(value.get("data"), dict | list):
        raise BadPayload("data that doesn't name its schema")
    vendor, name, form, version = match.groups()
    return SelfDescribing(match[0], vendor, name, form, version, value["data"])


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} isn't JSON")
