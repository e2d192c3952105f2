"""Writes timeline rows: idempotent puts, known by their key, so that writing one again changes nothing.

A row whose time to live has passed already isn't written: the table would keep it for up to two days more.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from live_viewers.dynamodb.items import Item, expiry_s, timeline_item
from live_viewers.dynamodb.transport import PUTS_A_CALL
from live_viewers.dynamodb.writing.calls import Calls, Invalid, Passing
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import Refused, SessionPart, StoreUnavailable
from live_viewers.session.timeline import QUIET, timeline_row
from live_viewers.settings import ProcessEventsSettings
from live_viewers.wire import RejectReason

RowKey = tuple[str, str]


class RowWriter:
    """Used once."""

    def __init__(self, calls: Calls, settings: ProcessEventsSettings, patience: Patience, now_ms: int) -> None:
        self._calls = calls
        self._settings = settings
        self._patience = patience
        self._now_s = now_ms // 1000
        self._refused: list[Refused] = []
        self._records: dict[RowKey, dict[str, Any]] = {}

    def write(self, written: Iterable[tuple[SessionPart, Sequence[MediaEvent], int | None]]) -> list[Refused]:
        """Write the rows of those events of the parts, each part with the erasure that its session was begun after
        (epoch ms; None: none); the records that the store can't take.

        Raises StoreUnavailable when some could not be written.
        """
        items = self._items(written)
        for _ in self._patience.rounds(lambda: True):
            left: list[Item] = []
            for at in range(0, len(items), PUTS_A_CALL):
                self._patience.check()
                left += self._put(items[at : at + PUTS_A_CALL])
            items = left
            if not items:
                return self._refused
        raise StoreUnavailable(f"{len(items)} timeline rows could not be written")

    def _items(self, written: Iterable[tuple[SessionPart, Sequence[MediaEvent], int | None]]) -> list[Item]:
        """One item a key: a call with the same key twice is refused."""
        items: dict[RowKey, Item] = {}
        days = self._settings.event_retention_days
        for part, events, erased_ms in written:
            kept = None if events is part.events else set(map(id, events))
            for place, event in enumerate(part.events):
                if event.kind in QUIET or (kept is not None and id(event) not in kept):
                    continue
                try:
                    row = timeline_row(event)
                    if row is None or expiry_s(row.order_time_ms, days) <= self._now_s:
                        continue
                    item = timeline_item(row, days, self._settings.write_version, erased_ms)
                except Exception as fault:
                    detail = f"timeline row: {type(fault).__name__}"
                    self._refused.append(Refused(part.records[place], RejectReason.INTERNAL_ERROR, detail))
                    continue
                key = (row.viewer_id, item["sk"]["S"])
                items[key] = item
                self._records[key] = part.records[place]
        return list(items.values())

    def _put(self, items: list[Item]) -> list[Item]:
        """What is left to put."""
        try:
            return self._calls.put(items)
        except Passing:
            return items
        except Invalid as invalid:
            if len(items) == 1:
                record = self._records[items[0]["viewer_id"]["S"], items[0]["sk"]["S"]]
                self._refused.append(Refused(record, RejectReason.UNSTORABLE, str(invalid)))
                return []
            half = len(items) // 2
            return self._put(items[:half]) + self._put(items[half:])
