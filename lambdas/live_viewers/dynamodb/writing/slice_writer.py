"""Writes one slice of a batch: reads its sessions, joins, writes them, each answering for itself, then rows."""

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, islice

from live_viewers.dynamodb.items import Item, session_of, session_sort_key
from live_viewers.dynamodb.live_key import LivePlaces, live_key_of
from live_viewers.dynamodb.passing import is_final, passes
from live_viewers.dynamodb.tombstones import TombstoneKeys, erased_at_ms
from live_viewers.dynamodb.transport import ACTIONS_A_TRANSACTION, KEYS_A_READ, STATEMENTS_A_CALL
from live_viewers.dynamodb.writing.ad_writer import AdWriter, KnownAds, SessionAds
from live_viewers.dynamodb.writing.calls import (
    Action,
    Calls,
    Cancelled,
    Invalid,
    Passing,
)
from live_viewers.dynamodb.writing.known_sessions import KnownSessions, Stored
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.dynamodb.writing.row_writer import RowWriter, has_rows
from live_viewers.dynamodb.writing.session_write import SessionWrite
from live_viewers.dynamodb.writing.title_writer import write_titles
from live_viewers.intake.store import NewerRelease, SessionPart, StoreUnavailable, Written
from live_viewers.settings import ProcessEventsSettings
from live_viewers.stored_format import Damaged, NewerFormat
from live_viewers.wire import RejectReason

logger = logging.getLogger(__name__)

_LOST = "ConditionalCheckFailed"
# Up to two actions a session, three until old tombstones are rewritten; half of what is allowed for two, so
# that one that fails delays fewer.
_CREATED_TOGETHER = ACTIONS_A_TRANSACTION // 4
_TOO_MUCH = "the store can't take the session's item"


