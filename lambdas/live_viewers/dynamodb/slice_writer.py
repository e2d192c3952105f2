"""Writes one slice of a batch: reads its sessions, joins, writes them, each answering for itself, then rows."""

import logging
from collections.abc import Callable, Sequence

from live_viewers.dynamodb.calls import (
    ACTIONS_A_TRANSACTION,
    KEYS_A_READ,
    STATEMENTS_A_CALL,
    Action,
    Calls,
    Cancelled,
    Invalid,
    Passing,
    passes,
)
from live_viewers.dynamodb.items import erased_at_ms, live_key_of, session_of, session_sort_key, tombstone_key
from live_viewers.dynamodb.known_sessions import KnownSessions, Stored
from live_viewers.dynamodb.patience import Patience
from live_viewers.dynamodb.row_writer import RowWriter, has_rows
from live_viewers.dynamodb.session_statements import create_actions, update_statement
from live_viewers.dynamodb.slice_task import SliceTask
from live_viewers.intake.store import SessionPart, StoreUnavailable, Written
from live_viewers.session.session_codec import UnknownSessionFormat
from live_viewers.settings import Settings
from live_viewers.wire import RejectReason

logger = logging.getLogger(__name__)

_LOST = "ConditionalCheckFailed"
# Two actions a session; half of what is allowed, so that one that fails delays fewer.
_CREATED_TOGETHER = ACTIONS_A_TRANSACTION // 4
_TOO_MUCH = "the store can't take the session's item"


