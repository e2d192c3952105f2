"""The double answers in the shapes of the API's own models, or the other tests would show nothing."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from live_viewers.api import models
from live_viewers.audience.audience_view import AudienceView
from live_viewers.profile.viewer_view import ViewerProfileView
from live_viewers.push.messages import SessionsMessage, SnapshotMessage
from tests.browser.api_double import ApiDouble, sessions_message
from tests.browser.viewers_double import ViewersDouble
from tests.response_models import matches


def _read(api: ApiDouble, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        api.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as response:
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


def test_messages_of_the_socket_come_in_the_shape_of_the_api(api: ApiDouble) -> None:
    scopes = (
        {"scope": "overview"},
        {"scope": "title", "media_id": "Small hours"},
        {"scope": "viewer", "viewer_id": "ada"},
    )
    for scope in scopes:
        snapshot = api.snapshot_message(scope)
        assert snapshot["sessions"]
        matches(SnapshotMessage, snapshot)
    matches(SessionsMessage, sessions_message(snapshot["sessions"]))


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/live?limit=101", None), ("/v1/viewers/batch-get", {"viewer_ids": []})]
)
def test_what_the_api_would_refuse_is_refused_alike(api: ApiDouble, path: str, body: Any) -> None:
    with pytest.raises(urllib.error.HTTPError, match="422"):
        _read(api, path, body)
