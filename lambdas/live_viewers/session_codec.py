"""A session as bytes: the one packed attribute of its item.

One byte of format version, then MessagePack of `_Packed`. Order times are kept as the distance to the newest
one, so that they are small; per kind of event a register of two fixed-width numbers.
"""

import struct

import msgspec

from live_viewers.ads_seen import pack_ads, unpack_ads
from live_viewers.error_marks import pack_errors, unpack_errors
from live_viewers.media_session import KINDS, MediaSession
from live_viewers.order_key import NEVER, OrderPrefix, kind_of, position_of
from live_viewers.seen_minutes import MINUTE_MS
from live_viewers.session_counters import SessionCounters
from live_viewers.snapshot import AdBreakState, AdState, PlayerState, Snapshot

FORMAT_VERSION = 1

_NARROW_LIMIT = 1 << 32


class UnknownSessionFormat(ValueError):
    """The bytes are of no format that this release reads (`version` tells which), or are damaged."""

    def __init__(self, version: int | None, detail: str) -> None:
        super().__init__(f"packed session of format {version}, this release reads {FORMAT_VERSION}: {detail}")
        self.version = version


class _PackedSnapshot(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    age: int  # base - order time
    has_device_time: int
    kind: int
    position: int
    digest: bytes
    player: PlayerState | None = None
    ad: AdState | None = None
    ad_break: AdBreakState | None = None


class _PackedTitle(msgspec.Struct, array_like=True, gc=False):
    age: int
    has_device_time: int
    kind: int
    position: int
    title: str
    media_id: str | None  # None: the same as the title


class _Packed(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    base: int  # the newest order time
    kinds: int  # bit n: there is a register of the kind with rank n; bit 0: registers are wide
    registers: bytes  # per kind: age << 1 | has_device_time, position + 1
    last_seen: int  # last_seen - base
    watched_for: int  # last_seen - first_seen
    minutes: int
    flags: int  # 1 synthetic, 2 totals void
    max_position: int
    first_ready: int | None  # base - it
    first_play: int | None
    newest: _PackedSnapshot | None = None
    title: _PackedTitle | None = None
    counters: list[int] | None = None
    started_at: int | None = None  # base - it
    ads: bytes = b""
    errors: bytes = b""
    newest_ad: _PackedSnapshot | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def pack(session: MediaSession) -> bytes:
    """The session's content, but for the ids and the version, which the item has beside it.

    Raises ValueError for a session without events.
    """
    base = session.last_order_ms
    if base < 0:
        raise ValueError("a session without events can't be packed")
    kinds = 0
    numbers: list[int] = []
    for kind, prefix in enumerate(session.registers):
        if prefix is not NEVER and prefix != NEVER:
            kinds |= 1 << kind
            numbers.append(base - prefix[0] << 1 | prefix[1])
            numbers.append(position_of(prefix) + 1)
    wide = max(numbers) >= _NARROW_LIMIT
    counters, title = session.counters, session.title or ""
    packed = _Packed(
        base,
        kinds | wide,
        struct.pack(f"<{len(numbers)}{'Q' if wide else 'I'}", *numbers),
        session.last_seen_ms - base,
        session.last_seen_ms - session.first_seen_ms,
        session.minutes,
        session.is_synthetic | session.totals_void << 1,
        session.max_position_ms,
        base - session.first_ready_ms if session.first_ready_ms <= base else None,
        base - session.first_play_ms if session.first_play_ms <= base else None,
        _packed_snapshot(session.newest, base),
        _PackedTitle(
            *_packed_key(session.title_key, base), title, None if session.media_id == title else session.media_id
        )
        if title
        else None,
        None if counters is None else counters.dump(),
        None if counters is None or counters.started_at_ms is None else base - counters.started_at_ms,
        pack_ads(session.ads),
        pack_errors(session.errors),
        _packed_snapshot(session.newest_ad, base),
    )
    return bytes((FORMAT_VERSION,)) + _encoder.encode(packed)


def unpack(viewer_id: str, session_id: str, data: bytes, version: int) -> MediaSession:
    """The session that `pack` wrote. Raises UnknownSessionFormat for other versions and for damaged bytes."""
    if not data or data[0] != FORMAT_VERSION:
        raise UnknownSessionFormat(data[0] if data else None, "unpack it with the release that wrote it")
    try:
        packed = _decoder.decode(memoryview(data)[1:])
        return _unpacked(MediaSession(viewer_id, session_id, version), packed)
    except (msgspec.MsgspecError, struct.error, UnicodeDecodeError) as damage:
        raise UnknownSessionFormat(FORMAT_VERSION, f"damaged ({damage})") from damage


def _unpacked(session: MediaSession, packed: _Packed) -> MediaSession:
    base = packed.base
    wide = packed.kinds & 1
    numbers = iter(
        struct.unpack(f"<{len(packed.registers) // (8 if wide else 4)}{'Q' if wide else 'I'}", packed.registers)
    )
    for kind in range(1, KINDS):
        if packed.kinds >> kind & 1:
            age, position = next(numbers), next(numbers) - 1
            session.registers[kind] = _key(base - (age >> 1), age & 1, kind, position)
    session.last_seen_ms = base + packed.last_seen
    session.first_seen_ms = session.last_seen_ms - packed.watched_for
    session.last_minute = session.last_seen_ms // MINUTE_MS
    session.minutes = packed.minutes
    session.is_synthetic = bool(packed.flags & 1)
    session.totals_void = bool(packed.flags & 2)
    session.max_position_ms = packed.max_position
    if packed.first_ready is not None:
        session.first_ready_ms = base - packed.first_ready
    if packed.first_play is not None:
        session.first_play_ms = base - packed.first_play
    if packed.newest is not None:
        session.newest = _snapshot(packed.newest, base)
    if packed.newest_ad is not None:
        session.newest_ad = _snapshot(packed.newest_ad, base)
    if packed.title is not None:
        at = packed.title
        session.set_title(
            _key(base - at.age, at.has_device_time, at.kind, at.position),
            at.title,
            at.title if at.media_id is None else at.media_id,
        )
    if packed.counters is not None:
        session.counters = SessionCounters()
        session.counters.load(packed.counters)
        if packed.started_at is not None:
            session.counters.started_at_ms = base - packed.started_at
    session.ads = unpack_ads(packed.ads)
    session.errors = unpack_errors(packed.errors)
    return session


def _key(time_ms: int, has_device_time: int, kind: int, position: int) -> OrderPrefix:
    return (time_ms, 1, kind, position) if has_device_time else (time_ms, 0, position, kind)


def _packed_key(prefix: OrderPrefix, base: int) -> tuple[int, int, int, int]:
    return base - prefix[0], prefix[1], int(kind_of(prefix)), position_of(prefix)


def _packed_snapshot(snapshot: Snapshot | None, base: int) -> _PackedSnapshot | None:
    if snapshot is None:
        return None
    return _PackedSnapshot(
        *_packed_key(snapshot.key, base), snapshot.digest, snapshot.player, snapshot.ad, snapshot.ad_break
    )


def _snapshot(packed: _PackedSnapshot, base: int) -> Snapshot:
    return Snapshot(
        _key(base - packed.age, packed.has_device_time, packed.kind, packed.position),
        packed.digest,
        packed.player,
        packed.ad,
        packed.ad_break,
    )
