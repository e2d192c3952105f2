"""One change of a session item, as the table's stream tells it."""

from dataclasses import dataclass

from live_viewers.session.media_session import MediaSession


@dataclass(frozen=True, slots=True)
class SessionChange:
    """`old` is the session before (None: it is new), `new` the one after (None: it was removed).

    `sequence` is the stream's sequence number: it grows within a shard, and only there. `expired` tells a removal
    by the table's time to live from one by an erasure.
    """

    sequence: int
    viewer_id: str
    session_id: str
    old: MediaSession | None
    new: MediaSession | None
    expired: bool = False

    @property
    def was_erased(self) -> bool:
        return self.new is None and not self.expired
