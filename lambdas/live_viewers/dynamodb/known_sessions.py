"""Sessions as the store has them, kept from one invocation to the next: an optimisation that saves reads.

A write is conditional on the version, so a session that changed meanwhile is read again; and no conclusion but
"write this" is drawn from memory. An instance that starts anew does the same work with more reads.
"""

import threading

from live_viewers.media_session import MediaSession
from live_viewers.session_codec import pack, unpack

SessionKey = tuple[str, str]  # viewer_id, session_id


class Stored:
    """A session as its item has it. `packed` are its bytes there, `indexed` whether it is in LiveSessions,
    `erased_ms` when the viewer was erased before the session began (None: never)."""

    __slots__ = ("erased_ms", "indexed", "packed", "session")

    def __init__(self, session: MediaSession, packed: bytes, indexed: bool, erased_ms: int | None) -> None:
        self.session = session
        self.packed = packed
        self.indexed = indexed
        self.erased_ms = erased_ms

    def as_written(self) -> "Stored":
        """The same, without what was joined to the session since and not written."""
        session = self.session
        if pack(session) != self.packed:
            session = unpack(session.viewer_id, session.session_id, self.packed, session.version)
        return Stored(session, self.packed, self.indexed, self.erased_ms)


class KnownSessions:
    """At most `most` sessions, the one put longest ago forgotten first. `take` gives one away: who changes it puts
    it back when the store has it too, so a failure can't leave behind what was never written."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._sessions: dict[SessionKey, Stored] = {}
        self._lock = threading.Lock()

    def take(self, key: SessionKey) -> Stored | None:
        with self._lock:
            return self._sessions.pop(key, None)

    def put(self, stored: Stored) -> None:
        with self._lock:
            self._sessions[stored.session.viewer_id, stored.session.session_id] = stored
            if len(self._sessions) > self._most:
                del self._sessions[next(iter(self._sessions))]
