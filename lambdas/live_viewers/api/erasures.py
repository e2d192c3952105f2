"""DELETE /v1/viewers/{viewer_id}, the erasure of a viewer, and GET .../erasure, how far it is."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from live_viewers.api.answers import send_once
from live_viewers.api.described import answers
from live_viewers.api.models import ErasureStatus
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.api.service import Service
from live_viewers.api.viewers import ViewerId, read_viewer_id
from live_viewers.erasure.jobs import Erasure
from live_viewers.rfc3339 import rfc3339


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @resolver.delete(
        "/v1/viewers/<viewer_id>",
        summary="Erase a viewer",
        description="Removes sessions, timeline, profile and rejected records, and keeps events that were "
        "collected before now from bringing any of it back. It goes on by itself: Location names the resource "
        "that tells how far it is. Answers the same for a viewer who isn't known. Needs the scope for erasure.",
        responses=answers(ErasureStatus, "The erasure has begun.", status=202, etag=False),
        operation_id="erase_viewer",
        tags=["viewers"],
    )
    def erase_viewer(viewer_id: ViewerId) -> Response[Any]:
        viewer = read_viewer_id(viewer_id)
        answer = send_once(_view(viewer, service.erasures.ask(viewer, service.clock())), 202)
        answer.headers["location"] = f"/v1/viewers/{viewer_id}/erasure"
        return answer

    @resolver.get(
        "/v1/viewers/<viewer_id>/erasure",
        summary="How far a viewer's erasure is",
        responses=answers(ErasureStatus, "The erasure.", ProblemType.ERASURE_NOT_FOUND, etag=False),
        operation_id="get_erasure",
        tags=["viewers"],
    )
    def get_erasure(viewer_id: ViewerId) -> Response[Any]:
        viewer = read_viewer_id(viewer_id)
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
