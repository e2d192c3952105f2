"""A batch as it arrived: decoded record by record, and sorted into parts by viewer and session."""

from collections.abc import Iterable
from typing import Any

from live_viewers.intake.kafka_event import value_of
from live_viewers.intake.store import Refused, SessionPart
from live_viewers.wire import DecodeSettings, RejectReason, Unreadable, decode


class Arrivals:
    """`parts` in order of first arrival; `refused` what can't be decoded; `skipped` counts tombstones and events
    that aren't media events."""

    def __init__(self) -> None:
        self.parts: dict[tuple[str, str], SessionPart] = {}
        self.refused: list[Refused] = []
        self.records = 0
        self.skipped = 0

    @property
    def decoded(self) -> int:
        return self.records - self.skipped - len(self.refused)


def decode_batch(records: Iterable[dict[str, Any]], settings: DecodeSettings) -> Arrivals:
    """Never raises for what a record holds: a fault of ours rejects that record (`internal_error`)."""
    arrivals = Arrivals()
    parts = arrivals.parts
    for record in records:
        arrivals.records += 1
        try:
            value = value_of(record)
            event = None if value is None else decode(value, settings)
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
        key = (event.viewer_id, event.session_id)
        part = parts.get(key)
        if part is None:
            part = parts[key] = SessionPart(event.viewer_id, event.session_id)
        part.events.append(event)
        part.records.append(record)
    return arrivals
