"""What counting asks of a session, and what tells whether its viewer's profile item shows a change: little of it.

Read from packed bytes it costs a tenth of the session. It is the same of a session and of the bytes that it was
packed to.
"""

import msgspec

from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import NEVER
from live_viewers.session.media_session import NOT_YET, MediaSession
from live_viewers.session.start_up import StartUp, start_up_of


class SessionFacts(msgspec.Struct, frozen=True, gc=False):
    """Fields of a MediaSession, or what follows from one.

    `kinds`: bit n tells of a register of the kind with rank n; `failed_ms`: the newest error's order time, NOT_YET
    without. `has_snapshot`: of an event with a player entity. `visits` are the counters of each visit by its
    start, as SessionCounters.dump tells them.
    """

    first_seen_ms: int
    last_seen_ms: int
    failed_ms: int
    minutes: int
    kinds: int
    totals_void: bool
    carried_ads: bool
    has_snapshot: bool
    title: str | None
    visits: dict[int, list[int]]
    start_up: StartUp

    def has(self, kind: EventKind) -> bool:
        """Whether an event of this kind came."""
        return bool(self.kinds >> kind & 1)


def facts_of(session: MediaSession) -> SessionFacts:
    """The facts of a session."""
    error = session.registers[EventKind.ERROR]
    return SessionFacts(
        session.first_seen_ms,
        session.last_seen_ms,
        NOT_YET if error == NEVER else error[0],
        session.minutes,
        sum(1 << kind for kind, register in enumerate(session.registers) if register != NEVER),
        session.totals_void,
        session.carried_ads,
        session.newest is not None,
        session.title,
        {start: counters.dump() for start, counters in session.visits.by_start.items()},
        start_up_of(session),
    )
