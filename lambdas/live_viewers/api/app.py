"""The API as a function from API Gateway's event (HTTP API, payload 2.0) to its answer."""

import logging
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from live_viewers.api import (
    ads,
    audience,
    erasures,
    incidents,
    live,
    openapi_document,
    socket_tickets,
    timeline,
    viewers,
)
from live_viewers.api.models import ProblemError
from live_viewers.api.problems import CONTENT_TYPE, Problem, ProblemType
from live_viewers.api.request import read_json, read_request
from live_viewers.api.service import Service
from live_viewers.audience.subjects import NotCounted
from live_viewers.dimensions.dimensions import UnknownDimension
from live_viewers.profile.sources import StoreBusy

_LOG = logging.getLogger(__name__)
_RESOURCES = (live, audience, ads, incidents, viewers, timeline, erasures, socket_tickets, openapi_document)
Answering = Callable[[dict[str, Any], Any], dict[str, Any]]


def make_resolver(service: Service) -> APIGatewayHttpResolver:
    """All routes, with validation of what comes in. Models of what goes out are for the OpenAPI document:
    tests hold the answers against them, so that no request pays for it."""
    resolver = APIGatewayHttpResolver(enable_validation=True, json_body_deserializer=read_json, debug=False)
    for resource in _RESOURCES:
        resource.add_routes(resolver, service)
    resolver.exception_handler(Problem)(_as_answer)
    resolver.exception_handler(RequestValidationError)(lambda error: _as_answer(_invalid(error)))
    resolver.exception_handler(NotCounted)(lambda reason: _told(ProblemType.NOT_COUNTED, reason))
    resolver.exception_handler(UnknownDimension)(lambda reason: _told(ProblemType.INVALID, reason))
    resolver.exception_handler(StoreBusy)(lambda _: _as_answer(_busy()))
    resolver.exception_handler(Exception)(_unexpected)
    return resolver


def make_api(service: Service) -> Answering:
    """The whole API. Every error is problem+json; nothing raises."""
    resolver = make_resolver(service)

    def answer(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            result = resolver.resolve(read_request(event, service), context)
        except Problem as problem:
            result = _plain(problem)
        return _with_shared_headers(result)

    return answer


def _as_answer(problem: Problem) -> Response[Any]:
    return Response(problem.kind.status, content_type=CONTENT_TYPE, body=problem.body, headers={**problem.headers})


def _plain(problem: Problem) -> dict[str, Any]:
    headers = {"content-type": CONTENT_TYPE, **problem.headers}
    return {"statusCode": problem.kind.status, "headers": headers, "body": problem.body, "isBase64Encoded": False}


def _invalid(error: RequestValidationError) -> Problem:
    """What is wrong and where, without the value: it may be a viewer's id."""
    errors = [
        ProblemError(
            in_=str(entry["loc"][0]), name=".".join(map(str, entry["loc"][1:])), reason=str(entry["type"])
        )
        for entry in error.errors()
    ]
    return Problem(ProblemType.INVALID, "Some values are not allowed: see errors.", errors)


def _told(kind: ProblemType, reason: Exception) -> Response[Any]:
    """What such an exception says is made to be read."""
    return _as_answer(Problem(kind, str(reason)))


def _busy() -> Problem:
    return Problem(ProblemType.BUSY, "The table is throttled or away.", headers={"retry-after": "1"})


def _unexpected(error: Exception) -> Response[Any]:
    # The traceback's last line may hold an id, which must not be logged: type and place tell enough.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    _LOG.error("request failed", extra={"error": type(error).__name__, "where": where})
    return _as_answer(Problem(ProblemType.INTERNAL, "The request was right; the log says what broke."))


def _with_shared_headers(result: dict[str, Any]) -> dict[str, Any]:
    headers = result["headers"]
    headers["vary"] = "accept, accept-encoding, authorization"
    headers["x-content-type-options"] = "nosniff"
    return result
