"""The request as the resolver wants it: its route found, its body JSON text of a bounded size, the token's
scopes checked.
"""

import base64
import binascii
from typing import Any

import msgspec

from live_viewers.api.models import ProblemError
from live_viewers.api.paths import Resource, find_resource
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.api.routes import Access, Route
from live_viewers.api.service import Service

MOST_BODY_BYTES = 256 * 1024


def read_request(event: dict[str, Any], service: Service) -> dict[str, Any]:
    """API Gateway's event (payload 2.0) for the resolver. Raises Problem for what no route should see."""
    path = _without_stage(event)
    method = event["requestContext"]["http"]["method"].upper()
    resource, problem = _find(path)
    route = resource.routes.get(method) if resource else None
    _allow(event, route.access if route else "erase" if method == "DELETE" else "read", service)
    if problem is not None:
        raise problem
    if resource is None:
        raise Problem(ProblemType.NOT_FOUND, "The API has no such path.")
    if route is None:
        allowed = ", ".join(resource.routes)
        raise Problem(ProblemType.METHOD, f"Allowed here: {allowed}.", headers={"allow": allowed})
    _check_query(event, route, service)
    request_context = {**event["requestContext"], "stage": "$default"}
    return {
        **event,
        "rawPath": path,
        "requestContext": request_context,
        "body": _json_text(event) if route.has_body else None,
        "isBase64Encoded": False,
    }


def read_json(text: str) -> Any:
    """The body's JSON value. Raises Problem; msgspec refuses what is not Unicode, json would let it
    through."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise Problem(ProblemType.MALFORMED, "The body is not JSON.") from None


def _without_stage(event: dict[str, Any]) -> str:
    stage = event["requestContext"].get("stage", "$default")
    path: str = event["rawPath"]
    return path.removeprefix(f"/{stage}") if stage != "$default" else path


def _find(path: str) -> tuple[Resource | None, Problem | None]:
    """The resource, or what is wrong with the path, which is answered after the token was checked."""
    try:
        return find_resource(path), None
    except Problem as problem:
        return None, problem


def _check_query(event: dict[str, Any], route: Route, service: Service) -> None:
    dimensions = service.dimensions.names if route.by_dimension else ()
    unknown = [
        name
        for name in event.get("queryStringParameters") or ()
        if name not in route.query and name not in dimensions
    ]
    if unknown:
        errors = [ProblemError(in_="query", name=name, reason="unknown") for name in unknown]
        known = f" There are {', '.join((*route.query, *dimensions))}." if dimensions else ""
        raise Problem(ProblemType.INVALID, f"Some parameters are unknown: see errors.{known}", errors)


def _allow(event: dict[str, Any], access: Access, service: Service) -> None:
    """The authorizer has checked token and scope already; a route that was left open by mistake stops
    here."""
    if access == "open":
        return
    needed = service.erase_scope if access == "erase" else service.read_scope
    if needed is None:
        return
    jwt = (event["requestContext"].get("authorizer") or {}).get("jwt")
    if not jwt:
        raise Problem(
            ProblemType.UNAUTHENTICATED, "Send a token of the issuer.", headers={"www-authenticate": "Bearer"}
        )
    granted = {*(jwt.get("scopes") or ()), *str((jwt.get("claims") or {}).get("scope", "")).split()}
    if needed not in granted:
        raise Problem(ProblemType.FORBIDDEN, f"The token needs the scope {needed}.")


def _json_text(event: dict[str, Any]) -> str | None:
    body = event.get("body")
    if not body:
        return None
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    media_type = headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if len(body) > MOST_BODY_BYTES * 4 // 3 + 4:
        raise Problem(ProblemType.TOO_LARGE, f"A body has at most {MOST_BODY_BYTES} bytes.")
    if media_type != "application/json":
        raise Problem(ProblemType.MEDIA_TYPE, "Send application/json.")
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(body, validate=True).decode()
        except (binascii.Error, UnicodeError):
            raise Problem(ProblemType.MALFORMED, "The body is not JSON.") from None
    if len(body.encode(errors="replace")) > MOST_BODY_BYTES:
        raise Problem(ProblemType.TOO_LARGE, f"A body has at most {MOST_BODY_BYTES} bytes.")
    return str(body)
