"""The typed view of a viewer: as the API shows it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from live_viewers.defaults import DEFAULT_PING_INTERVAL_S
from live_viewers.dimensions.dimensions import NO_DIMENSIONS, Dimensions
from live_viewers.profile.experience import Experience
from live_viewers.profile.session_view import MediaSessionView, session_view
from live_viewers.profile.viewer_profile import ViewerProfile
from live_viewers.profile.viewing_totals import ViewingTotals
from live_viewers.response_model import ResponseModel
from live_viewers.rfc3339 import Time, rfc3339
from live_viewers.session.media_session import MediaSession
from live_viewers.session.status import Status

SESSIONS_SHOWN = 20
TITLES_SHOWN = 10


class WatchedTitleView(ResponseModel):
    """A title that the viewer watched, and when last."""

    media_id: str
    title: str
    last_seen: Time


class ViewerTotals(ViewingTotals, frozen=True, kw_only=True):
    """Sums over all of a viewer's sessions that are kept."""

    sessions: int
    titles: int


class ViewerProfileView(ResponseModel):
    """A viewer, folded from the sessions that are kept."""

    viewer_id: str
    status: Status
    live: bool
    live_until: Time
    first_seen: Time
    last_seen: Time
    version: int
    current_session: MediaSessionView
    live_sessions: Annotated[
        list[str], Meta(description="Ids of the sessions live now, the current one first; two or more overlap.")
    ]
    totals: ViewerTotals
    experience: Experience
    titles: Annotated[list[WatchedTitleView], Meta(description="The 10 watched last.")]
    sessions: Annotated[list[MediaSessionView], Meta(description="The newest 20.")]
    partial: Annotated[bool, Meta(description="Whether this is of the newest 500 sessions alone.")]


def viewer_view(
    profile: ViewerProfile,
    now_ms: int,
    default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S,
    *,
    dimensions: Dimensions = NO_DIMENSIONS,
    partial: bool = False,
) -> ViewerProfileView:
    """A viewer as of `now_ms`, with the newest 20 sessions and 10 titles. `partial`: folded of the newest sessions
    alone."""

    def shown(session: MediaSession) -> MediaSessionView:
        superseded = session.session_id in profile.superseded
        return session_view(
            session,
            now_ms,
            default_ping_interval_s,
            dimensions=dimensions,
            superseded=superseded,
            ads=profile.ad_totals.of(session.session_id),
        )

    return ViewerProfileView(
        viewer_id=profile.viewer_id,
        status=profile.status,
        live=profile.live,
        live_until=rfc3339(profile.live_until_ms),
        first_seen=rfc3339(profile.first_seen_ms),
        last_seen=rfc3339(profile.last_seen_ms),
        version=profile.version,
        current_session=shown(profile.current_session),
        live_sessions=[session.session_id for session in profile.live_sessions],
        totals=ViewerTotals(
            sessions=len(profile.sessions),
            titles=len(profile.titles),
            **msgspec.structs.asdict(profile.totals),
        ),
        experience=profile.experience,
        titles=[
            WatchedTitleView(media_id=one.media_id, title=one.title, last_seen=rfc3339(one.last_seen_ms))
            for one in profile.titles[:TITLES_SHOWN]
        ],
        sessions=[shown(session) for session in profile.sessions[:SESSIONS_SHOWN]],
        partial=partial,
    )
