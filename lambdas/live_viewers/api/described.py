"""How routes describe their answers for the OpenAPI document."""

from typing import Any

import msgspec

from live_viewers.api.models import ProblemDetails
from live_viewers.api.problems import CONTENT_TYPE, ProblemType

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


def schema_name(model: type[msgspec.Struct]) -> str:
    """What a model is called in the OpenAPI document, and in all that is generated from it."""
    return model.__name__.removesuffix("View")


def reference(model: type[msgspec.Struct]) -> dict[str, str]:
    """Where the document describes a model."""
    return {"$ref": f"#/components/schemas/{schema_name(model)}"}


def answers(
    model: type[msgspec.Struct], description: str, *problems: ProblemType, status: int = 200, etag: bool = True
) -> dict[int, Any]:
    """The responses of a route: its own answer, 304 where it has an ETag, and the problems it can answer
    with."""
    responses: dict[int, Any] = {
        status: {
            "description": description,
            "content": {"application/json": {"schema": reference(model)}},
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
