"""GET /v1/live: who is watching, a page at a time."""

import hashlib
from typing import Annotated, Any

import msgspec
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from live_viewers.api import routes
from live_viewers.api.answers import Answer, prepare, send
from live_viewers.api.cursors import make_cursor, read_cursor
from live_viewers.api.described import answer_route
from live_viewers.api.models import LivePage, LiveSession, ProblemError
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.api.service import Service
from live_viewers.api.viewers import Cursor
from live_viewers.dimensions.dimensions import UnknownDimension
from live_viewers.left_out import each_shown
from live_viewers.profile.session_view import session_view
from live_viewers.profile.sources import LiveFilter, LivePosition
from live_viewers.rfc3339 import rfc3339
from live_viewers.scope import title_or_all
from live_viewers.session.media_session import MediaSession
from live_viewers.session.status import Status


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @answer_route(
        resolver,
        routes.LIVE,
        LivePage,
        "Live sessions, in an order that stays as it is.",
        ProblemType.CURSOR,
    )
    def list_live_sessions(
        media_id: Annotated[
            str | None, Query(min_length=1, max_length=128, description="Only of this title.")
        ] = None,
        status: Annotated[Status | None, Query(description="Only in this status.")] = None,
        q: Annotated[
            str | None,
            Query(min_length=1, max_length=2048, description="A whole viewer id, or the beginning of a title."),
        ] = None,
        limit: Annotated[int, Query(ge=1, le=100, description="Sessions a page.")] = 50,
        cursor: Cursor = None,
    ) -> Response[Any]:
        tokens = _tokens(service, resolver.current_event.query_string_parameters)
        wanted = LiveFilter(title_or_all(media_id), status.value if status else None, q, tokens)
        start = read_cursor(cursor, LivePosition, media_id, status, q, *tokens)
        now_ms = service.clock()

        def show(session: MediaSession) -> LiveSession:
            return _view(session, now_ms, service)

        def read() -> Answer:
            page = service.profiles.live(wanted, start, limit, now_ms)
            return prepare(
                LivePage(
                    as_of=rfc3339(now_ms),
                    sessions=list(each_shown(page.sessions, show)),
                    next_cursor=make_cursor(page.then, media_id, status, q, *tokens) if page.then else None,
                    partial=page.partial,
                )
            )

        return send(service.brief.get(("live", wanted, start, limit), now_ms, read), resolver.current_event)


def _tokens(service: Service, parameters: dict[str, str]) -> tuple[str, ...]:
    """The tokens of the values that are asked for, by the dimensions' names. Raises Problem."""
    tokens, errors = [], []
    for name in service.dimensions.names:
        if name in parameters:
            try:
                tokens.append(service.dimensions.token_of_value(name, parameters[name]))
            except UnknownDimension as unknown:
                errors.append(ProblemError(in_="query", name=name, reason=str(unknown)))
    if errors:
        raise Problem(ProblemType.INVALID, "Some values are unknown: see errors.", errors)
    return tuple(tokens)


def _view(session: MediaSession, now_ms: int, service: Service) -> LiveSession:
    key = hashlib.sha256(f"{len(session.viewer_id)} {session.viewer_id}{session.session_id}".encode()).hexdigest()[
        :24
    ]
    view = session_view(session, now_ms, service.default_ping_interval_s, dimensions=service.dimensions)
    return LiveSession(**msgspec.structs.asdict(view), key=key)
