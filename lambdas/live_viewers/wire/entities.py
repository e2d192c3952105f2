"""Decoders of Snowplow's media entities: JSON straight into the domain's structs, whose fields have the ranges.

An entity outside its schema would not have passed Enrich, so a record with one is rejected as a whole.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from live_viewers.events.media_event import EpochMs, Percent, Player
from live_viewers.events.short_text_cache import Memo
from live_viewers.wire.timestamps import epoch_ms

_LARGEST = 9_007_199_254_740_991


class LegacyPlayer(Player, frozen=True, kw_only=True, gc=False):
    """media_player 1-0-0: wider ranges, and two fields of its own."""

    position_s: Annotated[float, Meta(ge=0, le=_LARGEST)]
    duration_s: Annotated[float, Meta(ge=0, le=_LARGEST)] | None = None
    playback_rate: Annotated[float, Meta(ge=-_LARGEST, le=_LARGEST)] | None = None
    is_live: bool | None = None
    percent_progress: Percent | None = None

    def player(self, label: str | None) -> Player:
        """The player as version 2 tells it; `label` stands in for one, since version 1 has it in the event."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in Player.__struct_fields__}
        fields["livestream"] = self.is_live if self.livestream is None else self.livestream
        fields["label"] = self.label or label
        return Player(**fields)


class ClientSession(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """client_session 1-0-x of the mobile trackers; only the user matters here."""

    user_id: str | None = None


class WebPage(msgspec.Struct, frozen=True, gc=False):
    """web_page 1-0-0: the page view, by the browser trackers."""

    id: str


def read_special(_: type, value: Any) -> EpochMs:
    """The `dec_hook` of decoders that read a session: the device's idea of when it began is informative, so one
    that can't be read is -1 rather than an error."""
    try:
        return _STARTED[value]
    except TypeError:
        raise TypeError(f"Expected a time, got {type(value).__name__}") from None


def _started_at_ms(text: str) -> EpochMs:
    try:
        return EpochMs(epoch_ms(text))
    except ValueError:
        return EpochMs(-1)


_STARTED = Memo(_started_at_ms, longest=64)  # the same on every event of a session

CLIENT_SESSION_DECODER = msgspec.json.Decoder(ClientSession)
WEB_PAGE_DECODER = msgspec.json.Decoder(WebPage)
