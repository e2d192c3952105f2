"""Writes timeline rows: idempotent puts, known by their key, so that writing one again changes nothing.

A row whose time to live has passed already isn't written: the table would keep it for up to two days more. Nor is
one of an ad's quartile where pings may wait: like progress it says that the ad goes on, and ad views keep how far.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from live_viewers.dynamodb.items import Item, expiry_s, place_of, timeline_item
from live_viewers.dynamodb.transport import PUTS_A_CALL
from live_viewers.dynamodb.writing.calls import Calls, Invalid, Passing, narrowed
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import Refused, SessionPart, StoreUnavailable
from live_viewers.session.timeline import CAN_WAIT, QUIET, timeline_row
from live_viewers.settings import ProcessEventsSettings
from live_viewers.wire import RejectReason


class Joined(NamedTuple):
    """The events of a part that were joined to its session, and the erasure that this was begun after (epoch ms;
    None: none)."""

    part: SessionPart
    events: Sequence[MediaEvent]
    erased_ms: int | None


class _Row(NamedTuple):
    part: SessionPart
    item: Item
    record: dict[str, Any]


class RowWriter:
    """Of one batch. `refused` are the records that the store can't take."""

    def __init__(self, calls: Calls, settings: ProcessEventsSettings, patience: Patience, now_ms: int) -> None:
        self._calls = calls
        self._settings = settings
        self._patience = patience
        self._now_s = now_ms // 1000
        self._quiet = CAN_WAIT if settings.ping_write_interval_s > 0 else QUIET
        self._not_begun: set[SessionPart] = set()
        self._undone: dict[int, _Row] = {}  # by identity
        self._with_refused: set[SessionPart] = set()
        self.refused: list[Refused] = []

    @property
    def unfinished(self) -> set[SessionPart]:
        """Of which rows are left to write, or were refused."""
        return self._not_begun | {row.part for row in self._undone.values()} | self._with_refused

    def write(self, written: Sequence[Joined]) -> None:
        """Write the rows of these events. Raises StoreUnavailable when some could not be written."""
        self._not_begun = {each.part for each in written}
        waiting: Iterable[_Row] = self._rows_of(written)
        for _ in self._patience.rounds(lambda: True):
            self._round(waiting)
            if not self._undone:
                return
            waiting = [*self._undone.values()]
        raise StoreUnavailable(f"{len(self._undone)} timeline rows could not be written")

    def _rows_of(self, written: Iterable[Joined]) -> Iterator[_Row]:
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
                    self._refuse(part, Refused(part.records[place], RejectReason.INTERNAL_ERROR, detail))
                    continue
                new = _Row(part, item, part.records[place])
                self._undone[id(new)] = new
                yield new
            self._not_begun.discard(part)

    def _refuse(self, part: SessionPart, refused: Refused) -> None:
        self._with_refused.add(part)
        self.refused.append(refused)

    def _round(self, rows: Iterable[_Row]) -> None:
        """One try of each."""
        put_each = partial(self._calls.put_each, items_of=_distinct_items)
        for group, left in narrowed(put_each, self._patience.groups(rows, PUTS_A_CALL)):
            if isinstance(left, Passing):
                continue
            if isinstance(left, Invalid):
                refused = Refused(group[0].record, RejectReason.UNSTORABLE, str(left))
                self._refuse(group[0].part, refused)
                del self._undone[id(group[0])]
                continue
            left_at = set(map(place_of, left))
            for row in group:
                if place_of(row.item) not in left_at:
                    del self._undone[id(row)]


def _distinct_items(rows: list[_Row]) -> list[Item]:
    """A call with the same key twice is refused."""
    return [*{place_of(row.item): row.item for row in rows}.values()]
