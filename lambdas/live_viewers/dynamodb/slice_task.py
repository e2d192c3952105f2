"""A session's part of a batch on its way into the store."""

from collections.abc import Sequence

from live_viewers.dynamodb.items import Item, live_key_of, session_key
from live_viewers.dynamodb.known_sessions import Stored
from live_viewers.dynamodb.session_join import events_after, join
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import Refused, SessionPart
from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_codec import pack
from live_viewers.settings import Settings
from live_viewers.wire import RejectReason


class SliceTask:
    """`stored` is the session as the store has it: read (`is_read`) or remembered, None where it isn't known or
    doesn't exist. `remembered_version` is what memory says, until it turns out right or wrong (0: nothing). After
    `join`, `attributes` are those to write (empty: none) and `events` those that were joined. `erased_ms`: the
    viewer's erasure, where one is known."""

    __slots__ = (
        "attributes",
        "erased_ms",
        "events",
        "is_read",
        "packed",
        "part",
        "remembered_version",
        "session",
        "stored",
    )

    def __init__(self, part: SessionPart, remembered: Stored | None, is_trusted: bool) -> None:
        self.part = part
        self.stored = remembered if is_trusted else None
        self.remembered_version = remembered.session.version if remembered else 0
        self.is_read = False
        self.erased_ms: int | None = None
        self.events: Sequence[MediaEvent] = ()
        self.session = MediaSession(part.viewer_id, part.session_id)
        self.packed = b""
        self.attributes: Item = {}

    @property
    def key(self) -> Item:
        return session_key(self.part.viewer_id, self.part.session_id)

    @property
    def read_version(self) -> int:
        return self.stored.session.version if self.stored else 0

    @property
    def leaves_index(self) -> bool:
        return self.stored is not None and self.stored.live_key is not None and "lp" not in self.attributes

    def forget(self) -> None:
        """What is known of the store may be wrong by now: it is to be read."""
        self.stored, self.is_read, self.events, self.attributes = None, False, (), {}

    def found(self, stored: Stored | None) -> None:
        """What the store has."""
        self.stored, self.is_read = stored, True

    def join(self, settings: Settings, now_ms: int) -> None:
        """Join the part's events to the session. Raises whatever a fault of ours raises."""
        stored = self.stored
        if stored is not None:
            self.erased_ms = stored.erased_ms
        self.events = events_after(self.part.events, self.erased_ms)
        self.attributes = {}
        if not self.events:
            return
        new = MediaSession(self.part.viewer_id, self.part.session_id)
        self.session = new if stored is None else stored.session
        self.packed, self.attributes = join(self.session, self.events, stored, self.erased_ms, settings, now_ms)

    def is_written(self, version: int) -> Stored:
        """What the store has now."""
        self.session.version = version
        return Stored(self.session, self.packed, live_key_of(self.attributes), self.erased_ms)

    def refuse(self, reason: RejectReason, detail: str) -> list[Refused]:
        """Give the whole part up."""
        refused = [Refused(record, reason, detail) for record in self.part.records]
        self.part.events, self.part.records = [], []
        self.events, self.attributes = (), {}
        return refused

    def refuse_culprits(self, fault: Exception) -> list[Refused]:
        """Of a part that could not be joined, give up the records that can't be joined alone; else all of it."""
        detail = f"joining: {type(fault).__name__}"
        part = self.part
        good = [_joins_alone(event) for event in part.events]
        if all(good):
            return self.refuse(RejectReason.INTERNAL_ERROR, detail)
        refused = [
            Refused(record, RejectReason.INTERNAL_ERROR, detail)
            for record, fine in zip(part.records, good, strict=True)
            if not fine
        ]
        part.events = [event for event, fine in zip(part.events, good, strict=True) if fine]
        part.records = [record for record, fine in zip(part.records, good, strict=True) if fine]
        return refused


def _joins_alone(event: MediaEvent) -> bool:
    session = MediaSession(event.viewer_id, event.session_id)
    try:
        session.add(event)
        pack(session)
    except Exception:  # whatever it is: the question is only whether there is one
        return False
    return True
