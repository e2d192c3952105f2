"""What a session keeps of the newest event with the player's state, or of the newest with an ad.

Texts are cut and numbers are whole milliseconds, so that a session fits in its item and reads back the same.
"""

import msgspec

from live_viewers.events.media_event import Ad, AdBreak, MediaEvent, Player
from live_viewers.events.order_key import OrderPrefix, content_digest, kind_of, order_prefix, position_of
from live_viewers.events.title import cut_to_bytes, short_id
from live_viewers.stored_format import stored_name

MEDIA_TYPES = (None, "video", "audio")


class PlayerState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=stored_name, gc=False):
    """media_player 2-0-0 but for currentTime, which is in the order key, and the label (the session's title)."""

    paused: bool
    ended: bool
    duration_s: float | None = None
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


class AdState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=stored_name, gc=False):
    """ad 1-0-0, texts cut. A session keeps no creative_id; the timeline does."""

    ad_id: str
    name: str | None = None
    creative_id: str | None = None
    pod_position: int | None = None
    duration_s: float | None = None
    skippable: bool | None = None


class AdBreakState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=stored_name, gc=False):
    """ad_break 1-0-0, texts cut. A session keeps no start_time_s; the timeline does."""

    break_id: str
    name: str | None = None
    start_time_s: float | None = None
    break_type: str | None = None
    pod_size: int | None = None


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """The state in one event. `key` and `digest` are its order key, which decides between two snapshots."""

    key: OrderPrefix
    digest: bytes
    player: PlayerState | None = None
    ad: AdState | None = None
    ad_break: AdBreakState | None = None

    @property
    def kind(self) -> int:
        """The event's kind, as its rank."""
        return kind_of(self.key)

    @property
    def position_ms(self) -> int:
        """The playhead, -1 where the event had none."""
        return position_of(self.key)


def snapshot_of(event: MediaEvent) -> Snapshot:
    """The snapshot that an event gives a session."""
    ad, ad_break = event.ad, event.ad_break
    return Snapshot(
        key=order_prefix(event),
        digest=content_digest(event),
        player=player_state(event.player),
        ad=None
        if ad is None
        else AdState(
            ad_id=short_id(ad.ad_id, 36),
            name=cut(ad.name, 24),
            pod_position=ad.pod_position,
            duration_s=whole_ms(ad.duration_s),
            skippable=ad.skippable,
        ),
        ad_break=None
        if ad_break is None
        else AdBreakState(
            break_id=short_id(ad_break.break_id, 36),
            name=cut(ad_break.name, 16),
            break_type=ad_break.break_type,
            pod_size=ad_break.pod_size,
        ),
    )


def player_state(player: Player | None) -> PlayerState | None:
    """The player's state with its texts cut."""
    if player is None:
        return None
    return PlayerState(
        paused=player.paused,
        ended=player.ended,
        duration_s=whole_ms(player.duration_s),
        playback_rate=whole_ms(player.playback_rate),
        muted=player.muted,
        volume=player.volume,
        fullscreen=player.fullscreen,
        picture_in_picture=player.picture_in_picture,
        livestream=player.livestream,
        loop=player.loop,
        quality=cut(player.quality, 12),
        media_type=player.media_type if player.media_type in MEDIA_TYPES else None,
        player_type=cut(player.player_type, 24),
    )


def ad_state(ad: Ad | None) -> AdState | None:
    """The ad in full, as the timeline shows it: only very long texts are cut."""
    if ad is None:
        return None
    return AdState(
        ad_id=short_id(ad.ad_id, 128),
        name=cut(ad.name, 128),
        creative_id=cut(ad.creative_id, 128),
        pod_position=ad.pod_position,
        duration_s=ad.duration_s,
        skippable=ad.skippable,
    )


def ad_break_state(ad_break: AdBreak | None) -> AdBreakState | None:
    """The ad break in full, as the timeline shows it: only very long texts are cut."""
    if ad_break is None:
        return None
    return AdBreakState(
        break_id=short_id(ad_break.break_id, 128),
        name=cut(ad_break.name, 128),
        start_time_s=ad_break.start_time_s,
        break_type=ad_break.break_type,
        pod_size=ad_break.pod_size,
    )


def cut(text: str | None, most: int) -> str | None:
    """The longest beginning of a text that has at most so many bytes in UTF-8."""
    return None if text is None else cut_to_bytes(text, most)


def whole_ms(number: float | None) -> float | None:
    """Rounded to thousandths, by the rule with which a packed session is read back."""
    return None if number is None else round(number * 1000) / 1000


def as_snapshot(source: MediaEvent | Snapshot) -> Snapshot:
    """The snapshot of either; made only now from an event, so that none is made for events that are outdone."""
    return source if isinstance(source, Snapshot) else snapshot_of(source)


def newer(one: MediaEvent | Snapshot | None, other: MediaEvent | Snapshot | None) -> MediaEvent | Snapshot | None:
    """The newer of two by the whole order key; for the same event either, and of one that is None the other."""
    if one is None or one is other:
        return other
    if other is None:
        return one
    one, other = as_snapshot(one), as_snapshot(other)
    return other if (other.key, other.digest) > (one.key, one.digest) else one
