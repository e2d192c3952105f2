"""The typed view of the audience: as the API shows it."""

from typing import Annotated

from msgspec import Meta

from live_viewers.response_model import ResponseModel
from live_viewers.rfc3339 import Time


class StatusCountsView(ResponseModel):
    """Live sessions by status."""

    WATCHING_VIDEO: int
    WATCHING_AD: int
    PAUSED_VIDEO: int
    BUFFERING_VIDEO: int
    COMPLETED_VIDEO: int
    FAILED_VIDEO: int
    READY: int


class TitleAudienceView(ResponseModel):
    """How many watch a title now."""

    media_id: str
    title: str
    watching_now: int


class AudienceMinuteView(ResponseModel):
    """How many sessions were seen in a minute; the last minute is still running."""

    minute: Time
    sessions: int


class AudienceView(ResponseModel):
    """The audience of one title, or of all."""

    as_of: Time
    media_id: str | None
    watching_now: Annotated[int, Meta(description="Sessions that are live and playing.")]
    by_status: StatusCountsView
    top_titles: Annotated[list[TitleAudienceView], Meta(description="Empty for one title.")]
    minutes: Annotated[list[AudienceMinuteView], Meta(description="The last 60, oldest first.")]
    partial: Annotated[bool, Meta(description="Whether `top_titles` lacks what was not read in time.")]
