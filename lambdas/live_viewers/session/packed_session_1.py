"""Version 1 of the packed session, frozen: nothing here may change but the domain's names that it fills.

MessagePack of `_Packed`. Order times are kept as the distance to the newest one; per kind of event a register of
two fixed-width numbers.
"""

import re
import struct
from operator import attrgetter

import msgspec

from live_viewers.dimensions.tokens import split
from live_viewers.events.order_key import NEVER
from live_viewers.events.title import MEDIA_ID_BYTES, cut_to_bytes
from live_viewers.session.bounded_sets import pack_errors, unpack_errors
from live_viewers.session.media_session import KINDS, NOT_YET, MediaSession
from live_viewers.session.packed_snapshot_1 import (
    PackedKey,
    PackedSnapshot,
    pack_key,
    pack_snapshot,
    unpack_key,
    unpack_snapshot,
)
from live_viewers.session.session_counters import SessionCounters
from live_viewers.session.visits import NO_START

_NARROW_LIMIT = 1 << 32
_MEDIA_ID_TAIL = 17  # `~` and 16 digits
_SHORTENED = re.compile(r".*~[0-9a-f]{16}", re.DOTALL)
_SYNTHETIC, _TOTALS_VOID = 1, 2

# The order of the counters: seconds as milliseconds, then counts.
_SECONDS = (
    "time_played_s",
    "time_played_muted_s",
    "time_paused_s",
    "content_watched_s",
    "time_buffering_s",
    "time_spent_ads_s",
)
_AN_AD = b"\0\0\0\0\1"  # the hash and the flags of one: a session that has any carried ads
_COUNTS = ("ads", "ads_clicked", "ads_skipped", "ad_breaks", "ping_interval_s")
_seconds_of, _counts_of = attrgetter(*_SECONDS), attrgetter(*_COUNTS)


class _PackedTitle(msgspec.Struct, array_like=True, gc=False):
    title: str
    media_id_hash: bytes  # of a media id that was shortened, which begins like the title; else empty
    key: PackedKey | None  # None: the key of the newest snapshot


