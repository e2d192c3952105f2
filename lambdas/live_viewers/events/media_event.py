"""The media event: what every wire format is decoded to, and all that the domain knows of a record.

Fields and entities follow Snowplow's media tracking v2 (iglu:com.snowplowanalytics.snowplow.media/* and
media_player 2-0-0). Times are Unix epoch milliseconds (UTC); positions and durations are seconds.
"""

from enum import IntEnum

import msgspec


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


class Player(msgspec.Struct, frozen=True, gc=False):
    """media_player 2-0-0: the player's state just after the event."""

    position_s: float
    paused: bool
    ended: bool
    duration_s: float | None = None
    label: str | None = None
    playback_rate: float | None = None
    muted: bool | None = None
    volume: int | None = None
    fullscreen: bool | None = None
    picture_in_picture: bool | None = None
    livestream: bool | None = None
    loop: bool | None = None
    quality: str | None = None
    media_type: str | None = None
    player_type: str | None = None


class SessionTotals(msgspec.Struct, frozen=True, gc=False):
    """media session 1-0-0: cumulative per media session, so they are joined by max, never summed.

    The tracker leaves a counter out while it is 0, so a decoder sets 0 for a missing one where the entity is
    present.
    """

    ping_interval_s: int | None = None
    started_at_ms: int | None = None
    time_played_s: float = 0.0
    time_played_muted_s: float = 0.0
    time_paused_s: float = 0.0
    content_watched_s: float = 0.0
    time_buffering_s: float = 0.0
    time_spent_ads_s: float = 0.0
    ads: int = 0
    ads_clicked: int = 0
    ads_skipped: int = 0
    ad_breaks: int = 0
    avg_playback_rate: float | None = None


class Ad(msgspec.Struct, frozen=True, gc=False):
    """ad 1-0-0."""

    ad_id: str
    name: str | None = None
    creative_id: str | None = None
    pod_position: int | None = None
    duration_s: float | None = None
    skippable: bool | None = None


class AdBreak(msgspec.Struct, frozen=True, gc=False):
    """ad_break 1-0-0. break_type is linear, nonlinear, companion or None (untyped, which counts as
    linear)."""

    break_id: str
    name: str | None = None
    start_time_s: float | None = None
    break_type: str | None = None
    pod_size: int | None = None


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
    payload: dict[str, str | int | float | bool | None] | None = None
    # dvce_created_tstamp as the device gave it, however wrong its clock: only ever compared with another time
    # of the same clock (totals.started_at_ms). None where the format has none.
    device_time_ms: int | None = None
