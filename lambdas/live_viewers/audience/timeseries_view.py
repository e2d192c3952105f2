"""The typed view of the audience over time: as the API shows it."""

from typing import Annotated, Literal

from msgspec import Meta

from live_viewers.response_model import ResponseModel
from live_viewers.rfc3339 import Time


class AudiencePointView(ResponseModel):
    """A minute or an hour; what isn't known is null, and no guess is made for an hour that was not kept."""

    at: Annotated[Time, Meta(description="When it begins.")]
    watching: Annotated[int | None, Meta(description="At the end of the minute; of an hour the greatest.")]
    sessions: Annotated[int | None, Meta(description="Seen in the minute; of an hour the greatest.")]
    played_s: Annotated[float | None, Meta(description="Seconds of content played, of all sessions.")]
    average_audience: Annotated[float | None, Meta(description="Seconds played / seconds of the point.")]
    rebuffer_ratio: float | None
    start_up_p95_s: float | None
    starts: int | None
    failed: int | None


class AudiencePeakView(ResponseModel):
    """The most that were watching, and at the end of which minute or in which hour."""

    at: Time
    value: int


class AudienceTimeseriesView(ResponseModel):
    """The audience of all, of a title or of a value, oldest point first."""

    as_of: Time
    step: Literal["1m", "1h"]
    media_id: str | None
    by: str | None
    value: str | None
    points: list[AudiencePointView]
    peak: Annotated[AudiencePeakView | None, Meta(description="Null where no point knows how many watched.")]
    average_audience: Annotated[float | None, Meta(description="Seconds played / seconds, over known points.")]
