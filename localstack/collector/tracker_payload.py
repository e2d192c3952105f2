"""Tracker requests -> the events in them, as the tracker protocol's short field names and string values."""

import json
from collections.abc import Iterable
from typing import Any

TrackerEvent = dict[str, str]

_MAX_EVENTS = 1000  # a tracker sends at most some dozens


class BadPayload(ValueError):
    """A request, or an event in it, that no tracker sends. The message holds no value of the event."""


def events_of_body(body: bytes) -> list[TrackerEvent]:
    """The events of a POST body (payload_data: `{"schema": ..., "data": [{...}, ...]}`)."""
    try:
        payload = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadPayload("the body isn't JSON") from None
    if not isinstance(payload, dict) or not str(payload.get("schema", "")).startswith(
        "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-"
    ):
        raise BadPayload("the body isn't payload_data")
    data = payload.get("data")
    if not isinstance(data, list) or not data:
        raise BadPayload("payload_data without events")
    if len(data) > _MAX_EVENTS:
        raise BadPayload(f"more than {_MAX_EVENTS} events in one request")
    return [_strings(event) for event in data]


def event_of_query(query: Iterable[tuple[str, str]]) -> TrackerEvent:
    """The one event of a GET request's query string."""
    event = {name: value for name, value in query if value}
    if "e" not in event:
        raise BadPayload("no event in the query string")
    return event


def _strings(event: Any) -> TrackerEvent:
    """The protocol's values are strings; numbers are taken as trackers of old sent them, anything else is bad."""
    if not isinstance(event, dict):
        return {}  # counted as a bad event where its type is looked at
    return {
        name: str(value)
        for name, value in event.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    }


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} isn't JSON")
