"""The HTTP side: what trackers send, and what they expect back."""

import base64
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from aiohttp import web

from collector.delivery import NotDelivered, Record, TooLarge
from collector.enriched_event import ANONYMOUS_NETWORK_USERID, EnrichedEvent, enriched_event
from collector.enrichments import with_enrichments
from collector.request_context import COOKIE, context_of
from collector.tracker_payload import BadPayload, TrackerEvent, event_of_query, events_of_body
from live_viewers.events.viewer import UnusableId, viewer_of
from live_viewers.wire.contract import DecodeSettings
from services.loopback_only import refusal

PAYLOAD_LIMIT_BYTES = 1_000_000
_COOKIE_MAX_AGE_S = 365 * 24 * 3600
_PIXEL = base64.b64decode("R0lGODlhAQABAPAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
_CLIENT_SESSION = ("com.snowplowanalytics.snowplow", "client_session")
_PLACEHOLDERS = DecodeSettings().placeholder_viewer_ids

logger = logging.getLogger("collector")


class Delivery(Protocol):
    """Takes records, returns when they are safe. Raises NotDelivered or TooLarge."""

    async def deliver(self, records: Sequence[Record]) -> None: ...


@dataclass
class Counters:
    """Since the start. received = produced + bad + failed."""

    requests: int = 0
    received: int = 0
    produced: int = 0
    bad: int = 0
    failed: int = 0


class Collector:
    """Handlers of the collector's routes around one delivery."""

    def __init__(
        self, delivery: Delivery, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    ) -> None:
        self._delivery = delivery
        self._now_ms = now_ms
        self.counters = Counters()

    def application(self) -> web.Application:
        """The aiohttp application, CORS included."""
        application = web.Application(client_max_size=PAYLOAD_LIMIT_BYTES, middlewares=[_own_pages_alone, _cors])
        application.router.add_post("/com.snowplowanalytics.snowplow/tp2", self._post)
        for path in ("/com.snowplowanalytics.snowplow/tp2", "/i"):
            application.router.add_get(path, self._get)
            application.router.add_options(path, _preflight)
        application.router.add_get("/health", self._health)
        return application

    async def _post(self, request: web.Request) -> web.Response:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._refused(413, f"the body is over {PAYLOAD_LIMIT_BYTES} bytes")
        try:
            events = events_of_body(body)
        except BadPayload as error:
            return self._refused(400, str(error))
        return await self._collect(request, events, web.Response(text="ok"))

    async def _get(self, request: web.Request) -> web.Response:
        try:
            event = event_of_query(request.query.items())
        except BadPayload as error:
            return self._refused(400, str(error))
        pixel = web.Response(body=_PIXEL, content_type="image/gif", headers={"Cache-Control": "no-store"})
        return await self._collect(request, [event], pixel)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"} | asdict(self.counters))

    async def _collect(
        self, request: web.Request, events: list[TrackerEvent], answer: web.Response
    ) -> web.Response:
        """Answers `answer` only when every good event is safe with the broker; bad ones are counted, and when
        there are only bad ones the request is.
        """
        context = context_of(request, self._now_ms())
        records = []
        reason = ""
        for event in events:
            try:
                enriched = with_enrichments(enriched_event(event, context))
                records.append(Record(_viewer(enriched), enriched.line()))
            except BadPayload as error:
                reason = str(error)
        counters = self.counters
        counters.requests += 1
        counters.received += len(events)
        counters.bad += len(events) - len(records)
        if reason:
            logger.warning("bad events", extra={"bad": len(events) - len(records), "reason": reason})
        if not records:
            return web.json_response({"error": reason}, status=400)
        try:
            await self._delivery.deliver(records)
        except TooLarge:
            counters.bad += len(records)
            return web.json_response({"error": "an event over the broker's limit"}, status=413)
        except NotDelivered as error:
            counters.failed += len(records)
            logger.error("not delivered", extra={"failed": len(records), "reason": str(error)})
            return web.json_response({"error": "the broker is away"}, status=503, headers={"Retry-After": "5"})
        counters.produced += len(records)
        if context.network_userid and context.network_userid != ANONYMOUS_NETWORK_USERID:
            # A page on another site sends the cookie back only with SameSite=None, which browsers take only with
            # Secure; they count a loopback address as secure.
            answer.set_cookie(
                COOKIE,
                context.network_userid,
                max_age=_COOKIE_MAX_AGE_S,
                path="/",
                secure=True,
                httponly=True,
                samesite="None",
            )
        return answer

    def _refused(self, status: int, reason: str) -> web.Response:
        self.counters.requests += 1
        self.counters.received += 1
        self.counters.bad += 1
        logger.warning("bad request", extra={"status": status, "reason": reason})
        return web.json_response({"error": reason}, status=status)


def _viewer(enriched: EnrichedEvent) -> str | None:
    """The record's key, by the rule of the profiles themselves."""
    columns = enriched.columns
    client_user_id = None
    for entity in enriched.contexts:
        if (entity.vendor, entity.name) == _CLIENT_SESSION and isinstance(entity.data, dict):
            user_id = entity.data.get("userId")
            client_user_id = user_id if isinstance(user_id, str) else None
    try:
        return viewer_of(
            columns.get("user_id"),
            columns.get("domain_userid"),
            client_user_id,
            columns.get("network_userid"),
            _PLACEHOLDERS,
        )
    except UnusableId:
        return None


async def _preflight(_request: web.Request) -> web.Response:
    return web.Response(
        headers={
            "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
            "Access-Control-Allow-Headers": "Content-Type, SP-Anonymous",
            "Access-Control-Max-Age": "3600",
        }
    )


@web.middleware
async def _own_pages_alone(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Pages of this machine may track, on whatever port they are served; those of other sites may not."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    reason = refusal(headers, any_loopback_origin=True)
    return await handler(request) if reason is None else web.json_response({"error": reason}, status=403)


@web.middleware
async def _cors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Trackers send with credentials, so the origin is named; `*` would not do."""
    origin = request.headers.get("Origin", "*")
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = web.json_response({"error": error.reason}, status=error.status)
    response.headers["Access-Control-Allow-Origin"] = origin
    if origin != "*":
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Vary"] = "Origin"
    return response
