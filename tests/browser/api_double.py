"""A double of everything the pages talk to, on one free loopback port: the site with its production headers, the
API, the push socket, an issuer and a collector. It runs in a thread of its own and does what the test says.
"""

import asyncio
import base64
import hashlib
import json
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec
from aiohttp import WSMsgType, web

os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
from live_viewers.ads.ad_report_view import AdReportView
from live_viewers.ads.viewer_ads_view import ViewerAdsView
from live_viewers.api import models
from live_viewers.api.paths import read_viewer_id
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.audience.audience_view import AudienceView
from live_viewers.audience.breakdown_view import AudienceBreakdownView
from live_viewers.audience.timeseries_view import AudienceTimeseriesView
from live_viewers.incidents.incident_view import IncidentPage, IncidentView
from live_viewers.profile.viewer_view import ViewerProfileView
from live_viewers.push.messages import ErrorMessage, SessionsMessage, SnapshotMessage, scope_view
from live_viewers.push.subscribing import SNAPSHOT_SESSIONS
from live_viewers.push.subscriptions import BadMessage, Subscribe, Unsubscribe, read_message
from live_viewers.scope import Scope, audience_scopes, viewer_scope
from stacks.constructs.site import content_security_policy
from tests.browser.api_models import check_request, message_text, model_answer, problem_answer
from tests.browser.audience_double import AudienceDouble
from tests.browser.viewers_double import DIMENSIONS, OPEN, Json, ViewersDouble, now_ms, rfc3339

