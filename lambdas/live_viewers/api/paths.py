"""Paths of the API: which of the table's routes a request is for."""

import re
from collections.abc import Mapping

import msgspec

from live_viewers.api.models import ProblemError
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.api.routes import INCIDENT, ROUTES, Method, Route
from live_viewers.api.viewer_ids import viewer_id_of

_VIEWERS = "/v1/viewers/"
_VIEWER_ID = "{viewer_id}"
_INCIDENTS = "/v1/incidents/"
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,64}")  # what may be an incident's id; anything else is no path of ours


class Resource(msgspec.Struct, frozen=True):
    """The routes of one path, by method."""

    routes: Mapping[Method, Route]


def _resources() -> dict[str, Resource]:
    """By template."""
    templates = dict.fromkeys(route.path for route in ROUTES)
    return {
        template: Resource({route.method: route for route in ROUTES if route.path == template})
        for template in templates
    }


_RESOURCES = _resources()
_WITH_VIEWER = {
    tuple(template.split("/")): each for template, each in _RESOURCES.items() if _VIEWER_ID in template
}


def find_resource(path: str) -> Resource | None:
    """The resource at `path`, as API Gateway hands it over without the stage. None: there is none.

    Raises Problem where the path is a viewer's, but has no id where it is to stand. Whatever else is below
    /v1/viewers/ may be an id with a slash in it, so it is answered in the same way.
    """
    if path in _RESOURCES and "{" not in path:
        return _RESOURCES[path]
    if path.startswith(_INCIDENTS) and _PLAIN.fullmatch(path[len(_INCIDENTS) :]):
        return _RESOURCES[INCIDENT.path]
    if not path.startswith(_VIEWERS) or path == _VIEWERS:
        return None
    segments = path.split("/")
    for template, resource in _WITH_VIEWER.items():
        if len(template) == len(segments) and all(
            part in (_VIEWER_ID, segment) for part, segment in zip(template, segments, strict=True)
        ):
            read_viewer_id(segments[template.index(_VIEWER_ID)])
            return resource
    raise _invalid_viewer_id()


def read_viewer_id(segment: str) -> str:
    """The viewer id of a path's segment. Raises Problem."""
    viewer_id = viewer_id_of(segment)
    if viewer_id is None:
        raise _invalid_viewer_id()
    return viewer_id


def _invalid_viewer_id() -> Problem:
    errors = [ProblemError(in_="path", name="viewer_id", reason="invalid_viewer_id")]
    detail = "A viewer id in a path is plain and no reserved word, or ~ and its base64url without padding."
    return Problem(ProblemType.INVALID_VIEWER_ID, detail, errors)
