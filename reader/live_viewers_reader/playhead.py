"""Where the playhead of a session is now."""

from datetime import datetime
from typing import Protocol


class _Session(Protocol):
    @property
    def position_s(self) -> float | None: ...
    @property
    def position_at(self) -> datetime: ...
    @property
    def playback_rate(self) -> float: ...
    @property
    def duration_s(self) -> float | None: ...
    @property
    def status(self) -> str: ...
    @property
    def live_until(self) -> datetime: ...


class Playhead:
    """What a session can tell beside its fields."""

    __slots__ = ()

    def position_s_at(self: _Session, now: datetime) -> float | None:
        """The playhead now: while the video plays it moves on from where it was last told."""
        if self.position_s is None or self.status != "WATCHING_VIDEO" or now >= self.live_until:
            return self.position_s
        moved = max(0.0, (now - self.position_at).total_seconds()) * self.playback_rate
        position = self.position_s + moved
        return position if self.duration_s is None else min(position, max(self.duration_s, self.position_s))
