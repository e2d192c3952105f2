"""The typed view of a timeline: as the API shows it."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from live_viewers.profile.session_view import AdView, ad_view
from live_viewers.response_model import ResponseModel
from live_viewers.rfc3339 import Time, rfc3339
from live_viewers.session.status import Status
from live_viewers.session.timeline import TimelineRow, with_statuses


class TimelineEventView(ResponseModel):
    """One step of a timeline."""

    event_id: str
    time: Time
    event: Annotated[
        str, Meta(description="The media event's name without `_event`.", examples=["ad_break_start"])
    ]
    media_session_id: str
    status: Annotated[Status, Meta(description="The session's status just after it.")]
    position_s: float | None
    ad: AdView | None
    details: Annotated[
        dict[str, str | int | float | bool | None] | None,
        Meta(description="The event's own fields, where its kind has any."),
    ]


def timeline_view(rows: Iterable[TimelineRow]) -> list[TimelineEventView]:
    """The timeline of one viewer, oldest first, each event once, with the status just after it."""
    return [timeline_entry(row, status) for row, status in with_statuses(rows)]


def timeline_entry(row: TimelineRow, status: Status) -> TimelineEventView:
    """One step of a timeline."""
    return TimelineEventView(
        event_id=row.event_id,
        time=rfc3339(row.order_time_ms),
        event=row.kind.name.lower(),
        media_session_id=row.session_id,
        status=status,
        position_s=row.position_s,
        ad=None if row.ad is None and row.ad_break is None else ad_view(row.ad, row.ad_break),
        details=row.payload,
    )
