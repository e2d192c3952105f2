"""The request as the resolver wants it: paths encoded, bodies JSON text of a bounded size, the token's
scopes checked.
"""

import base64
import binascii
from typing import Any

import msgspec

from live_viewers.api.models import ProblemError
from live_viewers.api.paths import RESOURCES, Path, Resource, read_path
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.api.service import Service

MOST_BODY_BYTES = 256 * 1024
_OPEN_TO_ALL = "/v1/openapi.json"


def read_request(event: dict[str, Any], service: Service) -> dict[str, Any]:
    """API Gateway's event (payload 2.0) for the resolver. Raises Problem for what no route should see."""
    raw_path = _without_stage(event)
    path = read_path(raw_path)
    method = event["requestContext"]["http"]["method"].upper()
    _allow(event, path, method, service)
    if path is None:
        raise Problem(ProblemType.NOT_FOUND, "The API has no such path.")
    resource = RESOURCES[path.template]
    _check(event, resource, method)
    request_context = {**event["requestContext"], "stage": "$default"}
    return {
        **event,
        "rawPath": path.encoded,
        "requestContext": request_context,
        "body": _json_text(event) if resource.has_body else None,
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


def _check(event: dict[str, Any], resource: Resource, method: str) -> None:
    if method not in resource.methods:
        allowed = ", ".join(resource.methods)
        raise Problem(ProblemType.METHOD, f"Allowed here: {allowed}.", headers={"allow": allowed})
    unknown = [name for name in event.get("queryStringParameters") or () if name not in resource.query]
    if unknown:
        errors = [ProblemError(in_="query", name=name, reason="unknown") for name in unknown]
        raise Problem(ProblemType.INVALID, "Some parameters are unknown: see errors.", errors)


def _allow(event: dict[str, Any], path: Path | None, method: str, service: Service) -> None:
    """The authorizer has checked token and scope already; a route that was left open by mistake stops
    here."""
    if path is not None and path.template == _OPEN_TO_ALL:
        return
    needed = service.erase_scope if method == "DELETE" else service.read_scope
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
