"""What the API answers with, as the OpenAPI document describes it. The answers themselves are made by
live_viewers.profile.views and live_viewers.audience.reading; tests hold each against its model here.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from live_viewers.session.status import Status

Time = Annotated[
    str,
    Field(
        json_schema_extra={"format": "date-time", "example": "2026-11-24T11:30:00.123Z"},
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
    ),
]
NextCursor = Annotated[str | None, Field(description="Pass it as `cursor` for the next page; null: that was all.")]


class Told(BaseModel):
    """A part of an answer: exactly these fields, so that a test notices one too many."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Ad(Told):
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


class Totals(Told):
    """Sums so far; null where the events' format can't tell."""

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


class ViewerTotals(Totals):
    """Sums over all of a viewer's sessions that are kept."""

    sessions: int
    titles: int


class PlaybackExperience(Told):
    """How good the playback was."""

    start_up_s: float | None = Field(description="From ready, else the start of tracking, to the first play.")
    rebuffer_ratio: float | None = Field(description="Time buffering / time watched, stalls included, 0 to 1.")
    errors: int
    failed_sessions: int


class MediaSession(Told):
    """One viewing by one viewer. Of two states of a session the one with the higher `version` is newer."""

    viewer_id: str
    media_session_id: str
    synthetic: bool = Field(description="The format has no media session id: one session a viewer and day.")
    version: int
    status: Status
    live: bool = Field(description="Whether it counts as live at `as_of`; holds until `live_until`.")
    watching: bool = Field(description="Live, and playing the video or an ad or waiting for it to go on.")
    live_until: Time
    first_seen: Time
    last_seen: Time
    media_id: str | None
    title: str | None
    position_s: float | None = Field(
        description="Playhead at `position_at`; while WATCHING_VIDEO it moves on by `playback_rate` a second."
    )
    position_at: Time
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
    experience: PlaybackExperience


class LiveSession(MediaSession):
    """A live session."""

    key: str = Field(description="Tells sessions apart: one that comes on two pages has the same.")


class LivePage(Told):
    """A page of live sessions, in an order that stays as it is while they live."""

    as_of: Time
    sessions: list[LiveSession]
    next_cursor: NextCursor


class SessionPage(Told):
    """A page of a viewer's sessions."""

    as_of: Time
    sessions: list[MediaSession]
    next_cursor: NextCursor


class WatchedTitle(Told):
    """A title that the viewer watched, and when last."""

    media_id: str
    title: str
    last_seen: Time


class ViewerProfile(Told):
    """A viewer, folded from the sessions that are kept."""

    viewer_id: str
    status: Status
    live: bool
    live_until: Time
    first_seen: Time
    last_seen: Time
    version: int
    current_session: MediaSession
    live_sessions: list[str] = Field(description="Ids of the sessions live now; two or more overlap.")
    totals: ViewerTotals
    experience: PlaybackExperience
    titles: Annotated[list[WatchedTitle], Field(description="The 10 watched last.")]
    sessions: Annotated[list[MediaSession], Field(description="The newest 20.")]


class ViewerIds(BaseModel):
    """The viewers wanted."""

    model_config = ConfigDict(extra="forbid", strict=True)
    viewer_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=2048)]], Field(min_length=1, max_length=100)
    ]


class BatchOfViewers(Told):
    """The viewers that are known, in the order asked for, and the ids that are not."""

    as_of: Time
    viewers: list[ViewerProfile]
    missing: list[str]


class TimelineEvent(Told):
    """One step of a timeline."""

    event_id: str
    time: Time
    event: str = Field(description="The media event's name without `_event`.", examples=["ad_break_start"])
    media_session_id: str
    status: Status = Field(description="The session's status just after it.")
    position_s: float | None
    ad: Ad | None
    details: dict[str, str | int | float | bool | None] | None = Field(
        description="The event's own fields, where its kind has any."
    )


class TimelinePage(Told):
    """A page of a viewer's timeline, newest first; pings and progress aren't kept."""

    as_of: Time
    events: list[TimelineEvent]
    next_cursor: NextCursor


class StatusCounts(Told):
    """Live sessions by status."""

    WATCHING_VIDEO: int
    WATCHING_AD: int
    PAUSED_VIDEO: int
    BUFFERING_VIDEO: int
    COMPLETED_VIDEO: int
    FAILED_VIDEO: int
    READY: int


class TitleAudience(Told):
    """How many watch a title now."""

    media_id: str
    title: str
    watching_now: int


class AudienceMinute(Told):
    """How many sessions were seen in a minute; the last minute is still running."""

    minute: Time
    sessions: int


class AudienceFigures(Told):
    """The audience of one title, or of all."""

    as_of: Time
    media_id: str | None
    watching_now: int = Field(description="Sessions that are live and playing.")
    by_status: StatusCounts
    top_titles: list[TitleAudience] = Field(description="Empty for one title.")
    minutes: list[AudienceMinute] = Field(description="The last 60, oldest first.")


class SocketTicket(Told):
    """Opens one WebSocket, once."""

    ticket: str
    expires_at: Time


class ErasureStatus(Told):
    """How far the erasure of a viewer is."""

    viewer_id: str
    state: Literal["running", "checking", "done"] = Field(
        description="checking: all that was kept is gone; one more pass follows for what was being written then."
    )
    asked_at: Time
    finished_at: Time | None


class ProblemError(Told):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)
    in_: Annotated[str, Field(alias="in", description="query, path, header or body")]
    name: str
    reason: str


class ProblemDetails(Told):
    """An error, as RFC 9457 has it. `type` is stable."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] = Field(default_factory=list)
