"""What the double takes and answers with, by the API's own: its routes, its document, its models, its messages.

So a page that asks for what the real API refuses is refused here too, and the double answers in no other shape.
"""

import json
from typing import Any

import jsonschema
import msgspec
from aiohttp import web
from pydantic import BaseModel, ValidationError

from live_viewers.api import routes
from live_viewers.api.answers import prepare
from live_viewers.api.incidents import Acknowledgement
from live_viewers.api.models import ProblemError
from live_viewers.api.openapi_document import DOCUMENT
from live_viewers.api.paths import find_resource
from live_viewers.api.problems import CONTENT_TYPE, Problem, ProblemType
from live_viewers.api.routes import Route
from live_viewers.api.viewers import ViewerIds
from live_viewers.response_model import ResponseModel
from tests.browser.viewers_double import DIMENSIONS

_BODIES: dict[str, type[BaseModel]] = {routes.VIEWERS.name: ViewerIds, routes.INCIDENT.name: Acknowledgement}
_DESCRIBED = json.loads(DOCUMENT.read_text(encoding="utf-8"))


def check_request(request: web.Request, body: bytes) -> None:
    """Raises the Problem that the API would answer a request with before it reads anything."""
    resource = find_resource(request.path)
    if resource is None:
        raise Problem(ProblemType.NOT_FOUND, "The API has no such path.")
    route = resource.routes.get(request.method)  # type: ignore[call-overload]
    if route is None:
        raise Problem(ProblemType.METHOD, f"Allowed here: {', '.join(resource.routes)}.")
    errors = _wrong_parameters(route, request.query)
    if route.has_body:
        model = _BODIES[route.name]
        try:
            model.model_validate_json(body)
        except ValidationError:
            errors.append(ProblemError(in_="body", name=next(iter(model.model_fields)), reason="invalid"))
    if errors:
        raise Problem(ProblemType.INVALID, "Some values are not allowed: see errors.", errors)


def _wrong_parameters(route: Route, query: Any) -> list[ProblemError]:
    described = _DESCRIBED["paths"][route.path][route.method.lower()].get("parameters", [])
    schemas = {each["name"]: each["schema"] for each in described if each["in"] == "query"}
    known = {*schemas, *(DIMENSIONS if route.by_dimension else ())}
    wrong = [ProblemError(in_="query", name=name, reason="unknown") for name in query if name not in known]
    for name, schema in schemas.items():
        if name not in query:
            continue
        value: Any = query[name]
        if schema.get("type") == "integer" and value.lstrip("-").isdigit():
            value = int(value)
        if not jsonschema.Draft202012Validator({**_DESCRIBED, **schema}).is_valid(value):
            wrong.append(ProblemError(in_="query", name=name, reason="invalid"))
    return wrong


def problem_answer(problem: Problem) -> web.Response:
    """The API's answer with a problem."""
    headers = {"content-type": CONTENT_TYPE, **problem.headers}
    return web.Response(status=problem.kind.status, body=problem.body.encode(), headers=headers)


def model_answer(
    request: web.Request, model: type[ResponseModel], content: Any, status: int = 200
) -> web.Response:
    """The content as the API sends it, with its ETag, or 304. Fails where it isn't of the model."""
    made = prepare(msgspec.convert(content, model))
    if request.headers.get("if-none-match") == made.etag:
        return web.Response(status=304, headers={"etag": made.etag})
    return web.Response(
        status=status, body=made.text.encode(), headers={"content-type": "application/json", "etag": made.etag}
    )


def message_text(model: type[ResponseModel], **fields: Any) -> str:
    """A message of the socket as the API sends it. Fails where it isn't of the model."""
    config = model.__struct_config__
    made = msgspec.convert({str(config.tag_field): config.tag, **fields}, model)
    return msgspec.json.encode(made).decode()
