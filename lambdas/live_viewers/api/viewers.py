"""GET /v1/viewers/{viewer_id} and its sessions; POST /v1/viewers/batch-get."""

from typing import Annotated, Any

import msgspec
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from msgspec import Meta
from pydantic import BaseModel, ConfigDict, Field

from live_viewers.ads.ad_totals import AdTotalsOfViewer
from live_viewers.api import routes
from live_viewers.api.answers import as_many_as_fit, prepare, send
from live_viewers.api.cursors import make_cursor, read_cursor
from live_viewers.api.described import answer_route
from live_viewers.api.models import BatchOfViewers, SessionPage
from live_viewers.api.paths import read_viewer_id
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.api.service import Service
from live_viewers.api.viewer_ids import PATTERN
from live_viewers.events.viewer import SESSION_ID_MAX_BYTES, VIEWER_ID_MAX_BYTES
from live_viewers.profile.session_view import session_view
from live_viewers.profile.sources import LAST_TIME_MS, SessionsOfViewer
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.profile.viewer_view import ViewerProfileView, viewer_view
from live_viewers.rfc3339 import rfc3339
from live_viewers.session.media_session import MediaSession
from live_viewers.session.synthetic_sessions import read_sessions

ViewerId = Annotated[
    str,
    Path(
        description="The viewer's id where it is plain and no reserved word, else `~` and the base64url of its "
        "UTF-8, without padding.",
        pattern=PATTERN,
    ),
]
Cursor = Annotated[str | None, Query(max_length=4096, description="next_cursor of the page before.")]
_OF_BODIES = (ProblemType.MALFORMED, ProblemType.TOO_LARGE, ProblemType.MEDIA_TYPE)


class ViewerIds(BaseModel):
    """The viewers wanted."""

    model_config = ConfigDict(extra="forbid", strict=True)
    viewer_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=VIEWER_ID_MAX_BYTES)]],
        Field(min_length=1, max_length=100),
    ]


class SessionPosition(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The session that a page ended with: newest first by first event, then by id."""

    first_seen_ms: Annotated[int, Meta(ge=0, le=LAST_TIME_MS)]
    session_id: Annotated[str, Meta(max_length=SESSION_ID_MAX_BYTES)]


def viewer_not_found() -> Problem:
    """No session of the viewer is kept."""
    return Problem(ProblemType.VIEWER_NOT_FOUND, "No session of this viewer is kept.")


def stored_viewer_id(segment: str) -> str:
    """The viewer id of a path's segment. Raises Problem for one that no item can have."""
    viewer_id = read_viewer_id(segment)
    if len(viewer_id.encode()) > VIEWER_ID_MAX_BYTES:
        raise viewer_not_found()
    return viewer_id


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""
    ping_s = service.default_ping_interval_s

    @answer_route(resolver, routes.VIEWER, ViewerProfileView, "The viewer.", ProblemType.VIEWER_NOT_FOUND)
    def get_viewer(viewer_id: ViewerId) -> Response[Any]:
        found = service.profiles.sessions(stored_viewer_id(viewer_id))
        if not found.sessions:
            raise viewer_not_found()
        now_ms = service.clock()
        profile = fold_profile(found.sessions, now_ms, ping_s, found.titles, found.ads)
        view = viewer_view(profile, now_ms, ping_s, dimensions=service.dimensions, partial=not found.complete)
        return send(prepare(view), resolver.current_event)

    @answer_route(
        resolver,
        routes.SESSIONS,
        SessionPage,
        "Sessions.",
        ProblemType.VIEWER_NOT_FOUND,
        ProblemType.CURSOR,
    )
    def list_sessions_of_viewer(
        viewer_id: ViewerId,
        limit: Annotated[int, Query(ge=1, le=100, description="Sessions a page.")] = 20,
        cursor: Cursor = None,
    ) -> Response[Any]:
        viewer = stored_viewer_id(viewer_id)
        after = read_cursor(cursor, SessionPosition, viewer)
        found = service.profiles.sessions(viewer)
        if not found.sessions:
            raise viewer_not_found()
        ordered = sorted(found.sessions, key=_place, reverse=True)
        if after is not None:
            ordered = [session for session in ordered if _place(session) < (after.first_seen_ms, after.session_id)]
        page, now_ms = ordered[:limit], service.clock()
        more = len(ordered) > limit
        superseded, ads = read_sessions(found.sessions).superseded, AdTotalsOfViewer.of_ads(found.ads)
        content = SessionPage(
            as_of=rfc3339(now_ms),
            sessions=[
                session_view(
                    each,
                    now_ms,
                    ping_s,
                    dimensions=service.dimensions,
                    superseded=each.session_id in superseded,
                    ads=ads.of(each.session_id),
                )
                for each in page
            ],
            next_cursor=make_cursor(SessionPosition(*_place(page[-1])), viewer) if more else None,
            partial=not found.complete,
        )
        return send(prepare(content), resolver.current_event)

    @answer_route(
        resolver,
        routes.VIEWERS,
        BatchOfViewers,
        "The viewers that are known, in the order asked for.",
        *_OF_BODIES,
    )
    def get_viewers(wanted: Annotated[ViewerIds, Body()]) -> Response[Any]:
        ids = list(dict.fromkeys(wanted.viewer_ids))
        storable = [each for each in ids if len(each.encode()) <= VIEWER_ID_MAX_BYTES]
        found = service.profiles.sessions_of_many(storable)
        now_ms = service.clock()
        known = [each for each in ids if each in found]

        def view_of(some: SessionsOfViewer) -> ViewerProfileView:
            profile = fold_profile(some.sessions, now_ms, ping_s, some.titles, some.ads)
            return viewer_view(profile, now_ms, ping_s, dimensions=service.dimensions, partial=not some.complete)

        views = (view_of(found[each]) for each in known)
        viewers = as_many_as_fit(views)
        content = BatchOfViewers(
            as_of=rfc3339(now_ms),
            viewers=viewers,
            missing=[each for each in ids if each not in found],
            partial=len(viewers) < len(known),
        )
        return send(prepare(content), resolver.current_event)


def _place(session: MediaSession) -> tuple[int, str]:
    return session.first_seen_ms, session.session_id
