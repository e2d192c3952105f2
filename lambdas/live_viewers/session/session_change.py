"""One change of a session item, as the table's stream reports it."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from live_viewers.defaults import DEFAULT_PING_INTERVAL_S
from live_viewers.session.liveness import lease_minute, live_until_ms
from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_facts import SessionFacts, facts_of
from live_viewers.session.status import Status, status_of
from live_viewers.stored_format import UnreadableBytes

# A change that can't be read holds up those behind it for so long: a release that reads it may be on its way.
UNREADABLE_HELD_MS = 10 * 60 * 1000


class SessionImage:
    """A session as one write left it. `status`, `lease_minute`, `media_id` and `dimensions` (tokens; none in
    images of version 1) are what it counts for, and with `is_pinned` in its title by each closed value: as written
    beside the packed session, never computed again, so that what one image added the next takes away, whatever
    release or setting reads them (None where they can't be known: then it counts for nothing).

    `unpack` gives the session and `read_facts` its facts, or they raise UnreadableBytes. Each is called when it is
    first asked for: who only counts makes no session, and who only asks which pages watch it reads nothing.
    """

    __slots__ = (
        "_default_ping_interval_s",
        "_facts",
        "_lease_minute",
        "_problem",
        "_read_facts",
        "_session",
        "_unpack",
        "dimensions",
        "is_pinned",
        "media_id",
        "status",
    )

    def __init__(
        self,
        status: Status | None,
        lease_minute: int | None,
        media_id: str | None,
        unpack: Callable[[], MediaSession],
        default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S,
        dimensions: tuple[str, ...] = (),
        is_pinned: bool = False,
        read_facts: Callable[[], SessionFacts] | None = None,
    ) -> None:
        self.status = status
        self.media_id = media_id
        self.dimensions = dimensions
        self.is_pinned = is_pinned
        self._lease_minute = lease_minute
        self._unpack: Callable[[], MediaSession] | None = unpack
        self._read_facts = read_facts or (lambda: facts_of(unpack()))
        self._default_ping_interval_s = default_ping_interval_s
        self._session: MediaSession | None = None
        self._facts: SessionFacts | None = None
        self._problem: str | None = None  # of the facts; None until they are read

    @classmethod
    def of(cls, session: MediaSession, default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S) -> "SessionImage":
        """The image that this release would write."""
        minute = _lease_minute_of(session, default_ping_interval_s)
        tokens = session.dimensions.tokens
        return cls(status_of(session), minute, session.media_id, lambda: session, dimensions=tokens)

    @property
    def session(self) -> MediaSession | None:
        """The packed session; None where it can't be read."""
        if self._unpack is not None:
            unpack, self._unpack = self._unpack, None
            with suppress(UnreadableBytes):
                self._session = unpack()
        return self._session

    @property
    def facts(self) -> SessionFacts | None:
        """What counting asks of it; None where it can't be read."""
        if self._problem is None:
            try:
                self._facts, self._problem = self._read_facts(), ""
            except UnreadableBytes as unreadable:
                self._problem = str(unreadable)
        return self._facts

    @property
    def problem(self) -> str:
        """What can't be read; empty where all that counts can."""
        self.facts  # noqa: B018 - reads it
        return self._problem or ("an unknown status" if self.status is None else "")

    @property
    def lease_minute(self) -> int | None:
        """The Unix minute in which the lease ends; version 1 hasn't written it, so there it is computed."""
        if self._lease_minute is None and self.session is not None:
            return _lease_minute_of(self.session, self._default_ping_interval_s)
        return self._lease_minute


def _lease_minute_of(session: MediaSession, default_ping_interval_s: int) -> int:
    return lease_minute(session.last_seen_ms, live_until_ms(session, default_ping_interval_s))


class SessionChange(msgspec.Struct, frozen=True):
    """`old` is the session before (None: it is new), `new` the one after (None: it was removed).

    `sequence` is the stream's sequence number: it grows within a shard, and only there. `expired`: removed
    by the table's time to live, not by an erasure. `created_ms` is the time of the change.
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
        problem = "" if self.new is None else self.new.problem
        return problem or ("" if self.old is None else self.old.problem)


def until_held(
    changes: Sequence[SessionChange], now_ms: int
) -> tuple[Sequence[SessionChange], SessionChange | None]:
    """The changes before the first that holds up the others, and that one (None: there is none)."""
    for number, change in enumerate(changes):
        if change.problem and now_ms - change.created_ms < UNREADABLE_HELD_MS:
            return changes[:number], change
    return changes, None
