"""What the API tells, as values. Fields that a later API adds are ignored. Times are aware datetimes
(UTC).
"""

from datetime import datetime

import msgspec


class Ad(msgspec.Struct, frozen=True):
    """The ad that is playing, and the break it is in."""

    ad_id: str | None = None
    name: str | None = None
    creative_id: str | None = None
    pod_position: int | None = None
    duration_s: float | None = None
    skippable: bool | None = None
    break_id: str | None = None
    break_name: str | None = None
    break_type: str | None = None
    pod_size: int | None = None


class Totals(msgspec.Struct, frozen=True):
    """Sums so far; None where the events' format can't tell. `sessions` and `titles` are a viewer's only."""

    time_played_s: float | None = None
    time_played_muted_s: float | None = None
    time_paused_s: float | None = None
    content_watched_s: float | None = None
    time_buffering_s: float | None = None
    time_spent_ads_s: float | None = None
    ad_breaks: int | None = None
    ads_seen: int | None = None
    ads_clicked: int | None = None
    ads_skipped: int | None = None
    ads_completed: int | None = None
    sessions: int | None = None
    titles: int | None = None


class Experience(msgspec.Struct, frozen=True):
    """How good the playback was."""

    start_up_s: float | None = None
    rebuffer_ratio: float | None = None
    errors: int = 0
    failed_sessions: int = 0


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One viewing by one viewer. Of two states of a session the one with the higher `version` is newer."""

    viewer_id: str
    media_session_id: str
    synthetic: bool
    version: int
    status: str
    live: bool
    watching: bool
    live_until: datetime
    first_seen: datetime
    last_seen: datetime
    media_id: str | None
    title: str | None
    position_s: float | None
    position_at: datetime
    max_position_s: float | None
    duration_s: float | None
    playback_rate: float
    livestream: bool | None
    muted: bool | None
    volume: int | None
    fullscreen: bool | None
    picture_in_picture: bool | None
    quality: str | None
    media_type: str | None
    player_type: str | None
    ad: Ad | None
    totals: Totals
    experience: Experience

    def position_s_at(self, now: datetime) -> float | None:
        """The playhead now: while the video plays it moves on from where it was last told."""
        if self.position_s is None or self.status != "WATCHING_VIDEO" or now >= self.live_until:
            return self.position_s
        moved = max(0.0, (now - self.position_at).total_seconds()) * self.playback_rate
        position = self.position_s + moved
        return position if self.duration_s is None else min(position, max(self.duration_s, self.position_s))


class WatchedTitle(msgspec.Struct, frozen=True):
    """A title that the viewer watched, and when last."""

    media_id: str
    title: str
    last_seen: datetime


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """A viewer, folded from the sessions that are kept: `sessions` are the newest 20, `titles` the 10
    watched last."""

    viewer_id: str
    status: str
    live: bool
    live_until: datetime
    first_seen: datetime
    last_seen: datetime
    version: int
    current_session: Session
    live_sessions: list[str]
    totals: Totals
    experience: Experience
    titles: list[WatchedTitle]
    sessions: list[Session]


class Erased(msgspec.Struct, frozen=True):
    """Everything kept of the viewer is to be forgotten."""

    viewer_id: str
