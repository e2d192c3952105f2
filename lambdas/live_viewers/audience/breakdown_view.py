"""The typed view of the audience broken down by a dimension, by title or by status: as the API shows it."""

from typing import Annotated

from msgspec import Meta

from live_viewers.audience.audience_view import StatusCountsView
from live_viewers.response_model import ResponseModel
from live_viewers.rfc3339 import Time


class AudienceRowView(ResponseModel):
    """One value's audience now and in the window's minutes. In rows by status all but the live counts are null.

    `sessions` is the greatest of the window's minutes; attempts, starts, exits, failures are sums over them.
    """

    value: Annotated[
        str | None,
        Meta(
            description="What `value` of the time series and the filters of `/v1/live` take; `unknown`: none is "
            "known; `other`: one that isn't listed, or the rest beyond `limit`; null: the total."
        ),
    ]
    label: Annotated[
        str | None,
        Meta(description="What people call it: the title of a media id, the names of values counted together."),
    ]
    watching_now: Annotated[int, Meta(description="Sessions that are live and playing.")]
    by_status: StatusCountsView
    sessions: int | None
    attempts: Annotated[int | None, Meta(description="Sessions that began: a play, an ad, an error or a ready.")]
    starts: Annotated[int | None, Meta(description="Sessions that showed their first frame.")]
    start_up_p50_s: Annotated[float | None, Meta(description="Null without starts; 15.0: 15 s or more.")]
    start_up_p95_s: float | None
    rebuffer_ratio: Annotated[
        float | None, Meta(description="Time buffering / time watched, stalls included, 0..1; null: none watched.")
    ]
    exits_before_start: Annotated[int | None, Meta(description="Left in `READY`.")]
    failed: Annotated[int | None, Meta(description="Sessions that failed for the first time.")]
    left_buffering: Annotated[int | None, Meta(description="Left in `BUFFERING_VIDEO`.")]


class AudienceBreakdownView(ResponseModel):
    """The audience by the values of one dimension, by title or by status: most watching first."""

    as_of: Time
    by: str
    media_id: str | None
    window_minutes: Annotated[int, Meta(description="The whole minutes before that of `as_of`.")]
    partial: Annotated[bool, Meta(description="Whether rows lack what was not read in time.")]
    total: AudienceRowView
    rows: list[AudienceRowView]
