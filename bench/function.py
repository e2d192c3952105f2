"""process_events as an instance of the function runs it, in this process: its log thrown away, its clock given."""

import contextlib
import io
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import process_events

from kafka_event_source.ports import Invocation
from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.tombstones import STATE_KEY, state_item
from live_viewers.dynamodb.transport import Transport
from live_viewers.dynamodb.writing.calls import Action, Calls, Statement
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.intake.rejected import RejectedStore
from live_viewers.intake.store import StoreUnavailable
from live_viewers.settings import ProcessEventsSettings
from live_viewers.stage_file import StageFile
from live_viewers.wire import DecodeSettings
from live_viewers.wire.stage_paths import StagePaths
from tests.calls_one_by_one import OneByOne
from tests.tables import transport_of

SECRET = "secret"
DECODING = DecodeSettings(paths=StagePaths(StageFile().dimensions))
"""As of a stage that configures no dimensions of its own."""
# A stage whose old tombstones are rewritten, as each is from its first hours on.
ABOUT_TOMBSTONES = state_item(SECRET, 0, is_done=True)


class InstantCalls(OneByOne, Calls):
    """A store that is empty, and takes everything at once: what is left is our own work."""

    def __init__(self) -> None:
        super().__init__(transport_of("http://nowhere.invalid"), "instant")

    def read(self, keys: Sequence[Item]) -> list[Item]:
        return [ABOUT_TOMBSTONES] if STATE_KEY in keys else self.read_sessions(keys)

    def read_sessions(self, keys: Sequence[Item]) -> list[Item]:
        """Those of the sessions that there are: none."""
        return []

    def execute(self, statements: Sequence[Statement]) -> list[str | None]:
        return [None] * len(statements)

    def transact(self, actions: Sequence[Action]) -> None:
        pass

    def put(self, items: Sequence[Item]) -> list[Item]:
        return []


class _NothingRejected:
    """Golden inputs only: a rejected record is a fault of the benchmark."""

    def keep(self, objects: Iterable[tuple[str, bytes]]) -> None:
        for name, body in objects:
            raise AssertionError(f"rejected: {name}: {body[:300]!r}")


class Function:
    """An Invoker of the Kafka event source, too: it parses the payload as Lambda's Python runtime does.

    `now_ms` stands still: an hour that is simulated takes a minute.
    """

    function_arn = "arn:aws:lambda:us-east-1:000000000000:function:process_events"

    def __init__(
        self,
        calls: Calls,
        table: str,
        now_ms: int,
        rejected: RejectedStore | None = None,
        decoding: DecodeSettings = DECODING,
        **settings: Any,
    ) -> None:
        self.decoding = decoding
        self.settings = ProcessEventsSettings(
            stage="local",
            viewer_profiles_table=table,
            rejected_bucket="-",
            live_index_secret="secret",
            tombstone_secret=SECRET,
            **settings,
        )
        self.sessions = SessionWriter(calls, self.settings)
        self.rejected = rejected or _NothingRejected()
        self.now_ms = now_ms
        self.records = 0
        self.failures = 0

    def __call__(self, event: dict[str, Any]) -> None:
        process_events.process(
            event, self.settings, self.decoding, self.sessions, self.rejected, lambda: self.now_ms, lambda: 120_000
        )

    def invoke(self, payload: bytes) -> Invocation:
        event = json.loads(payload)
        try:
            self(event)
        except StoreUnavailable as unavailable:  # Kafka delivers the batch again
            self.failures += 1
            return Invocation(200, "Unhandled", json.dumps({"errorMessage": str(unavailable)}).encode(), "bench")
        self.records += sum(map(len, event["records"].values()))
        return Invocation(200, None, b"null", "bench")

    def close(self) -> None:
        """Nothing is open."""


def transport(endpoint: str) -> Transport:
    """The way to DynamoDB as the function makes it."""
    return transport_of(endpoint)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Log lines and metrics are made, and go nowhere."""
    nowhere = io.StringIO()
    nowhere.write = len  # type: ignore[method-assign]  # a text is as long as it says, and forgotten
    logger = process_events.logger
    handlers = [handler for handler in logger.handlers if isinstance(handler, logging.StreamHandler)]
    streams = [(handler, handler.setStream(nowhere)) for handler in handlers]
    try:
        with contextlib.redirect_stdout(nowhere):
            yield
    finally:
        for handler, stream in streams:
            handler.setStream(stream)
