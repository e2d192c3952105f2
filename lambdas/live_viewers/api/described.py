"""How a route of the table is given to the resolver, with its answers described for the OpenAPI document."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from live_viewers.api.models import ProblemDetails
from live_viewers.api.problems import CONTENT_TYPE, ProblemType
from live_viewers.api.routes import Route

_EVERYWHERE = (
    ProblemType.UNAUTHENTICATED,
    ProblemType.FORBIDDEN,
    ProblemType.INVALID,
    ProblemType.INTERNAL,
    ProblemType.BUSY,
)
_HEADERS = {
    "ETag": {"description": "Of the content, `as_of` aside.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "`private, no-cache`", "schema": {"type": "string"}},
}
Answering = TypeVar("Answering", bound=Callable[..., Any])


def answer_route(
    resolver: APIGatewayHttpResolver,
    route: Route,
    model: type[msgspec.Struct] | tuple[type[msgspec.Struct], ...] | None,
    description: str,
    *problems: ProblemType,
    status: int = 200,
    etag: bool = True,
) -> Callable[[Answering], Answering]:
    """Have the decorated function answer a route: with a model (one of several), 304 where it has an ETag, or
    one of the problems.

    A route without a model is left out of the document.
    """
    if "{viewer_id}" in route.path:
        problems = (ProblemType.INVALID_VIEWER_ID, *problems)
    responses = None if model is None else _responses(model, description, problems, status, etag)
    decorate: Callable[[Answering], Answering] = resolver.route(
        rule=route.path.replace("{", "<").replace("}", ">"),
        method=route.method,
        compress=etag,
        summary=route.summary,
        description=route.description or None,
        responses=responses,
        operation_id=route.name,
        tags=[route.tag],
        include_in_schema=responses is not None,
    )
    return decorate


def schema_name(model: type[msgspec.Struct]) -> str:
    """What a model is called in the OpenAPI document, and in all that is generated from it."""
    return model.__name__.removesuffix("View")


def reference(model: type[msgspec.Struct]) -> dict[str, str]:
    """Where the document describes a model."""
    return {"$ref": f"#/components/schemas/{schema_name(model)}"}


def _responses(
    model: type[msgspec.Struct] | tuple[type[msgspec.Struct], ...],
    description: str,
    problems: tuple[ProblemType, ...],
    status: int,
    etag: bool,
) -> dict[int, Any]:
    schema = {"anyOf": [reference(each) for each in model]} if isinstance(model, tuple) else reference(model)
    responses: dict[int, Any] = {
        status: {
            "description": description,
            "content": {"application/json": {"schema": schema}},
            **({"headers": _HEADERS} if etag else {}),
        }
    }
    if etag:
        responses[304] = {"description": "Unchanged since the ETag in If-None-Match."}
    by_status: dict[int, list[ProblemType]] = {}
    for problem in (*_EVERYWHERE, *problems):
        by_status.setdefault(problem.status, []).append(problem)
    for problem_status, kinds in by_status.items():
        responses[problem_status] = {
            "description": " ".join(f"{kind.title}: `{kind.uri}`." for kind in kinds),
            "content": {CONTENT_TYPE: {"schema": reference(ProblemDetails)}},
        }
    responses[429] = {"description": "Too many requests (API Gateway's own answer)."}
    return responses
