"""Paths of the API. Viewer ids may hold any character, `/` included, and API Gateway hands paths over
decoded, so the path is read here and given to the resolver with every id percent-encoded.
"""

from urllib.parse import quote

import msgspec

_VIEWERS = "/v1/viewers/"
_OF_A_VIEWER = ("sessions", "timeline", "erasure")


class Resource(msgspec.Struct, frozen=True):
    """What a path takes: methods, and query parameters (others are refused, since a mistyped filter
    filters nothing)."""

    methods: tuple[str, ...]
    query: tuple[str, ...] = ()
    has_body: bool = False


# By template. A test holds it against the OpenAPI document.
RESOURCES: dict[str, Resource] = {
    "/v1/live": Resource(("GET",), ("media_id", "status", "q", "limit", "cursor")),
    "/v1/audience": Resource(("GET",), ("media_id",)),
    "/v1/viewers/batch-get": Resource(("POST",), has_body=True),
    "/v1/viewers/{viewer_id}": Resource(("GET", "DELETE")),
    "/v1/viewers/{viewer_id}/sessions": Resource(("GET",), ("limit", "cursor")),
    "/v1/viewers/{viewer_id}/timeline": Resource(("GET",), ("from", "to", "limit", "cursor")),
    "/v1/viewers/{viewer_id}/erasure": Resource(("GET",)),
    "/v1/socket-tickets": Resource(("POST",)),
    "/v1/openapi.json": Resource(("GET",)),
}


class Path(msgspec.Struct, frozen=True):
    """A path of the API: its template, and the path itself with ids percent-encoded."""

    template: str
    encoded: str


def read_path(raw_path: str) -> Path | None:
    """`raw_path` as API Gateway gives it: without the stage, every escape decoded but `%25`. None: no
    such path."""
    if raw_path in RESOURCES:
        return Path(raw_path, raw_path)
    if not raw_path.startswith(_VIEWERS):
        return None
    viewer_id = raw_path[len(_VIEWERS) :].replace("%25", "%")
    template = "/v1/viewers/{viewer_id}"
    suffix = ""
    for part in _OF_A_VIEWER:
        if viewer_id.endswith("/" + part):
            viewer_id, suffix = viewer_id[: -len(part) - 1], "/" + part
            break
    if not viewer_id:
        return None
    return Path(template + suffix, _VIEWERS + quote(viewer_id, safe="") + suffix)
