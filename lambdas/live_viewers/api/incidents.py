"""GET /v1/incidents: what alerts found, and whom it hits; PATCH /v1/incidents/{incident_id}: somebody is at it."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

import msgspec
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from msgspec import Meta
from pydantic import BaseModel, ConfigDict

from live_viewers.api import routes
from live_viewers.api.answers import Answer, prepare, send, send_once
from live_viewers.api.cursors import make_cursor, read_cursor
from live_viewers.api.described import answer_route
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.api.service import Service
from live_viewers.api.viewers import Cursor
from live_viewers.audience.progress import is_late
from live_viewers.incidents.affected import affected_viewers
from live_viewers.incidents.incident import Incident
from live_viewers.incidents.incident_view import IncidentPage, IncidentView
from live_viewers.incidents.reading import incident_view
from live_viewers.profile.sources import StoreBusy
from live_viewers.rfc3339 import rfc3339
from live_viewers.session.bounded_sets import MINUTE_MS

PAGE = 20
_ID_PATTERN = r"^[0-9]{8}-[0-9a-f]{12}$"
_LOOKED_UP_WITHIN_S = 2.0
"""Viewers of the incidents on a page are looked up for so long; after that the rest have none."""
_OF_BODIES = (ProblemType.MALFORMED, ProblemType.TOO_LARGE, ProblemType.MEDIA_TYPE)


class Acknowledgement(BaseModel):
    """That somebody is at it; it can't be taken back."""

    model_config = ConfigDict(extra="forbid", strict=True)
    acknowledged: Literal[True]


class IncidentPosition(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The incident that a page ended with."""

    id: Annotated[str, Meta(pattern=_ID_PATTERN)]


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @answer_route(resolver, routes.INCIDENTS, IncidentPage, "Incidents, newest first.", ProblemType.CURSOR)
    def list_incidents(
        state: Annotated[Literal["open", "resolved"] | None, Query(description="Only in this state.")] = None,
        cursor: Cursor = None,
    ) -> Response[Any]:
        after = read_cursor(cursor, IncidentPosition, state)
        now_ms = service.clock()

        def read() -> Answer:
            page = service.incidents.page(state, None if after is None else after.id, PAGE)
            checked = service.incidents.checked()
            until = checked.judged_until
            return prepare(
                IncidentPage(
                    as_of=rfc3339(now_ms),
                    incidents=[incident_view(*each) for each in _with_viewers(service, page.incidents, now_ms)],
                    next_cursor=make_cursor(IncidentPosition(page.then), state) if page.then else None,
                    data_late=is_late(checked.shards, now_ms),
                    judged_until=None if until is None else rfc3339(until * MINUTE_MS),
                )
            )

        return send(service.brief.get(("incidents", state, after), now_ms, read), resolver.current_event)

    @answer_route(
        resolver,
        routes.INCIDENT,
        IncidentView,
        "The incident, acknowledged.",
        ProblemType.INCIDENT_NOT_FOUND,
        *_OF_BODIES,
        etag=False,
    )
    def acknowledge_incident(
        incident_id: Annotated[str, Path(pattern=_ID_PATTERN, description="An incident's id.")],
        acknowledgement: Annotated[Acknowledgement, Body()],
    ) -> Response[Any]:
        incident = service.incidents.acknowledge(incident_id)
        if incident is None:
            raise Problem(ProblemType.INCIDENT_NOT_FOUND, "No incident with this id is kept.")
        return send_once(incident_view(incident))


def _with_viewers(
    service: Service, incidents: Iterable[Incident], now_ms: int
) -> Iterator[tuple[Incident, Sequence[str]]]:
    """Who is hit by each: the index behind it is read for a while, and an answer doesn't wait for a busy table."""
    until_s = time.monotonic() + _LOOKED_UP_WITHIN_S
    for incident in incidents:
        viewers: Sequence[str] = ()
        if incident.state == "open" and time.monotonic() < until_s:
            try:
                viewers = affected_viewers(service.profiles, incident, now_ms)
            except StoreBusy:
                until_s = 0
        yield incident, viewers
