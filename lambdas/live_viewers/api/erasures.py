"""DELETE /v1/viewers/{viewer_id}, the erasure of a viewer, and GET .../erasure, how far it is."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from live_viewers.api import routes
from live_viewers.api.answers import send_once
from live_viewers.api.described import answer_route
from live_viewers.api.models import ErasureStatus
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.api.service import Service
from live_viewers.api.viewers import ViewerId, stored_viewer_id
from live_viewers.erasure.jobs import Erasure
from live_viewers.rfc3339 import rfc3339


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @answer_route(resolver, routes.ERASE, ErasureStatus, "The erasure has begun.", status=202, etag=False)
    def erase_viewer(viewer_id: ViewerId) -> Response[Any]:
        viewer = stored_viewer_id(viewer_id)
        answer = send_once(_view(viewer, service.erasures.ask(viewer, service.clock())), 202)
        answer.headers["location"] = f"/v1/viewers/{viewer_id}/erasure"
        return answer

    @answer_route(
        resolver, routes.ERASURE, ErasureStatus, "The erasure.", ProblemType.ERASURE_NOT_FOUND, etag=False
    )
    def get_erasure(viewer_id: ViewerId) -> Response[Any]:
        viewer = stored_viewer_id(viewer_id)
        erasure = service.erasures.status(viewer)
        if erasure is None:
            raise Problem(ProblemType.ERASURE_NOT_FOUND, "No erasure of this viewer was asked for.")
        return send_once(_view(viewer, erasure))


def _view(viewer_id: str, erasure: Erasure) -> ErasureStatus:
    return ErasureStatus(
        viewer_id=viewer_id,
        state=erasure.state,
        asked_at=rfc3339(erasure.asked_ms),
        finished_at=rfc3339(erasure.finished_ms) if erasure.finished_ms else None,
    )