class _Packed(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    base: int  # the newest order time
    kinds: int  # bit n: there is a register of the kind with rank n; bit 0: registers are wide
    registers: bytes  # per kind: age << 1 | has_device_time, position + 1
    last_seen: int  # last_seen - base
    watched_for: int  # last_seen - first_seen
    minutes: int
    flags: int
    max_position: int
    first_ready: int | None  # base - it
    first_play: int | None
    newest: PackedSnapshot | None = None
    title: _PackedTitle | None = None
    counters: list[int] | None = None
    started_at: int | None = None  # base - it
    ads: bytes = b""  # hashes and flags of ads, which are kept in items of their own now
    errors: bytes = b""
    newest_ad: PackedSnapshot | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def pack_1(session: MediaSession) -> bytes:
    """What version 1 holds of a session with events."""
    base, kinds, registers = pack_registers(session)
    counters = session.counters
    packed = _Packed(
        base,
        kinds,
        registers,
        session.last_seen_ms - base,
        session.last_seen_ms - session.first_seen_ms,
        session.minutes,
        session.is_synthetic * _SYNTHETIC | session.totals_void * _TOTALS_VOID,
        session.max_position_ms,
        base - session.first_ready_ms if session.first_ready_ms <= base else None,
        base - session.first_play_ms if session.first_play_ms <= base else None,
        pack_snapshot(session.newest, base),
        _pack_title(session, base),
        None if counters is None else pack_counters(counters),
        None if counters is None or counters.started_at_ms is None else base - counters.started_at_ms,
        _AN_AD if session.carried_ads else b"",
        pack_errors(session.errors),
        pack_snapshot(session.newest_ad, base),
    )
    return _encoder.encode(packed)


def pack_registers(session: MediaSession) -> tuple[int, int, bytes]:
    """(the newest order time; which kinds there are, bit 0 telling numbers of 8 bytes; age and position of each,
    smallest rank first)."""
    known = [prefix for prefix in session.registers if prefix is not NEVER]
    base = max(known)[0]
    kinds = 0
    numbers: list[int] = []
    for time_ms, has_device_time, one, other in known:
        kind, position = (one, other) if has_device_time else (other, one)
        kinds |= 1 << kind
        numbers += (base - time_ms << 1 | has_device_time, position + 1)
    wide = max(numbers) >= _NARROW_LIMIT
    return base, kinds | wide, struct.pack(f"<{len(numbers)}{'Q' if wide else 'I'}", *numbers)


def _pack_title(session: MediaSession, base: int) -> _PackedTitle | None:
    title, media_id = session.title, session.media_id
    if title is None or media_id is None:
        return None
    return _PackedTitle(
        title,
        bytes.fromhex(media_id[1 - _MEDIA_ID_TAIL :]) if _is_shortened(media_id, title) else b"",
        None if session.title_key == session.newest_key else pack_key(session.title_key, base),
    )


def unpack_1(session: MediaSession, media_id: str | None, dimensions: str, data: memoryview) -> None:
    """Fill an empty session. This version holds the media id where the title reports it, and of the dimensions
    nothing: what is beside it counts as of the newest event. Raises whatever damaged bytes raise."""
    packed = _decoder.decode(data)
    base = packed.base
    unpack_registers(session, base, packed.kinds, packed.registers)
    session.last_seen_ms = base + packed.last_seen
    session.first_seen_ms = session.last_seen_ms - packed.watched_for
    session.minutes = packed.minutes
    session.is_synthetic = bool(packed.flags & _SYNTHETIC)
    session.totals_void = bool(packed.flags & _TOTALS_VOID)
    session.max_position_ms = packed.max_position
    if packed.first_ready is not None:
        session.first_ready_ms = base - packed.first_ready
    if packed.first_play is not None:
        session.first_play_ms = base - packed.first_play
    if packed.newest is not None:
        session.newest = unpack_snapshot(packed.newest, base)
    if packed.newest_ad is not None:
        session.newest_ad = unpack_snapshot(packed.newest_ad, base)
    if packed.title is not None:
        _unpack_title(session, packed.title, base, media_id)
    if packed.counters is not None:
        # This version knows of one visit alone: the one there is has the start as the order's clock has it.
        started_at_ms = None if packed.started_at is None else base - packed.started_at
        counters = session.visits.of(NO_START if started_at_ms is None else started_at_ms)
        unpack_counters(counters, packed.counters)
        counters.started_at_ms = started_at_ms
    newest = session.newest
    session.carried_ads = bool(packed.ads) or (
        newest is not None and (newest.ad is not None or newest.ad_break is not None)
    )
    session.errors = unpack_errors(packed.errors)
    if dimensions:
        session.dimensions.set_all(max(session.registers), split(dimensions))


def unpack_registers(session: MediaSession, base: int, packed_kinds: int, registers: bytes) -> None:
    """The inverse of `pack_registers`."""
    kinds = [kind for kind in range(1, KINDS) if packed_kinds >> kind & 1]
    numbers = struct.unpack(f"<{2 * len(kinds)}{'Q' if packed_kinds & 1 else 'I'}", registers)
    kept = session.registers
    for kind, age, position in zip(kinds, numbers[::2], numbers[1::2], strict=True):
        time_ms = base - (age >> 1)
        kept[kind] = (time_ms, 1, kind, position - 1) if age & 1 else (time_ms, 0, position - 1, kind)


def register_time(kind: int, base: int, packed_kinds: int, registers: bytes) -> int:
    """The order time of one register, NOT_YET without. Raises ValueError where there are other registers than
    `packed_kinds` tells of."""
    kinds, wide = packed_kinds & ~1, packed_kinds & 1
    if len(registers) != kinds.bit_count() * (16 if wide else 8):
        raise ValueError("registers of another length")
    if not kinds >> kind & 1:
        return NOT_YET
    before = (kinds & (1 << kind) - 1).bit_count()
    age: int = struct.unpack_from("<Q" if wide else "<I", registers, before * (16 if wide else 8))[0]
    return base - (age >> 1)


def _is_shortened(media_id: str, title: str) -> bool:
    """Whether an identifier is the beginning of its title and a hash."""
    return bool(_SHORTENED.fullmatch(media_id)) and title.startswith(media_id[:-_MEDIA_ID_TAIL])


def _unpack_title(session: MediaSession, packed: _PackedTitle, base: int, beside: str | None) -> None:
    """`beside`: the media id that the item has beside the bytes, where the title doesn't report it."""
    title = packed.title
    media_id = beside or title
    if packed.media_id_hash:
        media_id = cut_to_bytes(title, MEDIA_ID_BYTES - _MEDIA_ID_TAIL) + "~" + packed.media_id_hash.hex()
    key = session.newest_key if packed.key is None else unpack_key(packed.key, base)
    session.set_title(key, title, media_id)


def pack_counters(counters: SessionCounters) -> list[int]:
    """All but `started_at_ms` as whole numbers."""
    seconds = [round(each * 1000) if each else 0 for each in _seconds_of(counters)]
    return [counters.known, *seconds, *_counts_of(counters)]


def unpack_counters(counters: SessionCounters, numbers: list[int]) -> None:
    """The inverse of `pack_counters`."""
    counters.known, rest = numbers[0], numbers[1:]
    for name, number in zip(_SECONDS, rest, strict=False):
        setattr(counters, name, number / 1000)
    for name, number in zip(_COUNTS, rest[len(_SECONDS) :], strict=True):
        setattr(counters, name, number)
