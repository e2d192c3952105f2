"""The typed view of incidents: as the API shows them."""

from typing import Annotated, Literal

from msgspec import Meta

from live_viewers.response_model import ResponseModel
from live_viewers.rfc3339 import Time

MOST_VIEWERS = 20


class IncidentScopeView(ResponseModel):
    """Whom an incident is about: `by` null is the whole audience, `media_id` null all titles."""

    by: Annotated[str | None, Meta(description="A dimension's name or `title`.")]
    value: str | None
    label: Annotated[str | None, Meta(description="What people call the value: the title of a media id, say.")]
    media_id: str | None


class IncidentView(ResponseModel):
    """An alert that came true for one scope, once, from the minute that opened it until it was over."""

    id: str
    alert: str
    version: int
    metric: str
    direction: Annotated[Literal["above", "below"], Meta(description="Of the threshold, where it is bad.")]
    scope: IncidentScopeView
    state: Literal["open", "resolved"]
    opened_at: Annotated[Time, Meta(description="The end of the minute that opened it.")]
    resolved_at: Time | None
    value: Annotated[float, Meta(description="The worst that the metric has been since.")]
    threshold: float
    minutes: Annotated[int, Meta(description="How many minutes were bad.")]
    acknowledged: bool
    viewers: Annotated[
        list[str],
        Meta(description="Up to 20 viewers that are in this scope now, looked up when read; none once resolved."),
    ]


class IncidentPage(ResponseModel):
    """A page of incidents, newest first."""

    as_of: Time
    incidents: list[IncidentView]
    next_cursor: Annotated[
        str | None, Meta(description="Pass it as `cursor` for the next page; null: that was all.")
    ]
    data_late: Annotated[
        bool, Meta(description="Whether counting is late: figures are behind, and no incident opens meanwhile.")
    ]
    judged_until: Annotated[Time | None, Meta(description="Up to when minutes were judged; null: none yet.")]
