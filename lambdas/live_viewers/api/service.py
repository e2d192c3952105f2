"""What the routes need, put together once a function instance by the handler."""

from collections.abc import Callable
from dataclasses import dataclass, field

from live_viewers.api.answers import Answer
from live_viewers.api.brief_cache import BriefCache
from live_viewers.audience.reading import Audience
from live_viewers.erasure.jobs import ErasureRequests
from live_viewers.profile.sources import Profiles
from live_viewers.push.tickets import TicketStore


@dataclass(frozen=True)
class Service:
    """`clock` gives epoch milliseconds; a scope None is not asked for."""

    profiles: Profiles
    audience: Audience
    tickets: TicketStore
    erasures: ErasureRequests
    clock: Callable[[], int]
    default_ping_interval_s: int = 30
    ticket_ttl_s: int = 60
    read_scope: str | None = "viewers:read"
    erase_scope: str | None = "viewers:erase"
    brief: BriefCache[Answer] = field(default_factory=BriefCache)
