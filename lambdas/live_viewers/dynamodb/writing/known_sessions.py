"""Sessions as the store has them, kept from one invocation to the next: an optimisation that saves reads.

A write is conditional on the version, so a session that changed meanwhile is read again; and no conclusion but
"write this" is drawn from memory. An instance that starts anew does the same work with more reads.
"""

from live_viewers.dynamodb.live_key import LivePlace
from live_viewers.dynamodb.writing.known_items import KnownItems
from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_codec import format_version_of, pack, unpack

SessionKey = tuple[str, str]  # viewer_id, session_id


class Stored:
    """A session as its item has it: `packed`, `media_id` and `dimensions` are as there, `live_key` is its sort key
    in LiveSessions (None: it isn't there), `erased_ms` the viewer's erasure before the session began (None: there
    was none), `place` the session's place in LiveSessions, where it was computed."""

    __slots__ = ("dimensions", "erased_ms", "live_key", "media_id", "packed", "place", "session")

    def __init__(
        self,
        session: MediaSession,
        packed: bytes,
        live_key: int | None,
        erased_ms: int | None,
        place: LivePlace | None = None,
    ) -> None:
        self.session = session
        self.packed = packed
        self.media_id = session.media_id  # of the session as it is now, before anything is joined to it
        self.dimensions = session.dimensions.text
        self.live_key = live_key
        self.erased_ms = erased_ms
        self.place = place

    def is_beside(self, session: MediaSession) -> bool:
        """Whether what an item has beside the packed bytes, and they don't tell, is the same of this session."""
        return session.media_id == self.media_id and session.dimensions.text == self.dimensions

    def as_written(self) -> "Stored":
        """The same, without what was joined to the session since and not written."""
        session = self.session
        if not self.is_beside(session) or pack(session, format_version_of(self.packed)) != self.packed:
            session = unpack(
                session.viewer_id,
                session.session_id,
                self.packed,
                session.version,
                self.media_id,
                self.dimensions,
            )
        return Stored(session, self.packed, self.live_key, self.erased_ms, self.place)


class KnownSessions(KnownItems[SessionKey, Stored]):
    """`trust`: that a session is as it is remembered."""

    def put(self, stored: Stored) -> None:
        """The store has it."""
        self.keep((stored.session.viewer_id, stored.session.session_id), stored)
