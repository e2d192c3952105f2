"""What the API answers with around the typed views, and what it takes."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from live_viewers.profile.session_view import MediaSessionView
from live_viewers.profile.timeline_view import TimelineEventView
from live_viewers.profile.viewer_view import ViewerProfileView
from live_viewers.response_model import ResponseModel
from live_viewers.rfc3339 import Time

NextCursor = Annotated[str | None, Meta(description="Pass it as `cursor` for the next page; null: that was all.")]
Partial = Annotated[
    bool, Meta(description="Whether some were left out at a bound that only forged events reach (docs/limits.md).")
]


class LiveSession(MediaSessionView):
    """A live session."""

    key: Annotated[str, Meta(description="Tells sessions apart: one that comes on two pages has the same.")]


class LivePage(ResponseModel):
    """A page of live sessions, in an order that stays as it is while they live."""

    as_of: Time
    sessions: list[LiveSession]
    next_cursor: NextCursor
    partial: Partial


class SessionPage(ResponseModel):
    """A page of a viewer's sessions."""

    as_of: Time
    sessions: list[MediaSessionView]
    next_cursor: NextCursor
    partial: Partial


class BatchOfViewers(ResponseModel):
    """The viewers that are known, in the order asked for, and the ids that are not."""

    as_of: Time
    viewers: list[ViewerProfileView]
    missing: list[str]
    partial: Annotated[
        bool, Meta(description="Whether the answer was full: ask again for the ids that are in neither list.")
    ]


class TimelinePage(ResponseModel):
    """A page of a viewer's timeline, newest first; pings and progress aren't kept."""

    as_of: Time
    events: list[TimelineEventView]
    next_cursor: NextCursor


class SocketTicket(ResponseModel):
    """Opens one WebSocket, once."""

    ticket: str
    expires_at: Time


class ErasureStatus(ResponseModel):
    """How far the erasure of a viewer is."""

    viewer_id: str
    state: Annotated[
        Literal["running", "checking", "done"],
        Meta(description="checking: all that was kept is gone; one more pass follows for what was written then."),
    ]
    asked_at: Time
    finished_at: Time | None


class ProblemError(ResponseModel):
    """One thing that is wrong with a request."""

    in_: Annotated[str, Meta(description="query, path, header or body")] = msgspec.field(name="in")
    name: str
    reason: str


class ProblemDetails(ResponseModel, omit_defaults=True):
    """An error, as RFC 9457 has it. `type` is stable."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] = msgspec.field(default_factory=list)
