"""A snapshot in version 1 of the packed session, frozen: numbers for names, distances for times."""

import msgspec

from live_viewers.events.media_event import BREAK_TYPES
from live_viewers.events.order_key import OrderPrefix, kind_of, position_of
from live_viewers.session.snapshot import MEDIA_TYPES, AdBreakState, AdState, PlayerState, Snapshot

_TRILEAN = (None, False, True)
_TRILEAN_CODES: dict[bool | None, int] = {None: 0, False: 1, True: 2}


class PackedKey(msgspec.Struct, array_like=True, gc=False):
    """An order prefix with its time as `age`, the distance to the newest order time of the session."""

    age: int
    has_device_time: int
    kind: int
    position: int


class _PackedPlayer(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    flags: int
    duration: int | None = None
    rate: int | None = None
    volume: int | None = None
    quality: str | None = None
    player_type: str | None = None


class _PackedAd(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    ad_id: str
    name: str | None = None
    pod_position: int | None = None
    duration: int | None = None
    skippable: bool | None = None


class _PackedBreak(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    break_id: str
    name: str | None = None
    break_type: int = 0
    pod_size: int | None = None


class PackedSnapshot(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    """A `Snapshot` as it is packed."""

    key: PackedKey
    digest: bytes
    player: _PackedPlayer | None = None
    ad: _PackedAd | None = None
    ad_break: _PackedBreak | None = None


def pack_key(prefix: OrderPrefix, base: int) -> PackedKey:
    """An order prefix relative to `base`, the newest order time."""
    return PackedKey(base - prefix[0], prefix[1], int(kind_of(prefix)), position_of(prefix))


def unpack_key(packed: PackedKey, base: int) -> OrderPrefix:
    """The inverse of `pack_key`."""
    return make_key(base - packed.age, packed.has_device_time, packed.kind, packed.position)


def make_key(time_ms: int, has_device_time: int, kind: int, position: int) -> OrderPrefix:
    """The order prefix of its parts (see `order_prefix`)."""
    return (time_ms, 1, kind, position) if has_device_time else (time_ms, 0, position, kind)


def pack_snapshot(snapshot: Snapshot | None, base: int) -> PackedSnapshot | None:
    """A snapshot relative to `base`, the newest order time."""
    if snapshot is None:
        return None
    player, ad, ad_break = snapshot.player, snapshot.ad, snapshot.ad_break
    return PackedSnapshot(
        pack_key(snapshot.key, base),
        snapshot.digest,
        None
        if player is None
        else _PackedPlayer(
            flags_of_player(player),
            to_ms(player.duration_s),
            to_ms(player.playback_rate),
            player.volume,
            player.quality,
            player.player_type,
        ),
        None if ad is None else _PackedAd(ad.ad_id, ad.name, ad.pod_position, to_ms(ad.duration_s), ad.skippable),
        None
        if ad_break is None
        else _PackedBreak(
            ad_break.break_id, ad_break.name, BREAK_TYPES.index(ad_break.break_type), ad_break.pod_size
        ),
    )


def unpack_snapshot(packed: PackedSnapshot, base: int) -> Snapshot:
    """The inverse of `pack_snapshot`. Raises IndexError for a code that names nothing."""
    player, ad, ad_break = packed.player, packed.ad, packed.ad_break
    return Snapshot(
        unpack_key(packed.key, base),
        packed.digest,
        None if player is None else _player(player),
        None
        if ad is None
        else AdState(
            ad_id=ad.ad_id,
            name=ad.name,
            pod_position=ad.pod_position,
            duration_s=to_s(ad.duration),
            skippable=ad.skippable,
        ),
        None
        if ad_break is None
        else AdBreakState(
            break_id=ad_break.break_id,
            name=ad_break.name,
            break_type=BREAK_TYPES[ad_break.break_type],
            pod_size=ad_break.pod_size,
        ),
    )


def flags_of_player(player: PlayerState) -> int:
    """Media type (from bit 12), five values that may be unknown, two bits each, `paused` and `ended`."""
    flags = MEDIA_TYPES.index(player.media_type)
    for value in (
        player.muted,
        player.fullscreen,
        player.picture_in_picture,
        player.livestream,
        player.loop,
    ):
        flags = flags << 2 | _TRILEAN_CODES[value]
    return flags << 2 | player.paused << 1 | player.ended


def _player(packed: _PackedPlayer) -> PlayerState:
    return player_of_flags(
        packed.flags, packed.duration, packed.rate, packed.volume, packed.quality, packed.player_type
    )


def player_of_flags(
    flags: int,
    duration: int | None,
    rate: int | None,
    volume: int | None,
    quality: str | None,
    player_type: str | None,
) -> PlayerState:
    """The inverse of `flags_of_player`, with numbers in milliseconds and thousandths. Raises IndexError."""
    return PlayerState(
        paused=bool(flags & 2),
        ended=bool(flags & 1),
        duration_s=to_s(duration),
        playback_rate=to_s(rate),
        muted=_TRILEAN[flags >> 10 & 3],
        volume=volume,
        fullscreen=_TRILEAN[flags >> 8 & 3],
        picture_in_picture=_TRILEAN[flags >> 6 & 3],
        livestream=_TRILEAN[flags >> 4 & 3],
        loop=_TRILEAN[flags >> 2 & 3],
        quality=quality,
        media_type=MEDIA_TYPES[flags >> 12],
        player_type=player_type,
    )


def to_ms(seconds: float | None) -> int | None:
    """Whole milliseconds of seconds, or thousandths of a number."""
    return None if seconds is None else round(seconds * 1000)


def to_s(milliseconds: int | None) -> float | None:
    """The inverse of `to_ms`."""
    return None if milliseconds is None else milliseconds / 1000
