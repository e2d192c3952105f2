"""Timeline rows as bytes: all of a row but its viewer, order time and event id, which are its item's key.

Version 1 is MessagePack of an array, frozen. Version 2 is a map, so that a field may come anywhere; an older
reader skips one that it doesn't know. Kinds are stored by name.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from live_viewers.events.media_event import EventKind, Payload
from live_viewers.session.snapshot import AdBreakState, AdState, PlayerState
from live_viewers.session.timeline import TimelineRow
from live_viewers.stored_format import read_stored, stored_name


class _Key(NamedTuple):
    """What a row's item says of it."""

    viewer_id: str
    order_time_ms: int
    event_id: str


class _Player1(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
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


class _Ad1(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    ad_id: str
    name: str | None = None
    creative_id: str | None = None
    pod_position: int | None = None
    duration_s: float | None = None
    skippable: bool | None = None


class _AdBreak1(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    break_id: str
    name: str | None = None
    start_time_s: float | None = None
    break_type: str | None = None
    pod_size: int | None = None


class _Row1(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    session_id: str
    kind: int
    has_device_time: bool
    position_s: float | None = None
    player: _Player1 | None = None
    ad: _Ad1 | None = None
    ad_break: _AdBreak1 | None = None
    payload: Payload | None = None


class _Row2(msgspec.Struct, omit_defaults=True, rename=stored_name, gc=False):
    """The domain's structs as they are, by name."""

    session_id: str
    kind: str
    has_device_time: bool = True
    position_s: float | None = None
    player: PlayerState | None = None
    ad: AdState | None = None
    ad_break: AdBreakState | None = None
    payload: Payload | None = None


_NAMES = {kind: kind.name for kind in EventKind}  # an enum computes it each time

_encoder = msgspec.msgpack.Encoder()
_decoder_1 = msgspec.msgpack.Decoder(_Row1)
_decoder_2 = msgspec.msgpack.Decoder(_Row2)


def pack_1(row: TimelineRow) -> bytes:
    """What version 1 holds of a row."""
    return _encoder.encode(
        _Row1(
            session_id=row.session_id,
            kind=row.kind,
            has_device_time=row.has_device_time,
            position_s=row.position_s,
            player=None if row.player is None else _Player1(**_fields(row.player, _Player1)),
            ad=None if row.ad is None else _Ad1(**_fields(row.ad, _Ad1)),
            ad_break=None if row.ad_break is None else _AdBreak1(**_fields(row.ad_break, _AdBreak1)),
            payload=row.payload,
        )
    )


def unpack_1(key: _Key, data: memoryview) -> TimelineRow:
    """The inverse of `pack_1`. Raises whatever damaged bytes raise."""
    packed = _decoder_1.decode(data)
    return TimelineRow(
        **key._asdict(),
        session_id=packed.session_id,
        kind=EventKind(packed.kind),
        has_device_time=packed.has_device_time,
        position_s=packed.position_s,
        player=None if packed.player is None else PlayerState(**_fields(packed.player, _Player1)),
        ad=None if packed.ad is None else AdState(**_fields(packed.ad, _Ad1)),
        ad_break=None if packed.ad_break is None else AdBreakState(**_fields(packed.ad_break, _AdBreak1)),
        payload=packed.payload,
    )


def _fields(struct: msgspec.Struct, kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in kind.__struct_fields__}


def pack_2(row: TimelineRow) -> bytes:
    """What version 2 holds of a row."""
    return _encoder.encode(
        _Row2(
            session_id=row.session_id,
            kind=_NAMES[row.kind],
            has_device_time=row.has_device_time,
            position_s=row.position_s,
            player=row.player,
            ad=row.ad,
            ad_break=row.ad_break,
            payload=row.payload,
        )
    )


def unpack_2(key: _Key, data: memoryview) -> TimelineRow:
    """The inverse of `pack_2`. Raises whatever damaged bytes raise."""
    packed = _decoder_2.decode(data)
    return TimelineRow(
        **key._asdict(),
        session_id=packed.session_id,
        kind=EventKind[packed.kind],
        has_device_time=packed.has_device_time,
        position_s=packed.position_s,
        player=packed.player,
        ad=packed.ad,
        ad_break=packed.ad_break,
        payload=packed.payload,
    )


# None is ever taken away.
READERS: dict[int, Callable[[_Key, memoryview], TimelineRow]] = {1: unpack_1, 2: unpack_2}
WRITERS: dict[int, Callable[[TimelineRow], bytes]] = {1: pack_1, 2: pack_2}
NEWEST_VERSION = max(WRITERS)
_FIRST_BYTES = {version: bytes((version,)) for version in WRITERS}


def pack_row(row: TimelineRow, format_version: int = NEWEST_VERSION) -> bytes:
    """The row as `format_version` holds it."""
    return _FIRST_BYTES[format_version] + WRITERS[format_version](row)


def unpack_row(viewer_id: str, order_time_ms: int, event_id: str, data: bytes) -> TimelineRow:
    """The inverse of `pack_row`. Raises stored_format.UnreadableBytes."""
    return read_stored(READERS, data, "timeline row", _Key(viewer_id, order_time_ms, event_id))
