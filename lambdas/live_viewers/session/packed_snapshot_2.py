"""A snapshot in version 2 of the packed session: as in version 1, but that a key is stored as its kind where it is
the newest of it, since the registers have it, and a frequent player type as a number.
"""

import msgspec

from live_viewers.events.media_event import BREAK_TYPES
from live_viewers.events.order_key import OrderPrefix, kind_of
from live_viewers.session.packed_snapshot_1 import (
    PackedKey,
    flags_of_player,
    pack_key,
    player_of_flags,
    to_ms,
    to_s,
    unpack_key,
)
from live_viewers.session.snapshot import AdBreakState, AdState, PlayerState, Snapshot

# What is frequent is a number; new ones stand at the end.
PLAYER_TYPES = (
    "org.whatwg-media_element",
    "com.youtube-youtube",
    "com.vimeo-vimeo",
    "com.apple-avplayer",
    "com.google-exoplayer",
    "com.roku-video",
)


Key = int | PackedKey
"""The rank of the kind of which it is the newest, or all of it."""

Registers = list[OrderPrefix]


class _PackedPlayer(msgspec.Struct, array_like=True, gc=False):
    flags: int
    duration: int | None = None
    rate: int | None = None
    volume: int | None = None
    quality: str | None = None
    player_type: int | str | None = None


class _PackedAd(msgspec.Struct, array_like=True, gc=False):
    ad_id: str
    name: str | None = None
    pod_position: int | None = None
    duration: int | None = None
    skippable: bool | None = None


class _PackedBreak(msgspec.Struct, array_like=True, gc=False):
    break_id: str
    name: str | None = None
    break_type: int = 0
    pod_size: int | None = None


class PackedSnapshot(msgspec.Struct, array_like=True, gc=False):
    key: Key
    digest: bytes
    player: _PackedPlayer | None = None
    ad: _PackedAd | None = None
    ad_break: _PackedBreak | None = None


def key_in(registers: Registers, prefix: OrderPrefix, base: int) -> Key:
    """An order prefix as it is packed beside these registers."""
    kind = int(kind_of(prefix))
    return kind if registers[kind] == prefix else pack_key(prefix, base)


def key_from(registers: Registers, key: Key, base: int) -> OrderPrefix:
    """The inverse of `key_in`."""
    return registers[key] if isinstance(key, int) else unpack_key(key, base)


def pack_snapshot(registers: Registers, snapshot: Snapshot, base: int) -> PackedSnapshot:
    """A snapshot of a session with these registers, relative to `base`, the newest order time."""
    player, ad, ad_break = snapshot.player, snapshot.ad, snapshot.ad_break
    return PackedSnapshot(
        key_in(registers, snapshot.key, base),
        snapshot.digest,
        None if player is None else _pack_player(player),
        None if ad is None else _PackedAd(ad.ad_id, ad.name, ad.pod_position, to_ms(ad.duration_s), ad.skippable),
        None
        if ad_break is None
        else _PackedBreak(
            ad_break.break_id, ad_break.name, BREAK_TYPES.index(ad_break.break_type), ad_break.pod_size
        ),
    )


def _pack_player(player: PlayerState) -> _PackedPlayer:
    player_type = player.player_type
    return _PackedPlayer(
        flags_of_player(player),
        to_ms(player.duration_s),
        to_ms(player.playback_rate),
        player.volume,
        player.quality,
        PLAYER_TYPES.index(player_type) if player_type in PLAYER_TYPES else player_type,
    )


def unpack_snapshot(registers: Registers, packed: PackedSnapshot, base: int) -> Snapshot:
    """The inverse of `pack_snapshot`. Raises IndexError for a code that names nothing."""
    player, ad, ad_break = packed.player, packed.ad, packed.ad_break
    return Snapshot(
        key=key_from(registers, packed.key, base),
        digest=packed.digest,
        player=None if player is None else _unpack_player(player),
        ad=None
        if ad is None
        else AdState(
            ad_id=ad.ad_id,
            name=ad.name,
            pod_position=ad.pod_position,
            duration_s=to_s(ad.duration),
            skippable=ad.skippable,
        ),
        ad_break=None
        if ad_break is None
        else AdBreakState(
            break_id=ad_break.break_id,
            name=ad_break.name,
            break_type=BREAK_TYPES[ad_break.break_type],
            pod_size=ad_break.pod_size,
        ),
    )


def _unpack_player(packed: _PackedPlayer) -> PlayerState:
    player_type = packed.player_type
    if isinstance(player_type, int):
        player_type = PLAYER_TYPES[player_type]
    return player_of_flags(packed.flags, packed.duration, packed.rate, packed.volume, packed.quality, player_type)
