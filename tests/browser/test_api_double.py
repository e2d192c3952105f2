"""The double answers in the shapes of the API's own models, or the other tests would show nothing."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from websockets.sync.client import connect

from live_viewers.ads.ad_report_view import AdReportView
from live_viewers.api import models
from live_viewers.audience.audience_view import AudienceView
from live_viewers.audience.breakdown_view import AudienceBreakdownView
from live_viewers.audience.timeseries_view import AudienceTimeseriesView
from live_viewers.incidents.incident_view import IncidentPage, IncidentView
from live_viewers.profile.viewer_view import ViewerProfileView
from live_viewers.push.messages import (
    ErrorMessage,
    OverviewScope,
    ServerMessage,
    SessionsMessage,
    SnapshotMessage,
    TitleScope,
    ViewerScope,
)
from tests.browser.api_double import ApiDouble
from tests.browser.viewers_double import ViewersDouble
from tests.response_models import matches


def _read(api: ApiDouble, path: str, body: Any = None, method: str | None = None) -> Any:
    request = urllib.request.Request(
        api.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


@pytest.fixture
def api(serve: Callable[..., ApiDouble]) -> ApiDouble:
    viewers = ViewersDouble(150)
    viewers.add("ada", "WATCHING_AD")
    return serve(viewers)


def test_live_sessions_come_in_the_shape_of_the_api(api: ApiDouble) -> None:
    first = _read(api, "/v1/live?limit=100")
    matches(models.LivePage, first)
    rest = _read(api, f"/v1/live?limit=100&cursor={first['next_cursor']}")
    assert len(first["sessions"]) + len(rest["sessions"]) == 151
    assert rest["next_cursor"] is None


def test_figures_profiles_and_timelines_come_in_the_shape_of_the_api(api: ApiDouble) -> None:
    matches(AudienceView, _read(api, "/v1/audience"))
    matches(AudienceView, _read(api, "/v1/audience?media_id=Small+hours"))
    matches(ViewerProfileView, _read(api, "/v1/viewers/ada"))
    batch = _read(api, "/v1/viewers/batch-get", {"viewer_ids": ["ada", "nobody"]})
    matches(models.BatchOfViewers, batch)
    assert batch["missing"] == ["nobody"]
    timeline = _read(api, "/v1/viewers/ada/timeline")
    matches(models.TimelinePage, timeline)
    assert timeline["events"]


def test_audiences_by_value_and_over_time_ads_and_incidents_come_in_the_shape_of_the_api(api: ApiDouble) -> None:
    for by in ("title", "status", "cdn"):
        breakdown = _read(api, f"/v1/audience?by={by}&window=15m&limit=3")
        matches(AudienceBreakdownView, breakdown)
        assert sum(row["watching_now"] for row in breakdown["rows"]) == breakdown["total"]["watching_now"]
    hours = "from=2026-11-24T00:00:00.000Z&to=2026-11-24T10:00:00.000Z&step=1h"
    series = _read(api, f"/v1/audience/timeseries?{hours}&by=cdn&value=west")
    matches(AudienceTimeseriesView, series)
    assert len(series["points"]) == 10
    for by in ("ad", "creative", "break"):
        matches(AdReportView, _read(api, f"/v1/ads?{hours.removesuffix('&step=1h')}&by={by}"))
    made = api.audience.open_incident()
    matches(IncidentPage, _read(api, "/v1/incidents?state=open"))
    acknowledged = _read(api, f"/v1/incidents/{made['id']}", {"acknowledged": True}, "PATCH")
    matches(IncidentView, acknowledged)
    assert acknowledged["acknowledged"]


def test_live_sessions_are_filtered_by_dimension(api: ApiDouble) -> None:
    found = _read(api, "/v1/live?cdn=west&os=unknown")["sessions"]
    assert found
    assert {(each["dimensions"]["cdn"], each["dimensions"]["os"]) for each in found} == {("west", None)}


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/v1/live?limit=0", 422, "invalid-request"),
        ("/v1/live?planet=mars", 422, "invalid-request"),
        ("/v1/audience?by=planet", 422, "invalid-request"),
        ("/v1/audience?by=cdn&window=2h", 422, "invalid-request"),
        ("/v1/audience?by=cdn&media_id=Small+hours", 400, "not-counted"),
        ("/v1/live?limit=ten", 422, "invalid-request"),
        ("/v1/live?status=ASLEEP", 422, "invalid-request"),
        ("/v1/live?order=title", 422, "invalid-request"),
        ("/v1/live?cursor=%23", 400, "invalid-cursor"),
        ("/v1/viewers/a%2Fb", 400, "invalid-viewer-id"),
        ("/v1/viewers/nobody", 404, "viewer-not-found"),
        ("/v1/nothing", 404, "not-found"),
        ("/v1/viewers/batch-get", 405, "method-not-allowed"),
    ],
)
def test_what_the_api_refuses_is_refused_with_the_api_s_own_problem(
    api: ApiDouble, path: str, status: int, kind: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        _read(api, path)
    content = json.load(refused.value)
    matches(models.ProblemDetails, content)
    assert (refused.value.code, content["type"]) == (status, f"urn:live-viewers:problem:{kind}")


def test_a_body_of_the_wrong_shape_is_refused(api: ApiDouble) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        _read(api, "/v1/viewers/batch-get", {"viewer_ids": []})
    assert refused.value.code == 422


def test_the_socket_s_messages_are_those_of_the_api(api: ApiDouble) -> None:
    decode = msgspec.json.Decoder(ServerMessage).decode
    with connect(f"{api.url.replace('http', 'ws')}/socket?ticket=t1") as socket:
        for scope in (OverviewScope(), TitleScope("Small hours")):
            socket.send(json.dumps({"action": "subscribe", **msgspec.to_builtins(scope)}))
            snapshot = decode(socket.recv(timeout=60))
            assert isinstance(snapshot, SnapshotMessage)
            assert snapshot.scope == scope
            assert snapshot.sessions
            socket.send('{"action": "unsubscribe"}')
        socket.send('{"action": "subscribe", "scope": "viewer", "viewer_id": "ada"}')
        snapshot = decode(socket.recv(timeout=60))
        assert isinstance(snapshot, SnapshotMessage)
        assert (snapshot.scope, len(snapshot.sessions)) == (ViewerScope("ada"), 1)
        api.push(api.viewers.set("ada", "PAUSED_VIDEO"))
        changed = decode(socket.recv(timeout=60))
        assert isinstance(changed, SessionsMessage)
        assert changed.sessions[0].status == "PAUSED_VIDEO"
        socket.send('{"action": "shout"}')
        refused = decode(socket.recv(timeout=60))
        assert isinstance(refused, ErrorMessage)
        assert refused.code == "unknown_action"
