"""One change of a session item, as the table's stream tells it."""

from collections.abc import Sequence
from dataclasses import dataclass

from live_viewers.defaults import DEFAULT_PING_INTERVAL_S
from live_viewers.session.liveness import lease_minute, live_until_ms
from live_viewers.session.media_session import MediaSession
from live_viewers.session.status import Status, status_of

# A change that can't be read holds up those behind it for so long: a release that reads it may be on its way.
UNREADABLE_HELD_MS = 10 * 60 * 1000


@dataclass(frozen=True, slots=True)
class SessionImage:
    """A session as one write left it. `status`, `lease_minute` and `media_id` are what it counts for: as written
    beside the packed session, never computed again, so that what one image added the next takes away, whatever
    release or setting reads them (None where they can't be known: then it counts for nothing). `session` is None
    where the packed session can't be read. `problem` says what can't be; empty where all can.
    """

    status: Status | None
    lease_minute: int | None
    media_id: str | None
    session: MediaSession | None
    problem: str = ""

    @classmethod
    def of(cls, session: MediaSession, default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S) -> "SessionImage":
        """The image that this release would write."""
        ends_ms = live_until_ms(session, default_ping_interval_s)
        return cls(status_of(session), lease_minute(session.last_seen_ms, ends_ms), session.media_id, session)


@dataclass(frozen=True, slots=True)
class SessionChange:
    """`old` is the session before (None: it is new), `new` the one after (None: it was removed).

    `sequence` is the stream's sequence number: it grows within a shard, and only there. `expired` tells a removal
    by the table's time to live from one by an erasure. `created_ms` is the time of the change.
    """

    sequence: int
    viewer_id: str
    session_id: str
    old: SessionImage | None
    new: SessionImage | None
    expired: bool = False
    created_ms: int = 0

    @property
    def was_erased(self) -> bool:
        return self.new is None and not self.expired

    @property
    def problem(self) -> str:
        """Why an image of it can't be read; empty where both can."""
        return next((image.problem for image in (self.new, self.old) if image is not None and image.problem), "")


def until_held(
    changes: Sequence[SessionChange], now_ms: int
) -> tuple[Sequence[SessionChange], SessionChange | None]:
    """The changes before the first that holds up the others, and that one (None: there is none)."""
    for number, change in enumerate(changes):
        if change.problem and now_ms - change.created_ms < UNREADABLE_HELD_MS:
            return changes[:number], change
    return changes, None
