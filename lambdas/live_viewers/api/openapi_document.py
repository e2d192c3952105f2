"""GET /v1/openapi.json: the description of this API, made when the code changes and served as it is."""

from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from live_viewers.api import routes
from live_viewers.api.described import answer_route
from live_viewers.api.service import Service

DOCUMENT = Path(__file__).with_name("openapi.json")


@cache
def _text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @answer_route(resolver, routes.DOCUMENT, None, "The document.")
    def get_openapi_document() -> Response[Any]:
        headers: dict[str, str | list[str]] = {"cache-control": "public, max-age=300"}
        return Response(200, content_type="application/json", body=_text(), headers=headers)
