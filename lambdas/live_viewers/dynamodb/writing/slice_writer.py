"""Writes one slice of a batch: reads its sessions, joins, writes them, each answering for itself, then rows."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain

from live_viewers.dynamodb.items import Item, session_of, session_sort_key
from live_viewers.dynamodb.live_key import LivePlaces, live_key_of
from live_viewers.dynamodb.passing import is_final, passes
from live_viewers.dynamodb.tombstones import SORT_KEY, TombstoneKeys, erased_at_ms
from live_viewers.dynamodb.transport import KEYS_A_READ, STATEMENTS_A_CALL
from live_viewers.dynamodb.writing.ad_writer import AdWriter, SessionAds
from live_viewers.dynamodb.writing.calls import Calls, Invalid, Passing
from live_viewers.dynamodb.writing.known_sessions import KnownSessions, Stored
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.dynamodb.writing.row_writer import RowWriter
from live_viewers.dynamodb.writing.session_write import SessionWrite
from live_viewers.dynamodb.writing.title_writer import write_titles
from live_viewers.intake.store import NewerRelease, SessionPart, StoreUnavailable, Written
from live_viewers.session.timeline import has_rows
from live_viewers.settings import ProcessEventsSettings
from live_viewers.stored_format import Damaged, NewerFormat
from live_viewers.wire import RejectReason

logger = logging.getLogger(__name__)

_LOST = frozenset(("ConditionalCheckFailed", "DuplicateItem"))
_READ_TOGETHER = KEYS_A_READ // 2  # sessions, each with its viewer's tombstone
_TOO_MUCH = "the store can't take the session's item"


class SliceWriter:
    """Used once. `clock_ms` gives versions; `ads` and `rows` are the batch's, which its slices share."""

    def __init__(
        self,
        calls: Calls,
        settings: ProcessEventsSettings,
        places: LivePlaces,
        tombstones: TombstoneKeys,
        known: KnownSessions,
        ads: AdWriter,
        rows: RowWriter,
        clock_ms: Callable[[], int],
        patience: Patience,
        pinned_titles: Collection[str] = (),
    ) -> None:
        self._calls = calls
        self._settings = settings
        self._places = places
        self._tombstones = tombstones
        self._table = settings.viewer_profiles_table
        self._known = known
        self._ads = ads
        self._rows = rows
        self._clock_ms = clock_ms
        self._patience = patience
        self._pinned_titles = pinned_titles
        self._written = Written()
        self._left: list[SessionWrite] = []  # what a round leaves to do
        self._throttled = False
        self._tombstone_keys: dict[str, list[Item]] = {}  # of viewers, as they were computed

    def write(self, number: int, parts: Sequence[SessionPart]) -> Written:
        """The slice's sessions, and their titles, ads and rows but for those that wait for other slices' to fill a
        call. Raises StoreUnavailable when something could not be written; what was stays, and is known."""
        known, trusted = self._known, self._known.trust.holds
        writes = [SessionWrite(part, known.take((part.viewer_id, part.session_id)), trusted) for part in parts]
        waiting = writes
        for _ in self._patience.rounds(lambda: self._throttled):
            waiting = self._round(waiting)
            if not waiting:
                break
        else:
            raise StoreUnavailable(f"{len(waiting)} of {len(parts)} sessions could not be written")
        self._write_titles(writes)
        self._ads.write(
            number,
            (
                SessionAds(
                    write.part.viewer_id,
                    write.part.session_id,
                    write.events,
                    write.session.last_seen_ms,
                    write.erased_ms,
                )
                for write in writes
                if write.events and write.session.carried_ads
            ),
        )
        self._rows.write(number, [(write.part, write.events, write.erased_ms) for write in writes])
        return self._written

    def _round(self, writes: list[SessionWrite]) -> list[SessionWrite]:
        """One try of each write; those left to do."""
        self._left, self._throttled = [], False
        late = [write for write in writes if write.to_withdraw]
        if late:
            writes = [write for write in writes if not write.to_withdraw]
            self._in_calls(self._withdraw, late, STATEMENTS_A_CALL)
        self._in_calls(
            self._read, [write for write in writes if not write.stored and not write.is_read], _READ_TOGETHER
        )
        unread = set(map(id, self._left))
        for write in writes:
            if id(write) not in unread and write.part.events:
                self._join(write)
        ready = [write for write in writes if write.attributes]
        # The title that a session leaves is known until the session is written: a try after that finds it gone.
        self._write_titles([write for write in ready if write.stored is not None])
        new = [write for write in ready if write.stored is None]
        self._in_calls(self._update, [write for write in ready if write.stored is not None], STATEMENTS_A_CALL)
        self._in_calls(self._ask, [write for write in new if not write.knows_erasure], KEYS_A_READ)
        self._in_calls(self._insert, [write for write in new if write.knows_erasure], STATEMENTS_A_CALL)
        self._in_calls(self._confirm, [write for write in new if write.inserted_version], KEYS_A_READ)
        self._in_calls(self._withdraw, [write for write in new if write.to_withdraw], STATEMENTS_A_CALL)
        return self._left

    def _write_titles(self, writes: Sequence[SessionWrite]) -> None:
        titles = [(title, write.erased_ms) for write in writes for title in write.titles]
        if titles:
            write_titles(self._calls, self._settings, self._patience, titles)
        for write in writes:
            write.titles = []

    def _in_calls(
        self, call: Callable[[list[SessionWrite]], None], writes: list[SessionWrite], at_most: int
    ) -> None:
        for at in range(0, len(writes), at_most):
            self._patience.check()
            self._try(call, writes[at : at + at_most])

    def _try(self, call: Callable[[list[SessionWrite]], None], writes: list[SessionWrite]) -> None:
        """Make a call; where the store can't ever take it, narrow it down to the write that is the cause."""
        try:
            call(writes)
        except Passing as passing:
            logger.debug("store: %s", passing)
            self._throttled = True
            self._again(writes)
        except Invalid as invalid:
            if len(writes) == 1:
                self._written.refused += writes[0].refuse(RejectReason.UNSTORABLE, str(invalid))
                return
            half = len(writes) // 2
            self._try(call, writes[:half])
            self._try(call, writes[half:])

    def _again(self, writes: Sequence[SessionWrite]) -> None:
        for write in writes:
            write.forget()
        self._left += writes

    def _read(self, writes: list[SessionWrite]) -> None:
        """Of who isn't remembered, the viewer's tombstone too: the session may be a new one."""
        unknown = [write for write in writes if not write.remembered_version]
        tombstones = self._tombstones_of(unknown)
        keys = [*(write.key for write in writes), *chain.from_iterable(tombstones.values())]
        found = {(item["viewer_id"]["S"], item["sk"]["S"]): item for item in self._found(keys)}
        erased = _latest_erasures(tombstones, found.values())
        for write in unknown:
            write.heed(erased[write.part.viewer_id])
        for write in writes:
            item = found.get((write.part.viewer_id, session_sort_key(write.part.session_id)))
            if item is None:
                write.found(None)
                continue
            erased_ms = int(item["e"]["N"]) if "e" in item else None
            try:
                write.found(Stored(session_of(item), bytes(item["r"]["B"]), live_key_of(item), erased_ms))
                self._judge(write, write.read_version == write.remembered_version)
            except NewerFormat as newer:
                raise NewerRelease(str(newer)) from newer
            except Damaged as damaged:
                self._written.refused += write.refuse(RejectReason.DAMAGED, str(damaged))

    def _found(self, keys: Sequence[Item]) -> list[Item]:
        parts = [keys[at : at + KEYS_A_READ] for at in range(0, len(keys), KEYS_A_READ)]
        return [item for part in parts for item in self._calls.read(part)]

    def _tombstones_of(self, writes: Iterable[SessionWrite]) -> dict[str, list[Item]]:
        """The keys at which each viewer's tombstone may be."""
        known, keys = self._tombstone_keys, {}
        for write in writes:
            viewer_id = write.part.viewer_id
            if viewer_id not in known:
                known[viewer_id] = self._tombstones.of(viewer_id)
            keys[viewer_id] = known[viewer_id]
        return keys

    def _erasures_of(self, writes: Iterable[SessionWrite]) -> dict[str, int | None]:
        """When each viewer was erased, as the store has it now."""
        tombstones = self._tombstones_of(writes)
        return _latest_erasures(tombstones, self._found(list(chain.from_iterable(tombstones.values()))))

    def _join(self, write: SessionWrite) -> None:
        try:
            write.join(self._settings, self._places, self._clock_ms(), self._pinned_titles)
        except Exception as fault:
            self._written.refused += write.refuse_culprits(fault)
            if write.part.events:
                self._again([write])
            return
        if write.titles and write.stored is not None and not write.is_read:
            # The row of a title comes before its session: by what is remembered the viewer may be erased since.
            self._again([write])
            return
        if not write.events or write.attributes or write.stored is None:
            return
        if not write.is_read and has_rows(write.events):
            # Nothing new by what is remembered, but the viewer may have been erased since: ask before any row.
            self._again([write])
            return
        self._written.unchanged += 1
        self._known.put(write.stored.as_written())

    def _update(self, writes: list[SessionWrite]) -> None:
        versions = [max(write.read_version + 1, self._clock_ms()) for write in writes]
        codes = self._calls.execute(
            [write.update(self._table, version) for write, version in zip(writes, versions, strict=True)]
        )
        for write, version, code in zip(writes, versions, codes, strict=True):
            if code is None:
                self._succeeded(write, version)
            else:
                self._failed(write, code)

    def _ask(self, writes: list[SessionWrite]) -> None:
        """Of sessions that were remembered and are gone: whether their viewers were erased."""
        erased = self._erasures_of(writes)
        self._again([write for write in writes if not write.heed(erased[write.part.viewer_id])])

    def _insert(self, writes: list[SessionWrite]) -> None:
        version = self._clock_ms()
        codes = self._calls.execute([write.insert(self._table, version) for write in writes])
        for write, code in zip(writes, codes, strict=True):
            if code is None:
                write.inserted_version = version
            else:
                self._failed(write, code)

    def _confirm(self, writes: list[SessionWrite]) -> None:
        """Sessions that were inserted: unless an erasure came between, they are written.

        An erasure writes its tombstone before it looks for sessions, and here a session is written before its
        viewer's tombstone is looked for: of two that meet, one sees the other. Where this instance ends in
        between, the erasure's second pass removes what it left.
        """
        erased = self._erasures_of(writes)
        for write in writes:
            if write.heed(erased[write.part.viewer_id]):
                self._succeeded(write, write.inserted_version)
            else:
                write.to_withdraw = write.inserted_version

    def _withdraw(self, writes: list[SessionWrite]) -> None:
        """Remove sessions whose insert met an erasure, which are then read and written afresh. What is no longer
        at the version that was inserted, the erasure has removed, or removes in its second pass."""
        codes = self._calls.execute([write.withdraw(self._table) for write in writes])
        for write, code in zip(writes, codes, strict=True):
            if code is None or code in _LOST:
                write.to_withdraw = 0
                self._again([write])
            else:
                self._failed(write, code)

    def _succeeded(self, write: SessionWrite, version: int) -> None:
        self._written.sessions += 1
        self._judge(write, True)
        self._known.put(write.mark_written(version))

    def _judge(self, write: SessionWrite, was_right: bool) -> None:
        if write.remembered_version:
            self._known.trust.judge(was_right)
            write.remembered_version = 0

    def _failed(self, write: SessionWrite, code: str) -> None:
        """One item of a call answered for itself."""
        if code in _LOST:
            self._written.conflicts += 1
            self._judge(write, False)
            self._again([write])
        elif passes(code):
            self._throttled = True
            self._again([write])
        elif is_final(code):
            self._written.refused += write.refuse(RejectReason.UNSTORABLE, _TOO_MUCH)
        else:
            raise StoreUnavailable(f"the write of a session was answered with {code}")


def _latest_erasures(tombstones: Mapping[str, Sequence[Item]], found: Iterable[Item]) -> dict[str, int | None]:
    """By viewer; None where none of the keys has a tombstone."""
    times = {item["viewer_id"]["S"]: erased_at_ms(item) for item in found if item["sk"]["S"] == SORT_KEY}
    return {
        viewer_id: max((times[name] for key in keys if (name := key["viewer_id"]["S"]) in times), default=None)
        for viewer_id, keys in tombstones.items()
    }
