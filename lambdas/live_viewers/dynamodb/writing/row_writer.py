"""Writes timeline rows: idempotent puts, known by their key, so that writing one again changes nothing.

A row whose time to live has passed already isn't written: the table would keep it for up to two days more. Nor is
one of an ad's quartile where pings may wait: like progress it says that the ad goes on, and ad views keep how far.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from live_viewers.dynamodb.items import Item, expiry_s, timeline_item
from live_viewers.dynamodb.transport import PUTS_A_CALL
from live_viewers.dynamodb.writing.calls import Calls, Invalid, Passing
from live_viewers.dynamodb.writing.full_calls import FullCalls
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import Refused, SessionPart
from live_viewers.session.timeline import CAN_WAIT, QUIET, timeline_row
from live_viewers.settings import ProcessEventsSettings
from live_viewers.wire import RejectReason


class _Row(NamedTuple):
    slice_number: int
    item: Item
    record: dict[str, Any]


class RowWriter:
    """Of one batch; its slices are written side by side. `refused` are the records that the store can't take."""

    def __init__(self, calls: Calls, settings: ProcessEventsSettings, patience: Patience, now_ms: int) -> None:
        self._calls = calls
        self._settings = settings
        self._now_s = now_ms // 1000
        self._quiet = CAN_WAIT if settings.ping_write_interval_s > 0 else QUIET
        self._rows = FullCalls(PUTS_A_CALL, self._put, patience, "timeline rows")
        self._slices_refused: set[int] = set()
        self.refused: list[Refused] = []

    @property
    def unfinished(self) -> set[int]:
        """The slices of which rows are left to write, or were refused."""
        return self._rows.unfinished | self._slices_refused

    def write(
        self, slice_number: int, written: Iterable[tuple[SessionPart, Sequence[MediaEvent], int | None]]
    ) -> None:
        """Write the rows of those events of a slice's parts, each part with the erasure that its session was begun
        after (epoch ms; None: none). What doesn't fill a call waits for `finish`."""
        self._rows.add(slice_number, self._rows_of(slice_number, written))

    def finish(self) -> None:
        """Write what is left. Raises StoreUnavailable when some rows could not be written."""
        self._rows.finish()

    def _rows_of(
        self, slice_number: int, written: Iterable[tuple[SessionPart, Sequence[MediaEvent], int | None]]
    ) -> list[_Row]:
        rows: list[_Row] = []
        days = self._settings.event_retention_days
        for part, events, erased_ms in written:
            kept = None if events is part.events else set(map(id, events))
            for place, event in enumerate(part.events):
                if event.kind in self._quiet or (kept is not None and id(event) not in kept):
                    continue
                try:
                    row = timeline_row(event)
                    if row is None or expiry_s(row.order_time_ms, days) <= self._now_s:
                        continue
                    item = timeline_item(row, days, self._settings.write_version, erased_ms)
                except Exception as fault:
                    detail = f"timeline row: {type(fault).__name__}"
                    self._refuse(slice_number, Refused(part.records[place], RejectReason.INTERNAL_ERROR, detail))
                    continue
                rows.append(_Row(slice_number, item, part.records[place]))
        return rows

    def _refuse(self, slice_number: int, refused: Refused) -> None:
        self._slices_refused.add(slice_number)
        self.refused.append(refused)

    def _put(self, rows: list[_Row]) -> list[_Row]:
        """One try of each; what is left to put."""
        by_key = {_key(row.item): row for row in rows}  # a call with the same key twice is refused
        try:
            return [by_key[_key(item)] for item in self._calls.put([row.item for row in by_key.values()])]
        except Passing:
            return rows
        except Invalid as invalid:
            if len(by_key) == 1:
                for row in rows:
                    self._refuse(row.slice_number, Refused(row.record, RejectReason.UNSTORABLE, str(invalid)))
                return []
            half = len(rows) // 2
            return self._put(rows[:half]) + self._put(rows[half:])


def _key(item: Item) -> tuple[str, str]:
    return item["viewer_id"]["S"], item["sk"]["S"]