class SliceWriter:
    """Used once. `clock_ms` gives versions."""

    def __init__(
        self,
        calls: Calls,
        settings: ProcessEventsSettings,
        places: LivePlaces,
        tombstones: TombstoneKeys,
        known: KnownSessions,
        known_ads: KnownAds,
        clock_ms: Callable[[], int],
        patience: Patience,
    ) -> None:
        self._calls = calls
        self._settings = settings
        self._places = places
        self._tombstones = tombstones
        self._table = settings.viewer_profiles_table
        self._known = known
        self._known_ads = known_ads
        self._clock_ms = clock_ms
        self._patience = patience
        self._written = Written()
        self._left: list[SessionWrite] = []  # what a round leaves to do
        self._throttled = False

    def write(self, parts: Sequence[SessionPart]) -> Written:
        """Raises StoreUnavailable when something could not be written; what was stays, and is known."""
        known, trusted = self._known, self._known.is_trusted
        writes = [SessionWrite(part, known.take((part.viewer_id, part.session_id)), trusted) for part in parts]
        waiting = writes
        for _ in self._patience.rounds(lambda: self._throttled):
            waiting = self._round(waiting)
            if not waiting:
                break
        else:
            raise StoreUnavailable(f"{len(waiting)} of {len(parts)} sessions could not be written")
        self._write_titles(writes)
        self._write_ads(writes)
        rows = RowWriter(self._calls, self._settings, self._patience, self._clock_ms())
        self._written.refused += rows.write([(write.part, write.events, write.erased_ms) for write in writes])
        return self._written

    def _round(self, writes: list[SessionWrite]) -> list[SessionWrite]:
        """One try of each write; those left to do."""
        self._left, self._throttled = [], False
        self._in_calls(
            self._read, [write for write in writes if not write.stored and not write.is_read], KEYS_A_READ
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
        for group in _one_erasure_a_viewer(new):
            self._in_calls(self._create, group, _CREATED_TOGETHER)
        return self._left

    def _write_titles(self, writes: Sequence[SessionWrite]) -> None:
        titles = [(title, write.erased_ms) for write in writes for title in write.titles]
        if titles:
            write_titles(self._calls, self._settings, self._patience, titles)
        for write in writes:
            write.titles = []

    def _write_ads(self, writes: Sequence[SessionWrite]) -> None:
        ads = AdWriter(
            self._calls, self._table, self._settings.profile_retention_days, self._known_ads, self._patience
        )
        ads.write(
            SessionAds(
                write.part.viewer_id,
                write.part.session_id,
                write.events,
                write.session.last_seen_ms,
                write.erased_ms,
            )
            for write in writes
        )

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
        found = {(i["viewer_id"]["S"], i["sk"]["S"]): i for i in self._calls.read([write.key for write in writes])}
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

    def _join(self, write: SessionWrite) -> None:
        try:
            write.join(self._settings, self._places, self._clock_ms())
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

    def _create(self, writes: list[SessionWrite]) -> None:
        checks: dict[str, list[Action]] = {}  # a transaction can't check the same tombstone twice
        puts: list[Action] = []
        keys = {write.part.viewer_id: self._tombstones.of(write.part.viewer_id) for write in writes}
        version = self._clock_ms()
        for write in writes:
            viewer_id = write.part.viewer_id
            checks[viewer_id], put = write.create(self._table, keys[viewer_id], version)
            puts.append(put)
        try:
            self._calls.transact([*chain.from_iterable(checks.values()), *puts])
        except Cancelled as cancelled:
            reasons = iter(cancelled.reasons)
            by_viewer = {viewer_id: _one_of(list(islice(reasons, len(own)))) for viewer_id, own in checks.items()}
            checked = [by_viewer[write.part.viewer_id] for write in writes]
            self._not_created(writes, keys, checked, list(reasons))
            return
        for write in writes:
            self._succeeded(write, version)

    def _not_created(
        self,
        writes: list[SessionWrite],
        keys: Mapping[str, Sequence[Item]],
        checks: Sequence[str | None],
        puts: Sequence[str | None],
    ) -> None:
        """A transaction did nothing, by the fault of some of its writes."""
        viewers = dict.fromkeys(w.part.viewer_id for w, c in zip(writes, checks, strict=True) if c == _LOST)
        asked = [key for viewer_id in viewers for key in keys[viewer_id]]
        tombstones = {i["viewer_id"]["S"]: erased_at_ms(i) for i in (self._calls.read(asked) if asked else ())}
        for write, check, put in zip(writes, checks, puts, strict=True):
            if check == _LOST:
                names = [key["viewer_id"]["S"] for key in keys[write.part.viewer_id]]
                write.erased_ms = max((tombstones[name] for name in names if name in tombstones), default=None)
            if put is not None:
                self._failed(write, put)
            elif check is None or check == _LOST:
                self._again([write])
            else:
                self._failed(write, check)

    def _succeeded(self, write: SessionWrite, version: int) -> None:
        self._written.sessions += 1
        self._judge(write, True)
        self._known.put(write.mark_written(version))

    def _judge(self, write: SessionWrite, was_right: bool) -> None:
        if write.remembered_version:
            self._known.judge(was_right)
            write.remembered_version = 0

    def _failed(self, write: SessionWrite, code: str) -> None:
        """One item of a call answered for itself."""
        if code == _LOST:
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


def _one_of(reasons: Sequence[str | None]) -> str | None:
    """Of a viewer's checks: that it was erased, else what else went wrong, else None."""
    return _LOST if _LOST in reasons else next(filter(None, reasons), None)


def _one_erasure_a_viewer(writes: Sequence[SessionWrite]) -> list[list[SessionWrite]]:
    """Groups in which all sessions of a viewer heed the same erasure, so that one check of its tombstone serves
    them all. Mostly there is one group: they differ only while an erasure is being noticed."""
    groups: list[tuple[dict[str, int | None], list[SessionWrite]]] = []
    for write in writes:
        viewer_id, erased_ms = write.part.viewer_id, write.erased_ms
        for heeded, group in groups:
            if heeded.setdefault(viewer_id, erased_ms) == erased_ms:
                group.append(write)
                break
        else:
            groups.append(({viewer_id: erased_ms}, [write]))
    return [group for _, group in groups]