_CORS = {
    "access-control-allow-headers": "authorization,content-type,if-none-match,sp-anonymous",
    "access-control-allow-methods": "GET,POST,OPTIONS",
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "etag",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ApiDouble:
    """Start it with `with`; `url` is the site. The switches may be thrown at any time."""

    def __init__(
        self, viewers: ViewersDouble, pages: Path, *, push: bool = True, needs_sign_in: bool = False
    ) -> None:
        self.viewers = viewers
        self.audience = AudienceDouble(viewers)
        self._pages = pages
        self.push_configured = push
        self.needs_sign_in = needs_sign_in
        self.challenge = ""
        self.away = False
        self.push_blocked = False
        self.held = False  # answers of the API wait until this is False again
        self.clip_bytes: int | None = None  # so much of a clip is sent, and the rest when this is None again
        self.collected: list[Json] = []
        self.violations: list[Json] = []
        self.requests: list[str] = []
        self.subscriptions: list[Json] = []
        self.ended: list[set[str]] = []
        self.latest_s = 0.0  # by how much a message of `stream` was late at the most
        self.url = ""
        self._sockets: dict[web.WebSocketResponse, list[Scope]] = {}
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._done: asyncio.Event

    def __enter__(self) -> "ApiDouble":
        self._thread.start()
        if not self._started.wait(60):
            raise TimeoutError("the double did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    @property
    def live_page(self) -> str:
        return f"{self.url}/index.html"

    @property
    def video_page(self) -> str:
        return f"{self.url}/video.html"

    def push(self, *sessions: Json) -> None:
        """Tell every page that is subscribed to them of these states, as one message."""
        states = [self.viewers.view(each) for each in sessions]
        asyncio.run_coroutine_threadsafe(self._send(states), self._loop).result(60)

    def push_text(self, text: str) -> None:
        """Send this to every open socket."""

        async def send() -> None:
            for socket in list(self._sockets):
                await socket.send_str(text)

        asyncio.run_coroutine_threadsafe(send(), self._loop).result(60)

    def cut_sockets(self) -> None:
        async def cut() -> None:
            for socket in list(self._sockets):
                await socket.close()

        asyncio.run_coroutine_threadsafe(cut(), self._loop).result(60)

    def stream(self, per_second: int, seconds: float, of: list[str] | None = None) -> "asyncio.Future[int]":
        """Push `per_second` changes a second in ten messages a second, in the background; the result is how many
        were sent to a page. One in ten is of the viewers named in `of`, the others of anyone."""

        async def run() -> int:
            sent, began, loop = 0, self._loop.time(), self._loop
            for tick in range(1, int(seconds * 10) + 1):
                await asyncio.sleep(max(0.0, began + tick / 10 - loop.time()))
                self.latest_s = max(self.latest_s, loop.time() - began - tick / 10)
                changes = [
                    self.viewers.step(of if number % 10 == 0 else None) for number in range(per_second // 10)
                ]
                sent += await self._send([self.viewers.view(change) for change in changes])
            return sent

        return asyncio.run_coroutine_threadsafe(run(), self._loop)  # type: ignore[return-value]

    async def _send(self, states: list[Json]) -> int:
        sent = 0
        for socket, scopes in list(self._sockets.items()):
            own = [state for state in states if any(_concerns(scope, state) for scope in scopes)]
            if own and not socket.closed:
                await socket.send_str(message_text(SessionsMessage, sessions=own))
                sent += len(own)
        return sent

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run())
        left = asyncio.all_tasks(self._loop)  # answers that a page is still waiting for
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    async def _run(self) -> None:
        self._done = asyncio.Event()
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/config.json", self._config),
                web.get("/v1/audience", self._audience),
                web.get("/v1/audience/timeseries", self._timeseries),
                web.get("/v1/incidents", self._incidents),
                web.patch("/v1/incidents/{incident_id}", self._acknowledge),
                web.get("/v1/ads", self._ads),
                web.get("/v1/live", self._live),
                web.post("/v1/viewers/batch-get", self._batch),
                web.post("/v1/socket-tickets", self._ticket),
                web.get("/v1/viewers/{viewer_id}", self._viewer),
                web.get("/v1/viewers/{viewer_id}/timeline", self._timeline),
                web.get("/v1/viewers/{viewer_id}/ads", self._ads_of_viewer),
                web.get("/socket", self._socket),
                web.get("/issuer/.well-known/openid-configuration", self._issuer),
                web.get("/issuer/authorize", self._authorize),
                web.post("/issuer/token", self._token),
                web.get("/issuer/end", self._end),
                web.post("/csp-violations", self._violation),
                web.post("/com.snowplowanalytics.snowplow/tp2", self._collect),
                web.get("/clips/{clip}", self._clip),
                web.static("/", self._pages),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        self._started.set()
        await self._done.wait()
        for socket in list(self._sockets):
            await socket.close()
        await runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The API's faults, and on pages the headers that CloudFront sends."""
        path = request.path
        if path.startswith("/v1/"):
            self.requests.append(f"{request.method} {path}")
            if self.away:
                if request.transport is not None:
                    request.transport.abort()
                raise web.HTTPServiceUnavailable
            if self.needs_sign_in and request.headers.get("authorization") != "Bearer a1":
                return problem_answer(Problem(ProblemType.UNAUTHENTICATED, "Send a token of the issuer."))
            try:
                check_request(request, await request.read())
                while self.held:
                    await asyncio.sleep(0.02)
                return await handler(request)
            except Problem as problem:
                return problem_answer(problem)
        response = await handler(request)
        if isinstance(response, web.WebSocketResponse):
            return response
        response.headers["content-security-policy"] = f"{self._policy()}; report-uri /csp-violations"
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["referrer-policy"] = "no-referrer"
        return response

    def _policy(self) -> str:
        """The site's own, for the origins that this double serves."""
        return content_security_policy([self.url.replace("http", "ws")])

    async def _config(self, _: web.Request) -> web.Response:
        socket = f"{self.url.replace('http', 'ws')}/socket" if self.push_configured else None
        return web.json_response(
            {
                "apiUrl": self.url,
                "socketUrl": socket,
                "auth": {"authority": f"{self.url}/issuer", "clientId": "page", "scope": "openid"}
                if self.needs_sign_in
                else None,
                "collectorUrl": self.url,
                "videoPageUrl": self.video_page,
                "livePageUrl": self.live_page,
                "dimensions": [{"name": name, "open": name in OPEN} for name in DIMENSIONS],
            }
        )

    async def _audience(self, request: web.Request) -> web.Response:
        query = request.query
        _check_dimension(query)
        if "by" in query:
            window = int(query.get("window", "5m").removesuffix("m"))
            limit = int(query.get("limit", "50"))
            content = self.audience.breakdown(query["by"], query.get("media_id"), window, limit)
            return model_answer(request, AudienceBreakdownView, content)
        return model_answer(request, AudienceView, self.viewers.audience(request.query.get("media_id")))

    async def _timeseries(self, request: web.Request) -> web.Response:
        query = request.query
        _check_dimension(query)
        named = {name: query.get(name) for name in ("media_id", "by", "value")}
        content = self.audience.timeseries(query["from"], query["to"], query["step"], named)
        return model_answer(request, AudienceTimeseriesView, content)

    async def _incidents(self, request: web.Request) -> web.Response:
        return model_answer(request, IncidentPage, self.audience.incident_page(request.query.get("state")))

    async def _acknowledge(self, request: web.Request) -> web.Response:
        incident = self.audience.incidents.get(request.match_info["incident_id"])
        if incident is None:
            raise Problem(ProblemType.INCIDENT_NOT_FOUND, "No incident with this id is kept.")
        incident["acknowledged"] = True
        return model_answer(request, IncidentView, {**incident, "viewers": []})

    async def _ads(self, request: web.Request) -> web.Response:
        query = request.query
        content = self.audience.ads(query["from"], query["to"], query["by"])
        return model_answer(request, AdReportView, content)

    async def _live(self, request: web.Request) -> web.Response:
        query = request.query
        found = self.viewers.live()
        if q := query.get("q"):
            found = [each for each in found if each["viewer_id"] == q or (each["title"] or "").startswith(q)]
        for name in ("media_id", "status"):
            if name in query:
                found = [each for each in found if each[name] == query[name]]
        for name in DIMENSIONS:
            if name in query:
                found = [each for each in found if (each["dimensions"][name] or "unknown") == query[name]]
        limit = int(query.get("limit", "50"))
        start = _read_cursor(query["cursor"]) if "cursor" in query else 0
        page = found[start : start + limit]
        more = start + limit < len(found)
        return model_answer(
            request,
            models.LivePage,
            {
                "as_of": rfc3339(now_ms()),
                "sessions": [{**self.viewers.view(each), "key": each["media_session_id"]} for each in page],
                "partial": False,
                "next_cursor": base64.b64encode(str(start + limit).encode()).decode() if more else None,
            },
        )

    async def _batch(self, request: web.Request) -> web.Response:
        wanted = (await request.json())["viewer_ids"]
        found = {each: self.viewers.profile(each) for each in wanted}
        return model_answer(
            request,
            models.BatchOfViewers,
            {
                "as_of": rfc3339(now_ms()),
                "partial": False,
                "viewers": [profile for profile in found.values() if profile],
                "missing": [each for each, profile in found.items() if profile is None],
            },
        )

    async def _viewer(self, request: web.Request) -> web.Response:
        profile = self.viewers.profile(_viewer_id(request))
        if profile is None:
            raise Problem(ProblemType.VIEWER_NOT_FOUND, "No session of this viewer is kept.")
        return model_answer(request, ViewerProfileView, profile)

    async def _timeline(self, request: web.Request) -> web.Response:
        viewer_id = _viewer_id(request)
        events = self.viewers.timeline(viewer_id) if viewer_id in self.viewers.sessions else []
        content = {"as_of": rfc3339(now_ms()), "events": events, "next_cursor": None}
        return model_answer(request, models.TimelinePage, content)

    async def _ads_of_viewer(self, request: web.Request) -> web.Response:
        return model_answer(request, ViewerAdsView, self.viewers.ads(_viewer_id(request)))

    async def _ticket(self, request: web.Request) -> web.Response:
        content = {"ticket": "t1", "expires_at": rfc3339(now_ms() + 60_000)}
        return model_answer(request, models.SocketTicket, content, status=201)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self.push_blocked or request.query.get("ticket") != "t1":
            raise web.HTTPForbidden
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        scopes = self._sockets[socket] = []
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                break
            try:
                said = read_message(message.data)
            except BadMessage as bad:
                await socket.send_str(message_text(ErrorMessage, code=bad.code, detail=str(bad)))
                continue
            self.subscriptions.append(json.loads(message.data))
            if isinstance(said, Subscribe):
                scopes.append(said.scope)
                await socket.send_str(self._snapshot(said.scope))
            elif isinstance(said, Unsubscribe):
                scopes[:] = [each for each in scopes if said.scope not in (None, each)]
        del self._sockets[socket]
        return socket

    def _snapshot(self, scope: Scope) -> str:
        found = [each for each in self.viewers.live() if _concerns(scope, each)]
        sessions = [self.viewers.view(each) for each in found[:SNAPSHOT_SESSIONS]]
        shown = msgspec.to_builtins(scope_view(scope))
        return message_text(SnapshotMessage, scope=shown, sessions=sessions, more=False)

    async def _issuer(self, _: web.Request) -> web.Response:
        issuer = f"{self.url}/issuer"
        return web.json_response(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
                "end_session_endpoint": f"{issuer}/end",
            }
        )

    async def _authorize(self, request: web.Request) -> web.Response:
        """Signs in without a question, and notes the PKCE challenge."""
        query = request.query
        if query["code_challenge_method"] != "S256" or query["response_type"] != "code":
            raise web.HTTPBadRequest(text="code with PKCE")
        self.challenge = query["code_challenge"]
        raise web.HTTPFound(f"{query['redirect_uri']}?code=c1&state={query['state']}")

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.challenge:
            raise web.HTTPBadRequest(text="PKCE")
        claims = {"iss": f"{self.url}/issuer", "sub": "reader", "aud": "page", "exp": now_ms() // 1000 + 600}
        parts = [{"alg": "none"}, {**claims, "iat": now_ms() // 1000}]
        token = ".".join(
            base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts
        )
        return web.json_response(
            {
                "access_token": "a1",
                "id_token": f"{token}.",
                "token_type": "Bearer",
                "expires_in": 600,
                "scope": "openid",
            }
        )

    async def _end(self, request: web.Request) -> web.Response:
        """Signs out, and notes what it was given."""
        self.ended.append(set(request.query))
        raise web.HTTPFound(request.query["post_logout_redirect_uri"])

    async def _collect(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.collected += body["data"]
        return web.Response(text="ok", headers={**_CORS, "access-control-allow-origin": "*"})

    async def _clip(self, request: web.Request) -> web.StreamResponse:
        file = self._pages / "clips" / Path(request.match_info["clip"]).name
        if self.clip_bytes is None:
            return web.FileResponse(file)
        clip = file.read_bytes()
        begin = request.http_range.start or 0
        sent = max(begin, self.clip_bytes)
        headers = {
            "content-type": "video/webm",
            "content-length": str(len(clip) - begin),
            "content-range": f"bytes {begin}-{len(clip) - 1}/{len(clip)}",
        }
        answer = web.StreamResponse(status=206, headers=headers)
        await answer.prepare(request)
        await answer.write(clip[begin:sent])
        while self.clip_bytes is not None:
            await asyncio.sleep(0.05)
        await answer.write(clip[sent:])
        return answer

    async def _violation(self, request: web.Request) -> web.Response:
        self.violations.append(json.loads(await request.text()))
        return web.Response(status=204)


def _check_dimension(query: Mapping[str, str]) -> None:
    by = query.get("by", "title")
    if by not in (*DIMENSIONS, "title", "status"):
        known = ", ".join(DIMENSIONS)
        raise Problem(ProblemType.INVALID, f"{by} is no dimension of this stage; there are: {known}")
    if by in DIMENSIONS and "media_id" in query:
        raise Problem(ProblemType.NOT_COUNTED, "Values are counted by title only for pinned titles.")


def _viewer_id(request: web.Request) -> str:
    """The id that the path names."""
    return read_viewer_id(request.match_info["viewer_id"])


def _concerns(scope: Scope, state: Json) -> bool:
    return scope in (*audience_scopes(state["media_id"]), viewer_scope(state["viewer_id"]))


def _read_cursor(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True))
    except ValueError:
        raise Problem(ProblemType.CURSOR, "Take next_cursor as it is from the page before.") from None
