"""A batch as it arrived: decoded record by record, and sorted into parts by viewer and session."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from live_viewers.intake.kafka_event import values_of
from live_viewers.intake.store import Refused, SessionPart
from live_viewers.wire import Decode, DecodeSettings, RejectReason, Unreadable, decoder

# Records whose values are decoded from base64 in one call, and are still in the processor's caches then.
_AT_ONCE = 250


class SessionParts(dict[tuple[str, str], SessionPart]):
    """By viewer and session, in the order of first arrival; one is made where it is asked for."""

    def __missing__(self, key: tuple[str, str]) -> SessionPart:
        part = self[key] = SessionPart(*key)
        return part


class Arrivals:
    """`parts`: what is to be joined; `refused` what can't be decoded; `skipped` counts tombstones and events
    that aren't media events."""

    def __init__(self) -> None:
        self.parts = SessionParts()
        self.refused: list[Refused] = []
        self.records = 0
        self.skipped = 0

    @property
    def decoded(self) -> int:
        return self.records - self.skipped - len(self.refused)


def decode_batch(records: Iterable[dict[str, Any]], settings: DecodeSettings) -> Arrivals:
    """Never raises for what a record holds: a fault of ours rejects that record (`internal_error`)."""
    arrivals = Arrivals()
    decode = decoder(settings)
    rest = iter(records)
    while some := list(islice(rest, _AT_ONCE)):
        _decode_some(some, decode, arrivals)
    return arrivals


def _decode_some(records: list[dict[str, Any]], decode: Decode, arrivals: Arrivals) -> None:
    arrivals.records += len(records)
    parts = arrivals.parts
    for record, value in zip(records, values_of(records), strict=True):
        try:
            if isinstance(value, bytes):
                event = decode(value)
            elif value is None:
                event = None
            else:
                raise value
        except Unreadable as unreadable:
            arrivals.refused.append(Refused(record, unreadable.reason, unreadable.detail))
            continue
        except Exception as fault:
            detail = f"decoding: {type(fault).__name__}"
            arrivals.refused.append(Refused(record, RejectReason.INTERNAL_ERROR, detail))
            continue
        if event is None:
            arrivals.skipped += 1
            continue
        part = parts[event.viewer_id, event.session_id]
        part.events.append(event)
        part.records.append(record)
