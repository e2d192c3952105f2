"""Reading viewers, as a port: the DynamoDB adapter implements it, tests may."""

from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from live_viewers.ads.ad_view import AdsOfViewer
from live_viewers.defaults import LIVE_PLACES, MOST_SHARDS
from live_viewers.events.viewer import EVENT_ID_MAX_BYTES
from live_viewers.scope import ALL, Scope
from live_viewers.session.media_session import MediaSession
from live_viewers.session.seen_title import SeenTitle
from live_viewers.session.timeline import TimelineRow


class StoreBusy(Exception):
    """The store is throttled or away; the same read will work later."""


class LiveFilter(msgspec.Struct, frozen=True):
    """Which live sessions are wanted: None takes all. `search` is a whole viewer id or the beginning of a title.
    `dimensions` are tokens (dimensions.tokens), of which a session has each."""

    scope: Scope = ALL
    status: str | None = None
    search: str | None = None
    dimensions: tuple[str, ...] = ()


LAST_TIME_MS = 9_999_999_999_999
"""Times in keys have 13 digits."""


class LivePosition(msgspec.Struct, frozen=True, array_like=True, order=True, forbid_unknown_fields=True):
    """Where a reader of the live sessions is: a shard of the index, a place in it, and the rank of the
    last session read at that place (-1: none yet). See live_index."""

    shard: Annotated[int, Meta(ge=0, lt=MOST_SHARDS)]
    place: Annotated[int, Meta(ge=0, le=LIVE_PLACES)]
    rank: Annotated[int, Meta(ge=-1, lt=2**56)] = -1


class LivePage(msgspec.Struct, frozen=True):
    """Sessions that are live now, and where to go on; `then` None: that was all. `partial`: some were left out,
    because a bound was reached that no honest site reaches (docs/limits.md)."""

    sessions: list[MediaSession]
    then: LivePosition | None
    partial: bool = False


class SessionsOfViewer(msgspec.Struct, frozen=True):
    """A viewer's sessions; not all of them where `complete` is False (the reader's bound was reached). `titles`
    are those that they had beside the one that each has now; `ads` None: they weren't read."""

    sessions: list[MediaSession]
    complete: bool
    titles: Sequence[SeenTitle] = ()
    ads: AdsOfViewer | None = None


class TimelinePosition(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The row that a page ended with: the next one goes on before it."""

    order_time_ms: Annotated[int, Meta(ge=0, le=LAST_TIME_MS)]
    event_id: Annotated[str, Meta(max_length=EVENT_ID_MAX_BYTES)]


class TimelineRows(msgspec.Struct, frozen=True):
    """Rows of a page, newest first, and some `earlier` ones; `then` None: that was all."""

    rows: list[TimelineRow]
    earlier: list[TimelineRow]
    then: TimelinePosition | None


class Profiles(Protocol):
    """Reads of the ViewerProfiles table. Each bounds what one call may cost."""

    def live(self, wanted: LiveFilter, start: LivePosition | None, limit: int, now_ms: int) -> LivePage:
        """About `limit` live sessions (fewer where filters match rarely: go on at `then`)."""

    def sessions(self, viewer_id: str) -> SessionsOfViewer:
        """Every session of a viewer."""

    def sessions_of_many(self, viewer_ids: Sequence[str]) -> dict[str, SessionsOfViewer]:
        """The same for many viewers; who has none is left out."""

    def ads(self, viewer_id: str) -> AdsOfViewer:
        """What is kept of the ads that a viewer saw."""

    def timeline(
        self, viewer_id: str, from_ms: int, to_ms: int, before: TimelinePosition | None, limit: int
    ) -> TimelineRows:
        """Rows whose order time is in [from_ms, to_ms]."""
