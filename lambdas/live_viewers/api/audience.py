"""GET /v1/audience: how many are watching, in figures."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from live_viewers.api import routes
from live_viewers.api.answers import prepare, send
from live_viewers.api.described import answer_route
from live_viewers.api.service import Service
from live_viewers.audience.audience_view import AudienceView
from live_viewers.scope import title_or_all


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @answer_route(resolver, routes.AUDIENCE, AudienceView, "The audience now and in the last hour.")
    def get_audience(
        media_id: Annotated[
            str | None, Query(min_length=1, max_length=128, description="Only this title.")
        ] = None,
    ) -> Response[Any]:
        scope, now_ms = title_or_all(media_id), service.clock()
        answer = service.brief.get(
            ("audience", scope), now_ms, lambda: prepare(service.audience.read(scope, now_ms))
        )
        return send(answer, resolver.current_event)
