"""Writes the sessions of a batch: reads, joins and writes them, each answering for itself."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from live_viewers.dynamodb.items import Item, Place, place_of, session_of
from live_viewers.dynamodb.live_key import LivePlaces, live_key_of
from live_viewers.dynamodb.passing import is_final, passes
from live_viewers.dynamodb.tombstones import TombstoneKeys, erased_at_ms
from live_viewers.dynamodb.transport import KEYS_A_READ, STATEMENTS_A_CALL
from live_viewers.dynamodb.writing.calls import Answer, Answers, Calls, Invalid, Passing, Statement, narrowed
from live_viewers.dynamodb.writing.known_sessions import KnownSessions, Stored
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.dynamodb.writing.session_write import SessionWrite
from live_viewers.dynamodb.writing.title_writer import write_titles
from live_viewers.intake.store import NewerRelease, StoreUnavailable, Written
from live_viewers.session.timeline import has_rows
from live_viewers.settings import ProcessEventsSettings
from live_viewers.stored_format import Damaged, NewerFormat
from live_viewers.wire import RejectReason

logger = logging.getLogger(__name__)

_LOST = frozenset(("ConditionalCheckFailed", "DuplicateItem"))
_TOO_MUCH = "the store can't take the session's item"


class BatchWriter:
    """Writes the sessions of one batch. `clock_ms` gives versions."""

    def __init__(
        self,
        calls: Calls,
        settings: ProcessEventsSettings,
        places: LivePlaces,
        tombstones: TombstoneKeys,
        known: KnownSessions,
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
        self._clock_ms = clock_ms
        self._patience = patience
        self._pinned_titles = pinned_titles
        self.written = Written()
        self._left: list[SessionWrite] = []  # what a round leaves to do
        self._throttled = False
        self._tombstone_keys: dict[str, list[Item]] = {}  # of viewers, as they were computed

    def write(self, writes: list[SessionWrite]) -> None:
        """The sessions, and the rows of their other titles. Raises StoreUnavailable when something could not be
        written; what was (`is_done`) stays, and is known."""
        if not writes:
            return
        waiting = writes
        for _ in self._patience.rounds(lambda: self._throttled):
            waiting = self._round(waiting)
            if not waiting:
                break
        else:
            raise StoreUnavailable(f"{len(waiting)} of {len(writes)} sessions could not be written")
        self._write_titles(writes)

    def _round(self, writes: list[SessionWrite]) -> list[SessionWrite]:
        """One try of each write; those left to do."""
        self._left, self._throttled = [], False
        self._patience.check()
        try:
            self._tombstones.state()  # read once an instance; without it no tombstone is found
        except Passing:
            self._throttled = True
            return writes
        self._withdraw([write for write in writes if write.to_withdraw])
        writes = self._not_left(writes)
        self._read([write for write in writes if write.stored is None and not write.is_read])
        writes = self._not_left(writes)
        known = [write for write in writes if write.stored is not None]
        new = [write for write in writes if write.stored is None]
        with_titles: list[SessionWrite] = []
        self._update(self._joined(known, with_titles))
        # The title that a session leaves is known until the session is written: a try after that finds it gone.
        self._write_titles(with_titles)
        self._update(with_titles)
        self._ask([write for write in new if not write.knows_erasure])
        self._insert(self._joined(self._not_left(new)))
        self._confirm([write for write in new if write.inserted_version])
        self._withdraw([write for write in new if write.to_withdraw])
        return self._left

    def _not_left(self, writes: Iterable[SessionWrite]) -> list[SessionWrite]:
        """Those that go on in this round."""
        left = set(map(id, self._left))
        return [write for write in writes if id(write) not in left]

    def _again(self, writes: Iterable[SessionWrite]) -> None:
        for write in writes:
            write.forget()
            self._left.append(write)

    def _write_titles(self, writes: Sequence[SessionWrite]) -> None:
        titles = [(title, write.erased_ms) for write in writes for title in write.titles]
        if titles:
            write_titles(self._calls, self._settings, self._patience, titles)
        for write in writes:
            write.titles = []

    def _answers(
        self,
        call_each: Callable[[Iterable[list[SessionWrite]]], Answers[list[SessionWrite], Answer]],
        groups: Iterable[list[SessionWrite]],
    ) -> Iterator[tuple[list[SessionWrite], Answer]]:
        """The groups whose calls were answered. Of the others the writes are left, or refused."""
        for group, outcome in narrowed(call_each, groups):
            if isinstance(outcome, Passing):
                logger.debug("store: %s", outcome)
                self._throttled = True
                self._again(group)
            elif isinstance(outcome, Invalid):
                self._refuse(group[0], RejectReason.UNSTORABLE, str(outcome))
            else:
                yield group, outcome

    def _executed(
        self, writes: Iterable[SessionWrite], statement_of: Callable[[SessionWrite], Statement]
    ) -> Iterator[tuple[SessionWrite, str | None]]:
        """The writes whose statements were executed, each with its error's code."""

        def statements_of(group: list[SessionWrite]) -> list[Statement]:
            return [statement_of(write) for write in group]

        execute_each = partial(self._calls.execute_each, statements_of=statements_of)
        for group, codes in self._answers(execute_each, self._patience.groups(writes, STATEMENTS_A_CALL)):
            yield from zip(group, codes, strict=True)

    def _found(
        self, writes: Iterable[SessionWrite], keys_of: Callable[[SessionWrite], list[Item]]
    ) -> Iterator[tuple[SessionWrite, dict[Place, Item]]]:
        """The writes whose keys were read, each with what there is at them, and at others'."""

        def distinct_keys(group: list[SessionWrite]) -> list[Item]:
            return [*{place_of(key): key for write in group for key in keys_of(write)}.values()]

        def groups() -> Iterator[list[SessionWrite]]:
            group: list[SessionWrite] = []
            keys = 0
            for write in writes:
                more = len(keys_of(write))
                if keys + more > KEYS_A_READ:
                    self._patience.check()
                    yield group
                    group, keys = [], 0
                group.append(write)
                keys += more
            if group:
                self._patience.check()
                yield group

        for group, items in self._answers(partial(self._calls.read_each, keys_of=distinct_keys), groups()):
            found = {place_of(item): item for item in items}
            for write in group:
                yield write, found

    def _tombstones_of(self, write: SessionWrite) -> list[Item]:
        """The keys at which the viewer's tombstone may be."""
        viewer_id = write.part.viewer_id
        keys = self._tombstone_keys.get(viewer_id)
        if keys is None:
            keys = self._tombstone_keys[viewer_id] = self._tombstones.of(viewer_id)
        return keys

    def _erased_ms(self, write: SessionWrite, found: Mapping[Place, Item]) -> int | None:
        """When the viewer was last erased; None without a tombstone."""
        places = map(place_of, self._tombstones_of(write))
        return max((erased_at_ms(found[place]) for place in places if place in found), default=None)

    def _read(self, writes: Iterable[SessionWrite]) -> None:
        """Of who isn't remembered, the viewer's tombstone too: the session may be a new one."""

        def keys_of(write: SessionWrite) -> list[Item]:
            return [write.key] if write.remembered_version else [write.key, *self._tombstones_of(write)]

        for write, found in self._found(writes, keys_of):
            if not write.remembered_version:
                write.heed(self._erased_ms(write, found))
            item = found.get(place_of(write.key))
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
                self._refuse(write, RejectReason.DAMAGED, str(damaged))

    def _joined(
        self, writes: Iterable[SessionWrite], with_titles: list[SessionWrite] | None = None
    ) -> Iterator[SessionWrite]:
        """Those of which something is to be written, each joined when it is asked for. Who has titles to be kept
        first is put aside, where there is a place for it."""
        for write in writes:
            if write.stored is not None and not write.is_read and not self._known.trust.holds:
                self._again([write])
            elif write.part.events:
                self._join(write)
                if not write.attributes:
                    continue
                if with_titles is not None and write.titles:
                    with_titles.append(write)
                else:
                    yield write

    def _join(self, write: SessionWrite) -> None:
        try:
            write.join(self._settings, self._places, self._clock_ms(), self._pinned_titles)
        except Exception as fault:
            self.written.refused += write.refuse_culprits(fault)
            if write.part.events:
                self._again([write])
            return
        if write.titles and write.stored is not None and not write.is_read:
            # The row of a title comes before its session: by what is remembered the viewer may be erased since.
            self._again([write])
            return
        if not write.events:
            write.is_done = True
        if not write.events or write.attributes or write.stored is None:
            return
        if not write.is_read and has_rows(write.events):
            # Nothing new by what is remembered, but the viewer may have been erased since: ask before any row.
            self._again([write])
            return
        self.written.unchanged += 1
        write.is_done = True
        self._known.put(write.stored.as_written())

    def _update(self, writes: Iterable[SessionWrite]) -> None:
        def statement_of(write: SessionWrite) -> Statement:
            write.version = max(write.read_version + 1, self._clock_ms())
            return write.update(self._table)

        for write, code in self._executed(writes, statement_of):
            if code is None:
                self._succeeded(write)
            else:
                self._failed(write, code)

    def _ask(self, writes: Iterable[SessionWrite]) -> None:
        """Of sessions that were remembered and are gone: whether their viewers were erased."""
        for write, found in self._found(writes, self._tombstones_of):
            write.heed(self._erased_ms(write, found))

    def _insert(self, writes: Iterable[SessionWrite]) -> None:
        def statement_of(write: SessionWrite) -> Statement:
            write.version = self._clock_ms()
            return write.insert(self._table)

        for write, code in self._executed(writes, statement_of):
            if code is None:
                write.inserted_version = write.version
            else:
                self._failed(write, code)

    def _confirm(self, writes: Iterable[SessionWrite]) -> None:
        """Sessions that were inserted: unless an erasure came between, they are written.

        An erasure writes its tombstone before it looks for sessions, and here a session is written before its
        viewer's tombstone is looked for: of two that meet, one sees the other. Where this instance ends in
        between, the erasure's second pass removes what it left.
        """
        for write, found in self._found(writes, self._tombstones_of):
            if write.heed(self._erased_ms(write, found)):
                self._succeeded(write)
            else:
                write.to_withdraw = write.inserted_version

    def _withdraw(self, writes: Iterable[SessionWrite]) -> None:
        """Remove sessions whose insert met an erasure, which are then read and written afresh. What is no longer
        at the version that was inserted, the erasure has removed, or removes in its second pass."""
        for write, code in self._executed(writes, lambda write: write.withdraw(self._table)):
            if code is None or code in _LOST:
                write.to_withdraw = 0
                self._again([write])
            else:
                self._failed(write, code)

    def _succeeded(self, write: SessionWrite) -> None:
        self.written.sessions += 1
        self._judge(write, True)
        self._known.put(write.mark_written())

    def _judge(self, write: SessionWrite, was_right: bool) -> None:
        if write.remembered_version:
            self._known.trust.judge(was_right)
            write.remembered_version = 0

    def _refuse(self, write: SessionWrite, reason: RejectReason, detail: str) -> None:
        self.written.refused += write.refuse(reason, detail)

    def _failed(self, write: SessionWrite, code: str) -> None:
        """One item of a call answered for itself."""
        if code in _LOST:
            self.written.conflicts += 1
            self._judge(write, False)
            self._again([write])
        elif passes(code):
            self._throttled = True
            self._again([write])
        elif is_final(code):
            self._refuse(write, RejectReason.UNSTORABLE, _TOO_MUCH)
        else:
            raise StoreUnavailable(f"the write of a session was answered with {code}")
