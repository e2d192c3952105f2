"""No viewer id reaches another one's route, on whatever gateway."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.api.app import make_api
from live_viewers.api.routes import ROUTES
from live_viewers.api.service import Service
from live_viewers.api.viewer_ids import PATTERN, RESERVED, segment_of, viewer_id_of
from live_viewers_reader.reader import _segment
from tests.unit.api.http_events import ERASER, http_event, reply_of

HERE = Path(__file__).parent
SEGMENTS = json.loads((HERE.parents[1] / "viewer_id_segments.json").read_text())
IDS = [each["viewer_id"] for each in SEGMENTS]
GATEWAY_PATHS = json.loads((HERE / "gateway_paths.json").read_text())["paths"]
# Of each path as it was sent, what came out of a gateway; not those that it refused, or cut back to a plain id.
DELIVERED = [
    (each["sent"], each[gateway])
    for each in GATEWAY_PATHS
    for gateway in ("aws", "ministack")
    if each[gateway] not in (None, each["sent"].partition("%")[0])
]
# What ways to a function have been seen to do with a path.
GATEWAYS: dict[str, Callable[[str], str]] = {
    "leaves it": lambda path: path,
    "decodes it": unquote,
    "decodes it twice": lambda path: unquote(unquote(path)),
    "decodes it and cuts it at a question mark": lambda path: unquote(path).partition("?")[0],
    "merges slashes": lambda path: re.sub("/+", "/", unquote(path)),
}
OF_A_VIEWER = [("GET", ""), ("GET", "/sessions"), ("GET", "/timeline"), ("GET", "/erasure"), ("DELETE", "")]


class Asked(Exception):
    """A viewer was asked for."""


class Store:
    """Every source: it raises the viewer id that it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def sessions(self, viewer_id: str, *_: Any) -> Any:
        self.asked.append(viewer_id)
        raise Asked

    timeline = status = ask = sessions


def reached(method: str, path: str) -> list[str]:
    """The viewers that a request reaches, its path being as the gateway hands it over."""
    store = Store()
    event = http_event(method, "/", authorizer=ERASER)
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    service = Service(store, store, store, store, lambda: 0, store, store, store)  # type: ignore[arg-type]
    reply = reply_of(make_api(service)(event, None))
    assert store.asked or 400 <= reply.status < 500, reply.content
    return store.asked


@pytest.mark.parametrize("change", GATEWAYS.values(), ids=GATEWAYS)
@pytest.mark.parametrize(("method", "resource"), OF_A_VIEWER)
def test_every_viewer_is_reached_by_its_segment_on_every_gateway(
    change: Callable[[str], str], method: str, resource: str
) -> None:
    for viewer_id in IDS:
        path = f"/v1/viewers/{segment_of(viewer_id)}{resource}"
        assert change(path) == path
        assert reached(method, change(path)) == [viewer_id]


@pytest.mark.parametrize(("sent", "delivered"), DELIVERED)
def test_what_gateways_make_of_escapes_reaches_nobody(sent: str, delivered: str) -> None:
    """Where an id was percent-encoded all the same. What is cut away before the function sees it, only the client
    can know: api.md says so."""
    for method, resource in OF_A_VIEWER:
        assert reached(method, f"/v1/viewers/{delivered}{resource}") == []


@pytest.mark.parametrize(
    "segment",
    [
        *sorted(RESERVED),
        ".",
        "..",
        ".hidden",
        "~",
        "~YW5u=",
        "~YW5v+",
        "~YW5v/",
        "~YW5",  # no whole byte
        "~YW6",
        "~YWN",  # bits that are left over are not zero
        "~_w",  # not UTF-8
        "~7aCA",  # a surrogate
        "~YW5u\n",
        "~~YW5u",
        "a~b",
        "ann\n",
        "a%20b",
        "a,b",
        "ünal",
    ],
)
def test_anything_else_is_refused(segment: str) -> None:
    assert viewer_id_of(segment) is None
    event = http_event("DELETE", "/", authorizer=ERASER)
    event["rawPath"] = f"/v1/viewers/{segment}"
    store = Store()
    reply = reply_of(make_api(Service(store, store, store, store, lambda: 0, store, store, store))(event, None))  # type: ignore[arg-type]
    if (reply.status, segment) != (405, "batch-get"):  # a path of its own, without this method
        assert (reply.status, reply.problem) == (400, "invalid-viewer-id")
        assert reply.json["errors"] == [{"in": "path", "name": "viewer_id", "reason": "invalid_viewer_id"}]
    assert store.asked == []


def test_nobody_without_a_token_learns_of_a_bad_segment() -> None:
    store = Store()
    event = http_event("GET", "/v1/viewers/a%20b")
    reply = reply_of(make_api(Service(store, store, store, store, lambda: 0, store, store, store))(event, None))  # type: ignore[arg-type]
    assert reply.problem == "unauthenticated"


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_segments_are_one_to_one_and_need_no_escape(viewer_id: str) -> None:
    segment = segment_of(viewer_id)
    assert viewer_id_of(segment) == viewer_id
    assert quote(segment, safe="@:") == segment
    assert re.fullmatch(PATTERN, segment)
    assert viewer_id_of(_segment(viewer_id)) == viewer_id


@given(st.text(max_size=12))
def test_a_segment_that_is_read_is_the_only_one_of_its_kind(segment: str) -> None:
    viewer_id = viewer_id_of(segment)
    if viewer_id is not None and segment.startswith("~"):
        assert _segment(viewer_id) == segment


@pytest.mark.parametrize("each", SEGMENTS, ids=lambda each: each["segment"])
def test_the_reader_and_the_page_write_ids_in_one_way(each: dict[str, str]) -> None:
    """The page's part is frontend/test/viewer-path.test.ts, over the same file."""
    assert _segment(each["viewer_id"]) == each["segment"]
    assert viewer_id_of(each["segment"]) == each["viewer_id"]


def test_every_part_of_a_path_below_viewers_is_reserved() -> None:
    parts = {
        part for route in ROUTES for part in route.path.split("/")[3:] if route.path.startswith("/v1/viewers/")
    }
    assert parts - {"{viewer_id}"} <= RESERVED
