"""Snowplow's media entities as they are on the wire -> the domain's Player, SessionTotals, Ad and AdBreak.

Types and ranges are those of the Iglu schemas (iglu:com.snowplowanalytics.snowplow.media/*, media_player 1-0-0 and
2-0-0): an entity outside them would not have passed Enrich, so a record with one is rejected as a whole.
Fields that a later addition of a schema brings are ignored.
"""

from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta

from live_viewers.defaults import LONGEST_PING_INTERVAL_S
from live_viewers.events.media_event import Ad, AdBreak, Player, SessionTotals
from live_viewers.wire.timestamps import epoch_ms

Seconds = Annotated[float, Meta(ge=0, le=9_007_199_254_740_991)]
Count = Annotated[int, Meta(ge=0, le=65_535)]
Rate = Annotated[float, Meta(ge=-16, le=16)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Text = Annotated[str, Meta(max_length=4096)]
Identifier = Annotated[str, Meta(max_length=256)]


class WirePlayer(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """media_player 2-0-0, and 1-0-0 whose extra fields are `isLive` and `percentProgress`."""

    current_time: Seconds
    paused: bool
    ended: bool
    duration: Seconds | None = None
    label: Text | None = None
    playback_rate: Annotated[float, Meta(ge=-9_007_199_254_740_991, le=9_007_199_254_740_991)] | None = None
    muted: bool | None = None
    volume: Percent | None = None
    fullscreen: bool | None = None
    picture_in_picture: bool | None = None
    livestream: bool | None = None
    loop: bool | None = None
    quality: Text | None = None
    media_type: Text | None = None
    player_type: Text | None = None
    is_live: bool | None = None
    percent_progress: Percent | None = None

    def player(self, label: str | None = None) -> Player:
        """The domain's player; `label` stands in where the entity has none (v1 carries it in the event)."""
        return Player(
            self.current_time,
            self.paused,
            self.ended,
            self.duration,
            self.label or label,
            self.playback_rate,
            self.muted,
            self.volume,
            self.fullscreen,
            self.picture_in_picture,
            self.is_live if self.livestream is None else self.livestream,
            self.loop,
            self.quality,
            self.media_type,
            self.player_type,
        )


class WireSession(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """media session 1-0-0."""

    media_session_id: str
    started_at: str | None = None
    ping_interval: Count | None = None
    time_played: Seconds | None = None
    time_played_muted: Seconds | None = None
    time_paused: Seconds | None = None
    content_watched: Seconds | None = None
    time_buffering: Seconds | None = None
    time_spent_ads: Seconds | None = None
    ads: Count | None = None
    ads_clicked: Count | None = None
    ads_skipped: Count | None = None
    ad_breaks: Count | None = None
    avg_playback_rate: Rate | None = None

    def totals(self) -> SessionTotals:
        """The counters; one that is missing is 0, since the tracker leaves them out while they are 0."""
        return SessionTotals(
            min(self.ping_interval, LONGEST_PING_INTERVAL_S) if self.ping_interval else None,
            _started_at_ms(self.started_at),
            self.time_played or 0.0,
            self.time_played_muted or 0.0,
            self.time_paused or 0.0,
            self.content_watched or 0.0,
            self.time_buffering or 0.0,
            self.time_spent_ads or 0.0,
            self.ads or 0,
            self.ads_clicked or 0,
            self.ads_skipped or 0,
            self.ad_breaks or 0,
            self.avg_playback_rate,
        )


class WireAd(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """ad 1-0-0."""

    ad_id: Identifier
    name: Text | None = None
    creative_id: Text | None = None
    pod_position: Count | None = None
    duration: Seconds | None = None
    skippable: bool | None = None

    def ad(self) -> Ad:
        """The domain's ad."""
        return Ad(self.ad_id, self.name, self.creative_id, self.pod_position, self.duration, self.skippable)


class WireAdBreak(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """ad_break 1-0-0."""

    break_id: Identifier
    name: Text | None = None
    start_time: Seconds | None = None
    break_type: Text | None = None
    pod_size: Count | None = None

    def ad_break(self) -> AdBreak:
        """The domain's ad break; a type that the schema doesn't know counts as none given."""
        known = self.break_type in ("linear", "nonlinear", "companion")
        return AdBreak(
            self.break_id, self.name, self.start_time, self.break_type if known else None, self.pod_size
        )


class WireClientSession(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """client_session 1-0-x of the mobile trackers; only the user matters here."""

    user_id: str | None = None


@lru_cache(maxsize=4096)  # the same on every event of a session
def _started_at_ms(text: str | None) -> int | None:
    """The device's own idea of when the session began: informative, so one that can't be read is left out."""
    if text is None:
        return None
    try:
        return epoch_ms(text)
    except ValueError:
        return None
