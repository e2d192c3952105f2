"""The media event: what every wire format is decoded to, and all that the domain knows of a record.

Fields and entities follow Snowplow's media tracking v2 (iglu:com.snowplowanalytics.snowplow.media/* and
media_player 2-0-0). Times are Unix epoch milliseconds (UTC); positions and durations are seconds.
"""

from enum import IntEnum
from typing import Annotated

import msgspec
from msgspec import Meta

# Types and ranges of the Iglu schemas: what is outside would not have passed Enrich.
Seconds = Annotated[float, Meta(ge=0, le=2_147_483_647)]
Rate = Annotated[float, Meta(ge=0, le=16)]
Count = Annotated[int, Meta(ge=0, le=65_535)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Text = Annotated[str, Meta(max_length=4096)]
Identifier = Annotated[str, Meta(max_length=256)]
Payload = dict[str, str | int | float | bool | None]

BREAK_TYPES = (None, "linear", "nonlinear", "companion")


class EpochMs(int):
    """A time in the schema's format date-time, as a decoder's `dec_hook` makes it of the text."""


def _wire_name(field: str) -> str:
    """A field's name on the wire: Snowplow's, in camelCase and without a unit."""
    if field == "position_s":
        return "currentTime"
    first, *others = field.removesuffix("_s").removesuffix("_ms").split("_")
    return first + "".join(map(str.capitalize, others))


class EventKind(IntEnum):
    """The media event's name without `_event`. The value is the *rank*: the order of two events of one
    session whose order time is the same. The tracker flushes held-back kinds (seek, volume) in the same
    millisecond as the next event, a player reports pause just before end, an ad break ends just before play
    and starts just after pause.
    """

    SEEK_START = 1
    SEEK_END = 2
    VOLUME_CHANGE = 3
    READY = 4
    FULLSCREEN_CHANGE = 5
    PICTURE_IN_PICTURE_CHANGE = 6
    PLAYBACK_RATE_CHANGE = 7
    QUALITY_CHANGE = 8
    AD_CLICK = 9
    AD_PAUSE = 10
    AD_RESUME = 11
    AD_QUARTILE = 12
    AD_SKIP = 13
    AD_COMPLETE = 14
    AD_BREAK_END = 15
    BUFFER_END = 16
    PLAY = 17
    BUFFER_START = 18
    PING = 19
    PERCENT_PROGRESS = 20
    PAUSE = 21
    END = 22
    AD_BREAK_START = 23
    AD_START = 24
    ERROR = 25
    CUSTOM = 26  # a self-describing event of the site's own that carries the media entities

    @property
    def event_name(self) -> str:
        """The Snowplow event_name, e.g. `ad_break_start_event`."""
        return self.name.lower() + "_event"


class Entity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=_wire_name, gc=False):
    """An entity as it is on the wire and in the domain. Fields that a later addition of its schema brings are
    ignored, until they stand here: at the end, for a session's stored digest is over all fields in their order
    (order_key.content_digest)."""


class Player(Entity, frozen=True, kw_only=True, gc=False):
    """media_player 2-0-0: the player's state just after the event."""

    position_s: Seconds
    paused: bool
    ended: bool
    duration_s: Seconds | None = None
    label: Text | None = None
    playback_rate: Rate | None = None
    muted: bool | None = None
    volume: Percent | None = None
    fullscreen: bool | None = None
    picture_in_picture: bool | None = None
    livestream: bool | None = None
    loop: bool | None = None
    quality: Text | None = None
    media_type: Text | None = None
    player_type: Text | None = None


class SessionTotals(Entity, frozen=True, kw_only=True, gc=False):
    """media session 1-0-0: cumulative per media session, so they are joined by max, never summed.

    The tracker leaves a counter out while it is 0, so None counts as 0 where the entity is present.
    `started_at_ms` is the device's own idea of when the session began; -1 where it can't be read.
    """

    media_session_id: str | None = None  # as long as it fits a key (events.viewer)
    ping_interval_s: Count | None = None
    started_at_ms: EpochMs | None = None
    time_played_s: Seconds | None = None
    time_played_muted_s: Seconds | None = None
    time_paused_s: Seconds | None = None
    content_watched_s: Seconds | None = None
    time_buffering_s: Seconds | None = None
    time_spent_ads_s: Seconds | None = None
    ads: Count | None = None
    ads_clicked: Count | None = None
    ads_skipped: Count | None = None
    ad_breaks: Count | None = None
    avg_playback_rate: Rate | None = None


class Ad(Entity, frozen=True, kw_only=True, gc=False):
    """ad 1-0-0."""

    ad_id: Identifier
    name: Text | None = None
    creative_id: Text | None = None
    pod_position: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    duration_s: Seconds | None = None
    skippable: bool | None = None


class AdBreak(Entity, frozen=True, kw_only=True, gc=False):
    """ad_break 1-0-0. break_type is one of BREAK_TYPES; None (untyped) counts as linear."""

    break_id: Identifier
    name: Text | None = None
    start_time_s: Seconds | None = None
    break_type: Text | None = None
    pod_size: Count | None = None


class MediaEvent(msgspec.Struct, frozen=True, gc=False):
    """One media event of one viewer, whatever wire format it came in.

    `order_time_ms` orders events inside a session (see event_order); `event_time_ms` is when it happened, for
    people and for liveness. `player`, `totals`, `ad` and `ad_break` are None where the event carries no such
    entity. `has_device_time` is False for formats whose only clock is the collector's (viewer JSON of the
    reference): there the position decides before the rank. `ads_clicked` and `ads_skipped` of viewer JSON
    travel in `totals` (then `totals_partial` is True and every other counter of it is unknown, not 0).
    """

    viewer_id: str
    session_id: str
    kind: EventKind
    event_id: str
    event_time_ms: int
    order_time_ms: int
    collector_time_ms: int | None
    position_s: float | None = None
    session_is_synthetic: bool = False
    has_device_time: bool = True
    player: Player | None = None
    totals: SessionTotals | None = None
    totals_partial: bool = False
    ad: Ad | None = None
    ad_break: AdBreak | None = None
    # The event's own payload, where its kind has one (percentProgress, newRate, newVolume, errorCode, ...),
    # as in Snowplow's schema but snake_case; None for the kinds with an empty payload.
    payload: Payload | None = None
    # One token for each of the stage's dimensions (dimensions.tokens), those for unknown included; none where the
    # stage has no dimensions.
    dimensions: tuple[str, ...] = ()
    # What the stage's `media_id_from` found, as it came; None: the player's label tells the title.
    media_id: str | None = None
    # dvce_created_tstamp as the device gave it, however wrong its clock: only ever compared with another time
    # of the same clock (totals.started_at_ms). None where the format has none.
    device_time_ms: int | None = None
