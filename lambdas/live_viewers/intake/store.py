"""What the hot path asks of a store of sessions: to take in a batch, whatever arrived before it or beside it."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from live_viewers.events.media_event import MediaEvent
from live_viewers.wire import RejectReason


class StoreUnavailable(RuntimeError):
    """The store is throttled, away or contended beyond what retrying helps: the batch has to come again."""


class OutOfTime(StoreUnavailable):
    """The invocation's time was nearly over. What was written stays, so the next delivery gets further."""


class NewerRelease(StoreUnavailable):
    """A session was written by a newer release, in a format that this one doesn't know: Kafka keeps the batch
    until that release is back (docs/upgrading.md)."""


class SessionPart:
    """A batch's events of one session, each with the Kafka record that it came in (its position in both lists)."""

    __slots__ = ("events", "records", "session_id", "viewer_id")

    def __init__(self, viewer_id: str, session_id: str) -> None:
        self.viewer_id = viewer_id
        self.session_id = session_id
        self.events: list[MediaEvent] = []
        self.records: list[dict[str, Any]] = []


class Refused(NamedTuple):
    """A record that isn't taken in, and why. `detail` is for people and holds no id or value of the record."""

    record: dict[str, Any]
    reason: RejectReason
    detail: str


class Written:
    """What became of a batch."""

    def __init__(self) -> None:
        self.sessions = 0
        self.unchanged = 0
        self.conflicts = 0
        self.refused: list[Refused] = []


class SessionStore(Protocol):
    """Sessions and their timelines."""

    def write(
        self, parts: Sequence[SessionPart], clock_ms: Callable[[], int], time_left_ms: Callable[[], int]
    ) -> Written:
        """Merge the parts into their sessions and write their timeline rows.

        `clock_ms` gives versions; `time_left_ms` how long this may take. What is written stays when the rest
        fails. Raises StoreUnavailable (OutOfTime) when not everything could be written.
        """
