"""Incidents as items of the Audience table, under PK `incidents`.

SK `incident#<id>`: `i` (a byte of version, and what never changes in msgpack), `value`, `minutes`, `last` (the
newest bad Unix minute), `resolved` (the Unix minute, once it is), `ack`, `ttl`. SK
`open#<alert>@<version>#<scope>`: `id` and `opened` of the incident that is open, and the `rule`'s name and
version.
SK `tell#<id>#<state>`: what the alarm topic wasn't told of yet. SK `judged`: `until`, a Unix minute.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from live_viewers.incidents.incident import KEPT_DAYS, Incident, OpenIncident
from live_viewers.stored_format import read_stored

Item = dict[str, dict[str, Any]]
_FORMAT = 1
_CHANGING = ("value", "minutes", "last_bad_minute", "resolved_minute", "acknowledged")
_FIXED = tuple(name for name in Incident.__struct_fields__ if name not in _CHANGING)


def key_of(sort_key: str) -> Item:
    """The key of an item of incidents."""
    return {"pk": {"S": "incidents"}, "sk": {"S": sort_key}}


JUDGED = key_of("judged")


def incident_key(incident_id: str) -> Item:
    """Of an incident."""
    return key_of(f"incident#{incident_id}")


def open_incident_key(key: str) -> Item:
    """Of what stands while it is open."""
    return key_of(f"open#{key}")


def tell_key(incident_id: str, state: str) -> Item:
    """Of what the alarm topic is to be told."""
    return key_of(f"tell#{incident_id}#{state}")


def incident_item(incident: Incident) -> Item:
    """A new incident."""
    fixed = {name: getattr(incident, name) for name in _FIXED}
    expires_s = incident.opened_minute * 60 + KEPT_DAYS * 86_400
    return {
        **incident_key(incident.id),
        "i": {"B": bytes([_FORMAT]) + msgspec.msgpack.encode(fixed)},
        "value": {"N": repr(float(incident.value))},
        "minutes": {"N": str(incident.minutes)},
        "last": {"N": str(incident.last_bad_minute)},
        "ttl": {"N": str(expires_s)},
    }


def open_item(incident: Incident) -> Item:
    """What stands while it is open."""
    return {
        **open_incident_key(incident.open_key),
        "id": {"S": incident.id},
        "opened": {"N": str(incident.opened_minute)},
        "rule": {"S": f"{incident.alert}@{incident.version}"},
    }


def read_open(item: Item) -> OpenIncident:
    """The inverse of `open_item`."""
    key = str(item["sk"]["S"]).removeprefix("open#")
    return OpenIncident(key, item["id"]["S"], int(item["opened"]["N"]), item["rule"]["S"])


def read_incident(item: Item) -> Incident:
    """The inverse of `incident_item`, as it stands now."""
    fixed = read_stored(READERS, item["i"]["B"], "an incident")
    changing = {
        "value": float(item["value"]["N"]),
        "minutes": int(item["minutes"]["N"]),
        "last_bad_minute": int(item["last"]["N"]),
        "resolved_minute": int(item["resolved"]["N"]) if "resolved" in item else None,
        "acknowledged": "ack" in item,
    }
    return msgspec.convert({**fixed, **changing}, Incident)


def _fixed_1(packed: memoryview) -> dict[str, Any]:
    fixed: dict[str, Any] = msgspec.msgpack.decode(packed, type=dict[str, Any])
    return fixed


# By the version in the first byte. None is ever taken away.
READERS: dict[int, Callable[..., dict[str, Any]]] = {1: _fixed_1}
