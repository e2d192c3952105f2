"""One event of the tracker protocol -> one line of Snowplow's enriched event (131 tab-separated columns).

Pure: the time and what is known of the request come in as a RequestContext. Follows what the Collector and Enrich
do without any enrichment switched on; the Analytics SDK's field list is the authority for columns and their order.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

from snowplow_analytics_sdk.event_transformer import ENRICHED_EVENT_FIELD_TYPES, convert_int

from collector.self_describing import SelfDescribing, contexts_of, unstruct_event_of, wrapped
from collector.tracker_fields import EVENTS, SAME, SIZES
from collector.tracker_payload import BadPayload, TrackerEvent
from live_viewers import __version__

COLUMNS = tuple(name for name, _ in ENRICHED_EVENT_FIELD_TYPES)
VERSION = f"live-viewers-collector-{__version__}"
ANONYMOUS_NETWORK_USERID = "00000000-0000-0000-0000-000000000000"  # what Snowplow's Collector writes

_INTEGERS = frozenset(name for name, convert in ENRICHED_EVENT_FIELD_TYPES if convert is convert_int)
_NOT_IN_FINGERPRINT = frozenset({"eid", "stm", "nuid", "tnuid", "cv"})  # what a retry may change
_DEFAULT_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True)
class RequestContext:
    """What the request adds to its events. `collector_ms` in epoch ms; `network_userid` "" when not set."""

    collector_ms: int
    network_userid: str = ""
    ip_address: str = ""
    useragent: str = ""
    referer: str = ""


@dataclass(frozen=True)
class EnrichedEvent:
    """The columns by name (missing ones empty), and the entities for who asks for the viewer."""

    columns: dict[str, str]
    contexts: tuple[SelfDescribing, ...]

    def line(self) -> bytes:
        """The TSV line, UTF-8, without a line end. A lone surrogate becomes `?`, as in Java."""
        return "\t".join(_one_cell(self.columns.get(name, "")) for name in COLUMNS).encode(errors="replace")


def enriched_event(event: TrackerEvent, context: RequestContext) -> EnrichedEvent:
    """The enriched event of one tracker event. Raises BadPayload where Enrich would write a bad row."""
    try:
        kind, vendor, name = EVENTS[event.get("e", "")]
    except KeyError:
        raise BadPayload("an event of no known type") from None
    columns = {column: event[field] for field, column in SAME.items() if field in event}
    columns |= {
        "event": kind,
        "event_id": event.get("eid") or str(uuid4()),
        "event_vendor": vendor,
        "event_name": name,
        "event_format": "jsonschema",
        "event_version": "1-0-0",
        "event_fingerprint": _fingerprint(event),
        "v_collector": VERSION,
        "v_etl": VERSION,
        "user_ipaddress": event.get("ip") or context.ip_address,
        "network_userid": event.get("tnuid") or event.get("nuid") or context.network_userid,
        "useragent": event.get("ua") or context.useragent,
    }
    columns.setdefault("page_url", context.referer)
    columns |= _times(event, context.collector_ms)
    columns |= _url_parts("page", columns["page_url"]) | _url_parts("refr", columns.get("page_referrer", ""))
    for field, names in SIZES.items():
        if field in event:
            columns |= zip(names, event[field].split("x", 1), strict=False)
    contexts = contexts_of(event)
    if contexts:
        columns["contexts"] = wrapped("contexts", [entity.as_json() for entity in contexts])
    if kind == "unstruct":
        own = unstruct_event_of(event)
        columns["unstruct_event"] = wrapped("unstruct_event", own.as_json())
        columns |= {
            "event_vendor": own.vendor,
            "event_name": own.name,
            "event_format": own.format,
            "event_version": own.version,
        }
    for column in _INTEGERS & columns.keys():
        if columns[column] and not columns[column].lstrip("-").isdecimal():
            raise BadPayload(f"{column} isn't a whole number")
    return EnrichedEvent(columns, contexts)


def _times(event: TrackerEvent, collector_ms: int) -> dict[str, str]:
    """derived_tstamp = collector - (sent - created): the device's clock cancels out. `sent` before `created` (the
    Python tracker's whole seconds) counts as no delay; without both it is the collector's time.
    """
    created, sent, true = (_milliseconds(event, field) for field in ("dtm", "stm", "ttm"))
    derived = collector_ms
    if true is not None:
        derived = true
    elif created is not None and sent is not None:
        derived -= max(0, sent - created)
    times = {
        "collector_tstamp": collector_ms,
        "etl_tstamp": collector_ms,
        "dvce_created_tstamp": created,
        "dvce_sent_tstamp": sent,
        "true_tstamp": true,
        "derived_tstamp": derived,
    }
    return {name: _tstamp(time_ms) for name, time_ms in times.items() if time_ms is not None}


def _milliseconds(event: TrackerEvent, field: str) -> int | None:
    text = event.get(field)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 14):
        raise BadPayload(f"{field} isn't a time in milliseconds")
    return int(text)


def _tstamp(time_ms: int) -> str:
    try:
        moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    except (OverflowError, ValueError):
        raise BadPayload("a time that no calendar has") from None
    return f"{moment:%Y-%m-%d %H:%M:%S}.{time_ms % 1000:03}"


def _url_parts(prefix: str, url: str) -> dict[str, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return {}
    if not host:
        return {}
    return {
        f"{prefix}_urlscheme": parts.scheme,
        f"{prefix}_urlhost": host,
        f"{prefix}_urlport": str(port) if port is not None else _DEFAULT_PORTS.get(parts.scheme, ""),
        f"{prefix}_urlpath": parts.path,
        f"{prefix}_urlquery": parts.query,
        f"{prefix}_urlfragment": parts.fragment,
    }


def _fingerprint(event: TrackerEvent) -> str:
    """MD5 over the event's fields, as Enrich's: equal for a tracker's retry of the same event."""
    text = "&".join(f"{name}={event[name]}" for name in sorted(event.keys() - _NOT_IN_FINGERPRINT))
    return hashlib.md5(text.encode(errors="replace"), usedforsecurity=False).hexdigest()


def _one_cell(value: str) -> str:
    return value.replace("\t", "    ").replace("\r", "").replace("\n", "")
