"""What the routes need, put together once a function instance by the handler."""

from collections.abc import Callable
from dataclasses import dataclass, field

from live_viewers.ads.ad_report import AdCounts
from live_viewers.api.answers import Answer
from live_viewers.api.brief_cache import BriefCache
from live_viewers.audience.asking import AudienceFigures
from live_viewers.audience.reading import Audience
from live_viewers.defaults import DEFAULT_PING_INTERVAL_S, ERASE_SCOPE, READ_SCOPE, TICKET_TTL_S
from live_viewers.dimensions.dimensions import NO_DIMENSIONS, Dimensions
from live_viewers.erasure.jobs import ErasureRequests
from live_viewers.incidents.reading import Incidents
from live_viewers.profile.sources import Profiles
from live_viewers.push.tickets import TicketStore

LONGER_MS = 15_000
"""For how long is kept what takes many reads, and changes by the minute."""


@dataclass(frozen=True)
class Service:
    """`clock` gives epoch milliseconds; a scope None is not asked for; `dimensions` are
    the stage's."""

    profiles: Profiles
    audience: Audience
    tickets: TicketStore
    erasures: ErasureRequests
    clock: Callable[[], int]
    figures: AudienceFigures
    incidents: Incidents
    ads: AdCounts
    default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S
    dimensions: Dimensions = NO_DIMENSIONS
    ticket_ttl_s: int = TICKET_TTL_S
    read_scope: str | None = READ_SCOPE
    erase_scope: str | None = ERASE_SCOPE
    brief: BriefCache[Answer] = field(default_factory=BriefCache)
    longer: BriefCache[Answer] = field(default_factory=lambda: BriefCache(keep_ms=LONGER_MS))
