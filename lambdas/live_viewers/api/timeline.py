"""GET /v1/viewers/{viewer_id}/timeline: what happened in a viewer's sessions, event by event."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from live_viewers.api import routes
from live_viewers.api.answers import prepare, send
from live_viewers.api.cursors import make_cursor, read_cursor
from live_viewers.api.described import answer_route
from live_viewers.api.models import TimelinePage
from live_viewers.api.problems import ProblemType
from live_viewers.api.service import Service
from live_viewers.api.times import LAST_MS, PATTERN, read_time
from live_viewers.api.viewers import Cursor, ViewerId, stored_viewer_id
from live_viewers.profile.sources import TimelinePosition
from live_viewers.profile.timeline_view import timeline_entry
from live_viewers.rfc3339 import rfc3339
from live_viewers.session.timeline import with_statuses

_TIME = {"format": "date-time"}


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @answer_route(resolver, routes.TIMELINE, TimelinePage, "Events.", ProblemType.CURSOR)
    def list_timeline_of_viewer(
        viewer_id: ViewerId,
        from_: Annotated[
            str | None,
            Query(alias="from", pattern=PATTERN, description="Not before this time.", json_schema_extra=_TIME),
        ] = None,
        to: Annotated[
            str | None, Query(pattern=PATTERN, description="Not after this time.", json_schema_extra=_TIME)
        ] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="Events a page.")] = 100,
        cursor: Cursor = None,
    ) -> Response[Any]:
        viewer = stored_viewer_id(viewer_id)
        first_ms, last_ms = read_time(from_, "from", 0), read_time(to, "to", LAST_MS)
        before = read_cursor(cursor, TimelinePosition, viewer, first_ms, last_ms)
        page = service.profiles.timeline(viewer, first_ms, last_ms, before, limit)
        wanted = {(row.order_time_ms, row.event_id) for row in page.rows}
        # The statuses follow from what came before, so earlier rows are folded too, though not shown.
        events = [
            timeline_entry(row, status)
            for row, status in with_statuses([*page.earlier, *page.rows])
            if (row.order_time_ms, row.event_id) in wanted
        ]
        content = TimelinePage(
            as_of=rfc3339(service.clock()),
            events=events[::-1],
            next_cursor=make_cursor(page.then, viewer, first_ms, last_ms) if page.then else None,
        )
        return send(prepare(content), resolver.current_event)
