"""GET /v1/audience: how many are watching, in figures."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from live_viewers.api.answers import prepare, send
from live_viewers.api.described import answers
from live_viewers.api.service import Service
from live_viewers.audience.audience_view import AudienceView


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @resolver.get(
        "/v1/audience",
        summary="How many are watching",
        description="Watching now, by status, the top titles, the last 60 minutes; with `media_id` of a title.",
        responses=answers(AudienceView, "The audience now and in the last hour."),
        operation_id="get_audience",
        tags=["live"],
        compress=True,
    )
    def get_audience(
        media_id: Annotated[
            str | None, Query(min_length=1, max_length=128, description="Only this title.")
        ] = None,
    ) -> Response[Any]:
        now_ms = service.clock()
        answer = service.brief.get(
            ("audience", media_id), now_ms, lambda: prepare(service.audience.read(media_id, now_ms))
        )
        return send(answer, resolver.current_event)
