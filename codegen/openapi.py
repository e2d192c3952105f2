"""Makes the OpenAPI document of the API, with the messages of the socket among its schemas."""

import json
from typing import Any, cast

from codegen.schemas import component_schemas
from live_viewers import __version__
from live_viewers.api.app import make_resolver
from live_viewers.api.routes import ROUTES, Route
from live_viewers.api.service import Service

_DESCRIPTION = """Who is watching, what, where in it and in which state: live viewers, profiles, the audience.

Times are RFC 3339 in UTC with milliseconds; a number with a unit carries it in its name; what isn't known is null.
`ServerMessage` and `PageMessage` are the messages of the socket.
Errors are problem+json with a stable `type`; 401, 403, 404 and 429 of API Gateway itself are `{"message"}`."""
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETags at hand: 304 when one of them still holds.",
    "schema": {"type": "string"},
}


def make_document() -> dict[str, Any]:
    """The document. No store is needed: nothing is called."""
    resolver = make_resolver(cast(Service, _Nothing()))
    document = json.loads(
        resolver.get_openapi_json_schema(
            title="Live viewer profiles",
            version=__version__,
            openapi_version="3.1.0",
            description=_DESCRIPTION,
            license_info=None,
        )
    )
    document["components"]["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "Of the stack's Cognito user pool or the OIDC issuer. Reading needs `viewers:read`, "
            "erasure `viewers:erase`.",
        }
    }
    for route in ROUTES:
        if route.access != "open":
            _finish(document["paths"][route.path][route.method.lower()], route)
    document["components"]["schemas"] = _schemas(document["components"]["schemas"])
    return cast(dict[str, Any], document)


def render() -> str:
    """The document as it is kept and served."""
    return json.dumps(make_document(), indent=1, ensure_ascii=False) + "\n"


class _Nothing:
    """Stands for the service while routes are only described."""

    default_ping_interval_s = 30


def _finish(operation: dict[str, Any], route: Route) -> None:
    operation["security"] = [{"token": [f"viewers:{route.access}"]}]
    operation["operationId"] = route.name
    for response in operation["responses"].values():
        if response.get("content", {}).get("application/json", {}).get("schema") == {"title": "Return"}:
            del response["content"]  # the resolver's guess where no model is given
    if "format" in route.query:
        operation["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    if "304" in operation["responses"]:
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        schema.pop("title", None)
        schema.pop("description", None)
        if "anyOf" in schema:  # a parameter that may be left out is never null
            schema.update(next(kind for kind in schema.pop("anyOf") if kind.get("type") != "null"))


def _schemas(of_requests: dict[str, Any]) -> dict[str, Any]:
    """The models of answers, messages and requests; without the resolver's error shapes, which this API never
    answers with."""
    errors = ("HTTPValidationError", "ValidationError", "ResponseValidationError")
    kept = {name: schema for name, schema in of_requests.items() if name not in errors}
    for schema in kept.values():
        for field in schema.get("properties", {}).values():
            field.pop("title", None)
    return {**kept, **component_schemas()}
