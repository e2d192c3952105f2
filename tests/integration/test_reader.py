"""The reader for Python services, against the API and the socket as the emulator runs them."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any
from urllib.parse import parse_qs

import boto3
import msgspec
import pytest

from live_viewers.dynamodb import items
from live_viewers.dynamodb.live_key import LivePlaces
from live_viewers.events.media_event import SessionTotals
from live_viewers.session.liveness import live_until_ms
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.status import status_of
from live_viewers_reader import ApiProblem, ClientCredentials, Erased, LiveViewers, Session, shapes
from live_viewers_reader.socket import follow
from tests.integration import socket_rig
from tests.integration.deployed_api import DOCUMENT, DeployedApi, deploy
from tests.viewing import pause, play

# So that they are live until the last test, however long all of them take.
PING_INTERVAL_S = 300


@dataclass(frozen=True)
class Deployed:
    """The API, and what writes sessions into its table."""

    api: DeployedApi
    url: str
    table: Any

    def keep(self, *sessions: MediaSession) -> None:
        for session in sessions:
            item = items.session_item(
                session,
                status=status_of(session).value,
                live_until_ms=live_until_ms(session),
                now_ms=session.last_seen_ms,
                places=LivePlaces("secret", 8),
                retention_days=90,
            )
            self.table.put_item(TableName=self.api.names["ViewerProfiles"], Item=item)


@pytest.fixture(scope="module")
def deployed(ministack: str) -> Deployed:
    api = deploy(ministack)
    url = f"{ministack}/_aws/execute-api/{api.host.partition('.')[0]}/$default"
    return Deployed(api, url, boto3.client("dynamodb", endpoint_url=ministack))


@pytest.fixture(scope="module")
def viewers(deployed: Deployed) -> LiveViewers:
    deployed.keep(*(watching(f"viewer-{n}", f"Title {n % 2}") for n in range(150)), watching("a/b & c", "Sintel"))
    return LiveViewers(deployed.url)


def watching(
    viewer_id: str, title: str = "Big Buck Bunny", version: int = 1, paused: bool = False
) -> MediaSession:
    now_ms = int(time.time() * 1000)
    fields = {
        "viewer_id": viewer_id,
        "label": title,
        "totals": SessionTotals(ping_interval_s=PING_INTERVAL_S),
        "event_time_ms": now_ms,
        "order_time_ms": now_ms,
        "collector_time_ms": now_ms,
    }
    session = fold([pause(at=0, position=10.0, **fields) if paused else play(at=0, position=10.0, **fields)])
    session.version = version
    return session


def test_one_profile(viewers: LiveViewers) -> None:
    viewer = viewers.get("viewer-7")
    assert viewer is not None
    assert (viewer.viewer_id, viewer.status, viewer.live) == ("viewer-7", "WATCHING_VIDEO", True)
    assert viewer.current_session.title == "Title 1"
    assert viewers.get("nobody") is None
    odd = viewers.get("a/b & c")
    assert odd is not None
    assert odd.current_session.media_id == "Sintel"


def test_many_profiles(viewers: LiveViewers) -> None:
    found, missing = viewers.get_many([*(f"viewer-{n}" for n in range(150)), "nobody", "viewer-1"])
    assert len(found) == 150
    assert missing == ["nobody"]


def test_all_live_viewers_page_by_page(viewers: LiveViewers) -> None:
    assert len(list(viewers.live(page_size=40))) == 151
    assert {session.viewer_id for session in viewers.live(media_id="Sintel")} == {"a/b & c"}
    assert len(list(viewers.live(q="Title 1"))) == 75


def test_a_playing_session_moves_on(viewers: LiveViewers) -> None:
    session = next(viewers.live(q="viewer-3"))
    later = session.position_at + (session.live_until - session.position_at) / 2
    moved = (later - session.position_at).total_seconds()
    assert session.position_s_at(later) == pytest.approx(10.0 + moved)
    assert session.position_s_at(session.live_until) == 10.0


def test_a_problem_is_raised_with_its_type(viewers: LiveViewers) -> None:
    with pytest.raises(ApiProblem) as raised:
        list(viewers.live(status="ASLEEP"))
    assert (raised.value.status, raised.value.type) == (422, "urn:live-viewers:problem:invalid-request")


@pytest.mark.parametrize(
    ("shape", "schemas"),
    [
        (shapes.Ad, ["Ad"]),
        (shapes.Totals, ["ViewingTotals"]),
        (shapes.ViewerTotals, ["ViewerTotals"]),
        (shapes.Experience, ["Experience"]),
        (shapes.Session, ["MediaSession"]),
        (shapes.WatchedTitle, ["WatchedTitle"]),
        (shapes.Viewer, ["ViewerProfile"]),
    ],
)
def test_shapes_have_the_fields_that_the_api_describes(shape: type[msgspec.Struct], schemas: list[str]) -> None:
    described = {name for schema in schemas for name in DOCUMENT["components"]["schemas"][schema]["properties"]}
    assert set(shape.__struct_fields__) == described


def test_changes_are_followed_over_cuts(ministack: str) -> None:
    rig = socket_rig.deploy(ministack)
    rig.write(watching("ann", version=1))
    changes = follow(lambda: rig.address(rig.ticket()), "ann", None)
    first = next(changes)
    assert isinstance(first, Session)
    assert (first.status, first.version) == ("WATCHING_VIDEO", 1)
    rig.write(watching("ann", version=2, paused=True))
    second = next(changes)
    assert isinstance(second, Session)
    assert (second.status, second.version) == ("PAUSED_VIDEO", 2)
    (connection,) = rig.subscribers("viewer#ann")
    boto3.client("apigatewaymanagementapi", endpoint_url=rig.socket.replace("ws", "http", 1)).delete_connection(
        ConnectionId=connection
    )
    rig.write(watching("ann", version=3))
    third = next(changes)
    assert isinstance(third, Session)
    assert third.version == 3
    rig.erase(watching("ann"))
    assert Erased(viewer_id="ann") in islice(changes, 3)


def test_a_token_is_kept_until_shortly_before_it_expires(token_endpoint: tuple[str, list[dict[str, Any]]]) -> None:
    url, asked = token_endpoint
    credentials = ClientCredentials(url, "id", "secret", "viewers:read")
    assert [credentials() for _ in range(3)] == ["token-1"] * 3
    assert asked == [{"grant_type": ["client_credentials"], "scope": ["viewers:read"]}]
    short = ClientCredentials(url, "id", "secret", "short")
    assert [short(), short()] == ["token-2", "token-3"]


@pytest.fixture
def token_endpoint() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []

    class Issuer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            asked.append(form)
            expires = 60 if form["scope"] == ["short"] else 3600
            content = json.dumps({"access_token": f"token-{len(asked)}", "expires_in": expires}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/token", asked
    server.shutdown()
    server.server_close()
