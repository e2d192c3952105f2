"""What a session keeps of the newest event that tells the player's state, or of the newest with an ad."""

import msgspec

from live_viewers.media_event import MediaEvent
from live_viewers.order_key import OrderPrefix, content_digest, kind_of, order_prefix, position_of
from live_viewers.title import cut_to_bytes, short_id


class PlayerState(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """media_player 2-0-0 but for currentTime, which is in the snapshot's order key, and the label
    (`title`)."""

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


class AdState(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """ad 1-0-0, texts cut."""

    ad_id: str
    name: str | None = None
    creative_id: str | None = None
    pod_position: int | None = None
    duration_s: float | None = None
    skippable: bool | None = None


class AdBreakState(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """ad_break 1-0-0, texts cut."""

    break_id: str
    name: str | None = None
    start_time_s: float | None = None
    break_type: str | None = None
    pod_size: int | None = None


class Snapshot(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """The state that one event told. `key` and `digest` are its order key, which decides between two
    snapshots."""

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
    def order_time_ms(self) -> int:
        """The event's order time."""
        return self.key[0]

    @property
    def position_ms(self) -> int:
        """The playhead, -1 where the event had none."""
        return position_of(self.key)


def _cut(text: str | None, most: int) -> str | None:
    return None if text is None else cut_to_bytes(text, most)


def snapshot_of(event: MediaEvent) -> Snapshot:
    """The snapshot that an event gives, with long texts cut so that a session fits in its item."""
    player, ad, ad_break = event.player, event.ad, event.ad_break
    return Snapshot(
        order_prefix(event),
        content_digest(event),
        None
        if player is None
        else PlayerState(
            player.paused,
            player.ended,
            player.duration_s,
            player.playback_rate,
            player.muted,
            player.volume,
            player.fullscreen,
            player.picture_in_picture,
            player.livestream,
            player.loop,
            _cut(player.quality, 16),
            _cut(player.media_type, 8),
            _cut(player.player_type, 32),
        ),
        None
        if ad is None
        else AdState(
            short_id(ad.ad_id),
            _cut(ad.name, 48),
            _cut(ad.creative_id, 32),
            ad.pod_position,
            ad.duration_s,
            ad.skippable,
        ),
        None
        if ad_break is None
        else AdBreakState(
            short_id(ad_break.break_id),
            _cut(ad_break.name, 24),
            ad_break.start_time_s,
            ad_break.break_type,
            ad_break.pod_size,
        ),
    )


def as_snapshot(source: MediaEvent | Snapshot) -> Snapshot:
    """The snapshot of either; made only now from an event, so that none is made for events that are outdone."""
    return source if isinstance(source, Snapshot) else snapshot_of(source)


def newer(one: MediaEvent | Snapshot, other: MediaEvent | Snapshot) -> MediaEvent | Snapshot:
    """The newer of two by the whole order key; for the same event either."""
    if one is other:
        return one
    one, other = as_snapshot(one), as_snapshot(other)
    return other if (other.key, other.digest) > (one.key, one.digest) else one