class SliceWriter:
    """Used once. `clock_ms` gives versions."""

    def __init__(
        self,
        calls: Calls,
        settings: Settings,
        known: KnownSessions,
        clock_ms: Callable[[], int],
        patience: Patience,
    ) -> None:
        self._calls = calls
        self._settings = settings
        self._table = settings.viewer_profiles_table
        self._known = known
        self._clock_ms = clock_ms
        self._patience = patience
        self._written = Written()
        self._left: list[SliceTask] = []  # what a round leaves to do
        self._throttled = False

    def write(self, parts: Sequence[SessionPart]) -> Written:
        """Raises StoreUnavailable when something could not be written; what was stays, and is known."""
        known, trusted = self._known, self._known.is_trusted
        tasks = [SliceTask(part, known.take((part.viewer_id, part.session_id)), trusted) for part in parts]
        waiting = tasks
        for _ in self._patience.rounds(lambda: self._throttled):
            waiting = self._round(waiting)
            if not waiting:
                break
        else:
            raise StoreUnavailable(f"{len(waiting)} of {len(parts)} sessions could not be written")
        rows = RowWriter(self._calls, self._settings.event_retention_days, self._patience)
        self._written.refused += rows.write([(task.part, task.events) for task in tasks])
        return self._written

    def _round(self, tasks: list[SliceTask]) -> list[SliceTask]:
        """One try of each task; those left to do."""
        self._left, self._throttled = [], False
        self._in_calls(self._read, [task for task in tasks if not task.stored and not task.is_read], KEYS_A_READ)
        unread = set(map(id, self._left))
        for task in tasks:
            if id(task) not in unread and task.part.events:
                self._join(task)
        ready = [task for task in tasks if task.attributes]
        new = [task for task in ready if task.stored is None]
        self._in_calls(self._update, [task for task in ready if task.stored is not None], STATEMENTS_A_CALL)
        for group in _each_viewer_once(new):
            self._in_calls(self._create, group, _CREATED_TOGETHER)
        return self._left

    def _in_calls(self, call: Callable[[list[SliceTask]], None], tasks: list[SliceTask], at_most: int) -> None:
        for at in range(0, len(tasks), at_most):
            self._patience.check()
            self._try(call, tasks[at : at + at_most])

    def _try(self, call: Callable[[list[SliceTask]], None], tasks: list[SliceTask]) -> None:
        """Make a call; where the store can't ever take it, narrow it down to the task that is the cause."""
        try:
            call(tasks)
        except Passing as passing:
            logger.debug("store: %s", passing)
            self._throttled = True
            self._again(tasks)
        except Invalid as invalid:
            if len(tasks) == 1:
                self._written.refused += tasks[0].refuse(RejectReason.UNSTORABLE, str(invalid))
                return
            half = len(tasks) // 2
            self._try(call, tasks[:half])
            self._try(call, tasks[half:])

    def _again(self, tasks: Sequence[SliceTask]) -> None:
        for task in tasks:
            task.forget()
        self._left += tasks

    def _read(self, tasks: list[SliceTask]) -> None:
        found = {(i["viewer_id"]["S"], i["sk"]["S"]): i for i in self._calls.read([task.key for task in tasks])}
        for task in tasks:
            item = found.get((task.part.viewer_id, session_sort_key(task.part.session_id)))
            if item is None:
                task.found(None)
                continue
            erased_ms = int(item["e"]["N"]) if "e" in item else None
            try:
                task.found(Stored(session_of(item), bytes(item["r"]["B"]), live_key_of(item), erased_ms))
                self._judge(task, task.read_version == task.remembered_version)
            except UnknownSessionFormat as unknown:
                self._written.refused += task.refuse(RejectReason.INTERNAL_ERROR, str(unknown))

    def _join(self, task: SliceTask) -> None:
        try:
            task.join(self._settings, self._clock_ms())
        except Exception as fault:
            self._written.refused += task.refuse_culprits(fault)
            if task.part.events:
                self._again([task])
            return
        if not task.events or task.attributes or task.stored is None:
            return
        if not task.is_read and has_rows(task.events):
            # Nothing new by what is remembered, but the viewer may have been erased since: ask before any row.
            self._again([task])
            return
        self._written.unchanged += 1
        self._known.put(task.stored.as_written())

    def _update(self, tasks: list[SliceTask]) -> None:
        versions = [max(task.read_version + 1, self._clock_ms()) for task in tasks]
        codes = self._calls.execute(
            [
                update_statement(
                    self._table, task.key, task.attributes, version, task.read_version, task.leaves_index
                )
                for task, version in zip(tasks, versions, strict=True)
            ]
        )
        for task, version, code in zip(tasks, versions, codes, strict=True):
            if code is None:
                self._succeeded(task, version)
            else:
                self._failed(task, code)

    def _create(self, tasks: list[SliceTask]) -> None:
        actions: list[Action] = []
        version = self._clock_ms()
        for task in tasks:
            part = task.part
            actions += create_actions(
                self._table, part.viewer_id, part.session_id, task.attributes, version, task.erased_ms
            )
        try:
            self._calls.transact(actions)
        except Cancelled as cancelled:
            self._not_created(tasks, cancelled.reasons[::2], cancelled.reasons[1::2])
            return
        for task in tasks:
            self._succeeded(task, version)

    def _not_created(
        self, tasks: list[SliceTask], checks: Sequence[str | None], puts: Sequence[str | None]
    ) -> None:
        """A transaction did nothing, by the fault of some of its tasks."""
        asked = [tombstone_key(task.part.viewer_id) for task, c in zip(tasks, checks, strict=True) if c == _LOST]
        tombstones = {i["viewer_id"]["S"]: erased_at_ms(i) for i in (self._calls.read(asked) if asked else ())}
        for task, check, put in zip(tasks, checks, puts, strict=True):
            if check == _LOST:
                task.erased_ms = tombstones.get(tombstone_key(task.part.viewer_id)["viewer_id"]["S"])
            if put is not None:
                self._failed(task, put)
            elif check is None or check == _LOST:
                self._again([task])
            else:
                self._failed(task, check)

    def _succeeded(self, task: SliceTask, version: int) -> None:
        self._written.sessions += 1
        self._judge(task, True)
        self._known.put(task.is_written(version))
        task.attributes = {}

    def _judge(self, task: SliceTask, was_right: bool) -> None:
        if task.remembered_version:
            self._known.judge(was_right)
            task.remembered_version = 0

    def _failed(self, task: SliceTask, code: str) -> None:
        """One item of a call answered for itself."""
        if code == _LOST:
            self._written.conflicts += 1
            self._judge(task, False)
            self._again([task])
        elif passes(code):
            self._throttled = True
            self._again([task])
        elif code in ("ValidationError", "ValidationException"):
            self._written.refused += task.refuse(RejectReason.UNSTORABLE, _TOO_MUCH)
        else:
            raise StoreUnavailable(f"the write of a session was answered with {code}")


def _each_viewer_once(tasks: Sequence[SliceTask]) -> list[list[SliceTask]]:
    """Groups without two sessions of one viewer: a transaction can't check the same tombstone twice."""
    groups: list[dict[str, SliceTask]] = []
    for task in tasks:
        viewer = task.part.viewer_id
        group = next((group for group in groups if viewer not in group), None)
        if group is None:
            groups.append(group := {})
        group[viewer] = task
    return [list(group.values()) for group in groups]
