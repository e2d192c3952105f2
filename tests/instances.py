"""An instance of process_events as Lambda would run one, beside others, on a table of its own or a shared one."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import process_events

from live_viewers.dynamodb import items
from live_viewers.dynamodb.writing.calls import Action, Answers, Calls, Group, Statement
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.intake.rejected import RejectedRecord, read_rejected
from live_viewers.session.media_session import MediaSession
from live_viewers.session.timeline import TimelineRow
from live_viewers.settings import ProcessEventsSettings
from live_viewers.stage_file import StageFile
from live_viewers.wire import DecodeSettings
from live_viewers.wire.stage_paths import StagePaths
from tests.tables import client_of, transport_of

_A_MINUTE_MS = 60_000
FOR_EVER_DAYS = 36_500
_DEFAULTS = StageFile()
# As a stage decodes that defines nothing of its own.
DECODING = DecodeSettings(paths=StagePaths(_DEFAULTS.dimensions))


class RejectedInMemory:
    """Rejected records by the name of their object."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def keep(self, objects: Iterable[tuple[str, bytes]]) -> None:
        self.objects.update(objects)

    @property
    def records(self) -> list[RejectedRecord]:
        return [record for body in self.objects.values() for record in read_rejected(body)]


class InterruptibleCalls(Calls):
    """Runs `before_write` once, between an invocation's reads and its first write of a session."""

    before_write: Callable[[], None] | None = None

    def execute_each(
        self, groups: Iterable[Group], statements_of: Callable[[Group], Sequence[Statement]]
    ) -> Answers[Group, list[str | None]]:
        return super().execute_each(self._interrupted(groups), statements_of)

    def transact_each(
        self, groups: Iterable[Group], actions_of: Callable[[Group], Sequence[Action]]
    ) -> Answers[Group, Sequence[str | None] | None]:
        return super().transact_each(self._interrupted(groups), actions_of)

    def transact(self, actions: Sequence[Action]) -> None:
        self._interrupt()
        super().transact(actions)

    def _interrupted(self, groups: Iterable[Group]) -> Iterator[Group]:
        for group in groups:
            self._interrupt()
            yield group

    def _interrupt(self) -> None:
        interrupt, self.before_write = self.before_write, None
        if interrupt is not None:
            interrupt()


class Instance:
    """A function instance, with the memory that it keeps between invocations."""

    def __init__(
        self,
        endpoint: str,
        table: str,
        rejected: RejectedInMemory | None = None,
        stage_file: StageFile = _DEFAULTS,
        **settings: Any,
    ) -> None:
        self.client = client_of(endpoint)
        # The tests' events happened on a fixed day: a row whose time to live has passed isn't written.
        given = {"event_retention_days": FOR_EVER_DAYS, **settings}
        self.settings = ProcessEventsSettings(
            stage="local",
            viewer_profiles_table=table,
            rejected_bucket="-",
            live_index_secret="secret",
            tombstone_secret="secret",
            **given,
        )
        self.decoding = DecodeSettings(
            self.settings.placeholders, StagePaths(stage_file.dimensions, stage_file.media_id_from)
        )
        self.calls = InterruptibleCalls(transport_of(endpoint), table)
        self.sessions = SessionWriter(self.calls, self.settings)
        self.rejected = rejected or RejectedInMemory()

    def process(
        self,
        event: dict[str, Any],
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        time_left_ms: Callable[[], int] = lambda: _A_MINUTE_MS,
    ) -> None:
        process_events.process(
            event, self.settings, self.decoding, self.sessions, self.rejected, clock_ms, time_left_ms
        )


def stored_items(client: Any, table: str, viewer_id: str) -> list[dict[str, Any]]:
    """All of a viewer's items."""
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="viewer_id = :viewer",
        ExpressionAttributeValues={":viewer": {"S": viewer_id}},
        ConsistentRead=True,
    )
    return [item for page in pages for item in page["Items"]]


def stored_viewer(client: Any, table: str, viewer_id: str) -> tuple[dict[str, MediaSession], list[TimelineRow]]:
    """A viewer's sessions by id, and the timeline in order."""
    return viewer_of(stored_items(client, table, viewer_id))


def viewer_of(found: Iterable[dict[str, Any]]) -> tuple[dict[str, MediaSession], list[TimelineRow]]:
    """The sessions and the timeline among a viewer's items."""
    found = list(found)
    sessions = [items.session_of(item) for item in found if item["sk"]["S"].startswith(items.SESSION_PREFIX)]
    rows = [items.timeline_row_of(item) for item in found if item["sk"]["S"].startswith(items.EVENT_PREFIX)]
    return {session.session_id: session for session in sessions}, rows
