"""What a request tells of its events' viewer beside the events: address, browser, cookie."""

from ipaddress import ip_address
from uuid import UUID, uuid4

from aiohttp import web

from collector.enriched_event import ANONYMOUS_NETWORK_USERID, RequestContext

COOKIE = "sp"


def context_of(request: web.Request, now_ms: int) -> RequestContext:
    """Of an anonymous request (header SP-Anonymous) neither address nor id is kept, as by Snowplow's Collector."""
    headers = request.headers
    anonymous = "SP-Anonymous" in headers
    return RequestContext(
        collector_ms=now_ms,
        network_userid=ANONYMOUS_NETWORK_USERID if anonymous else network_userid(request),
        ip_address="unknown" if anonymous else viewers_address(request),
        useragent=headers.get("User-Agent", ""),
        referer=headers.get("Referer", ""),
    )


def viewers_address(request: web.Request) -> str:
    """The viewer's address: what a proxy or a test on this machine says it is, by the first of X-Forwarded-For.
    Of anybody else the header is not believed.
    """
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").partition(",")[0].strip()
    try:
        return str(ip_address(forwarded)) if ip_address(peer).is_loopback else peer
    except ValueError:
        return peer


def network_userid(request: web.Request) -> str:
    """The id in the `sp` cookie, or a new one; a cookie that is no UUID is nobody's."""
    try:
        return str(UUID(request.cookies.get(COOKIE, "")))
    except ValueError:
        return str(uuid4())
