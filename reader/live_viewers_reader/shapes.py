"""What the API answers with, as values. Fields that a later API adds are ignored. Times are
datetimes in UTC.

Generated from the API's models by `make generate`: change those.
"""

from datetime import datetime

import msgspec

from live_viewers_reader.playhead import Playhead


class Ad(msgspec.Struct, frozen=True, kw_only=True):
    """The ad that is playing, and the break it is in."""

    ad_id: str | None
    name: str | None
    creative_id: str | None
    pod_position: int | None
    duration_s: float | None
    skippable: bool | None
    break_id: str | None
    break_name: str | None
    break_type: str | None
    pod_size: int | None


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """`time_paused_s` leaves out the time before anything was started. `ads_seen` counts the ads played, where the
    tracker counts them, else ad views; `ads_completed` counts ad views, null in lists of live sessions and in the
    socket's messages where there were ads. `partial`: a session had more than four visits, what is here is of
    its newest four, or there were more ad views than are read.
    """

    time_played_s: float | None
    time_played_muted_s: float | None
    time_paused_s: float | None
    content_watched_s: float | None
    time_buffering_s: float | None
    time_spent_ads_s: float | None
    ad_breaks: int | None
    ads_seen: int | None
    ads_clicked: int | None
    ads_skipped: int | None
    ads_completed: int | None
    partial: bool


class Experience(msgspec.Struct, frozen=True, kw_only=True):
    """Of one session or of many.

    `start_up_s`: from the request to play (a click, an autoplay) to the first frame of content or ad; of many
    sessions the mean of those that have one. `rebuffer_ratio`: time buffering / time watched, stalls included
    (see `watched_s`), 0..1. Both None where they aren't known. `errors`: how many (at most 6 a session;
    all are in the timeline). `failed_sessions`: how many sessions stand in FAILED_VIDEO.
    """

    start_up_s: float | None
    rebuffer_ratio: float | None
    errors: int
    failed_sessions: int


class Session(Playhead, msgspec.Struct, frozen=True, kw_only=True):
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
    bitrate: int | None
    media_type: str | None
    player_type: str | None
    buffering_since: datetime | None
    ad: Ad | None
    dimensions: dict[str, str | None]
    totals: Totals
    experience: Experience


class ViewerTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over all of a viewer's sessions that are kept."""

    time_played_s: float | None
    time_played_muted_s: float | None
    time_paused_s: float | None
    content_watched_s: float | None
    time_buffering_s: float | None
    time_spent_ads_s: float | None
    ad_breaks: int | None
    ads_seen: int | None
    ads_clicked: int | None
    ads_skipped: int | None
    ads_completed: int | None
    partial: bool
    sessions: int
    titles: int


class WatchedTitle(msgspec.Struct, frozen=True, kw_only=True):
    """A title that the viewer watched, and when last."""

    media_id: str
    title: str
    last_seen: datetime


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """A viewer, folded from the sessions that are kept."""

    viewer_id: str
    status: str
    live: bool
    live_until: datetime
    first_seen: datetime
    last_seen: datetime
    version: int
    current_session: Session
    live_sessions: list[str]
    totals: ViewerTotals
    experience: Experience
    titles: list[WatchedTitle]
    sessions: list[Session]
    partial: bool


class BatchOfViewers(msgspec.Struct, frozen=True, kw_only=True):
    """The viewers that are known, in the order asked for, and the ids that are not."""

    as_of: datetime
    viewers: list[Viewer]
    missing: list[str]
    partial: bool


class LivePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of live sessions, in an order that stays as it is while they live."""

    as_of: datetime
    sessions: list[Session]
    next_cursor: str | None
    partial: bool


class SocketTicket(msgspec.Struct, frozen=True, kw_only=True):
    """Opens one WebSocket, once."""

    ticket: str
    expires_at: datetime


class ProblemError(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a request."""

    in_: str = msgspec.field(name="in")
    name: str
    reason: str


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True):
    """An error, as RFC 9457 has it. `type` is stable."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] = []


class OverviewScope(msgspec.Struct, frozen=True, kw_only=True, tag_field="scope", tag="overview"):
    """Everything."""


class TitleScope(msgspec.Struct, frozen=True, kw_only=True, tag_field="scope", tag="title"):
    """One title."""

    media_id: str


class ViewerScope(msgspec.Struct, frozen=True, kw_only=True, tag_field="scope", tag="viewer"):
    """One viewer."""

    viewer_id: str


class SnapshotMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="snapshot"):
    """What a new subscriber gets first."""

    scope: OverviewScope | TitleScope | ViewerScope
    sessions: list[Session]
    more: bool


class SessionsMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="sessions"):
    """Sessions that changed, each as it is now."""

    sessions: list[Session]


class Erased(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="erased"):
    """Everything kept of the viewer is to be forgotten."""

    viewer_id: str


class ErrorMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="error"):
    """Why a message of the page was refused. `code` is stable."""

    code: str
    detail: str
