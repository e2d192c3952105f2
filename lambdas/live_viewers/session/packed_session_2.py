"""Version 2 of the packed session: MessagePack of `_Packed`, where new fields stand at the end, with a default.

The title is found by the media id that the item has beside it: itself, or its beginning. A key that is the newest
of its kind is stored as the kind, since the registers have it. Else as version 1.
"""

import msgspec

from live_viewers.dimensions.tokens import split
from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import NEVER
from live_viewers.session.bounded_sets import (
    pack_errors,
    pack_titles,
    title_mark,
    unpack_errors,
    unpack_titles,
)
from live_viewers.session.media_session import NOT_YET, MediaSession
from live_viewers.session.packed_session_1 import pack_registers, register_time, unpack_registers
from live_viewers.session.packed_snapshot_2 import (
    PLAYER_TYPES,
    Key,
    PackedSnapshot,
    key_from,
    key_in,
    pack_snapshot,
    unpack_snapshot,
)
from live_viewers.session.session_counters import SessionCounters
from live_viewers.session.session_facts import SessionFacts
from live_viewers.session.start_up import StartUp
from live_viewers.session.visits import NO_START

_MEDIA_ID_TAIL = 17  # `~` and 16 digits (see title.short_id)
_SYNTHETIC, _TOTALS_VOID, _CARRIED_ADS, _VISITS_DROPPED = 1, 2, 4, 8
_ERROR = int(EventKind.ERROR)


class _PackedTitle(msgspec.Struct, array_like=True, gc=False):
    rest: str  # what follows the beginning that a shortened media id has of it; empty: the media id is the title
    key: Key | None  # None: the key of the newest snapshot
    title: str = ""  # one that the media id doesn't begin


class _PackedVisit(msgspec.Struct, array_like=True, gc=False):
    counters: list[int]
    started_at: int | None  # base - it
    shift: int = 0  # the raw start - started_at_ms: how far the device's clock was off
    initial_pause: int | None = None


class _PackedBitrate(msgspec.Struct, array_like=True, gc=False):
    bitrate: int
    key: Key


class _PackedDimensionKey(msgspec.Struct, array_like=True, gc=False):
    key: Key
    tokens: int  # bit n: of the n-th token beside the packed session


class _Packed(msgspec.Struct, array_like=True, gc=False):
    base: int  # the newest order time
    kinds: int
    registers: bytes
    last_seen: int  # last_seen - base
    watched_for: int  # last_seen - first_seen
    minutes: int
    flags: int
    max_position: int
    first_ready: int | None  # base - it
    first_play: int | None
    newest: PackedSnapshot | None = None
    newest_ad: PackedSnapshot | None = None
    title: _PackedTitle | None = None
    counters: list[int] | None = None
    started_at: int | None = None  # base - it
    errors: bytes = b""
    first_ad_start: int | None = None  # base - it
    first_play_ads: int = 0
    titles: bytes = b""  # empty: the title alone
    shift: int = 0  # see _PackedVisit; `counters` and `started_at` are those of the newest visit
    older_visits: list[_PackedVisit] = []
    bitrate: _PackedBitrate | None = None
    dimensions: list[
        _PackedDimensionKey
    ] = []  # the tokens are beside the packed session; unknown ones have no key
    initial_pause: int | None = None  # of the newest visit
    # The first buffering's start and end: distances from the first play, of which they are near, else from `base`.
    first_buffer_start: int | None = None
    first_buffer_end: int | None = None
    # New fields stand here, each with a default: bytes without them are read, and readers without them skip them.


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def pack_2(session: MediaSession) -> bytes:
    """What version 2 holds of a session with events."""
    base, kinds, registers = pack_registers(session)
    visits = _pack_visits(session, base)
    visit = visits[0] if visits else None
    newest, newest_ad, play = session.newest, session.newest_ad, session.first_play_ms
    near = min(play, base)
    # By place, in the order of the fields: by keyword takes ten times as long.
    return _encoder.encode(
        _Packed(
            base,
            kinds,
            registers,
            session.last_seen_ms - base,
            session.last_seen_ms - session.first_seen_ms,
            session.minutes,
            session.is_synthetic * _SYNTHETIC
            | session.totals_void * _TOTALS_VOID
            | session.carried_ads * _CARRIED_ADS
            | session.visits.dropped * _VISITS_DROPPED,
            session.max_position_ms,
            base - session.first_ready_ms if session.first_ready_ms <= base else None,
            base - play if play <= base else None,
            None if newest is None else pack_snapshot(session.registers, newest, base),
            None if newest_ad is None else pack_snapshot(session.registers, newest_ad, base),
            _pack_title(session, base),
            None if visit is None else visit.counters,
            None if visit is None else visit.started_at,
            pack_errors(session.errors) if session.errors else b"",
            base - session.first_ad_start_ms if session.first_ad_start_ms <= base else None,
            session.first_play_ads_ms,
            _pack_titles(session) if session.titles else b"",
            0 if visit is None else visit.shift,
            visits[1:],
            _pack_bitrate(session, base),
            _pack_dimensions(session, base),
            None if visit is None else visit.initial_pause,
            session.first_buffer_start_ms - near if session.first_buffer_start_ms <= base else None,
            session.first_buffer_end_ms - near if session.first_buffer_end_ms <= base else None,
        )
    )


def unpack_2(session: MediaSession, media_id: str | None, dimensions: str, data: memoryview) -> None:
    """Fill an empty session. Raises whatever damaged bytes raise."""
    packed = _decoder.decode(data)
    base = packed.base
    unpack_registers(session, base, packed.kinds, packed.registers)
    session.last_seen_ms = base + packed.last_seen
    session.first_seen_ms = session.last_seen_ms - packed.watched_for
    session.minutes = packed.minutes
    session.is_synthetic = bool(packed.flags & _SYNTHETIC)
    session.totals_void = bool(packed.flags & _TOTALS_VOID)
    session.carried_ads = bool(packed.flags & _CARRIED_ADS)
    session.visits.dropped = bool(packed.flags & _VISITS_DROPPED)
    session.max_position_ms = packed.max_position
    if packed.first_ready is not None:
        session.first_ready_ms = base - packed.first_ready
    if packed.first_play is not None:
        session.first_play_ms = base - packed.first_play
    if packed.first_ad_start is not None:
        session.first_ad_start_ms = base - packed.first_ad_start
    session.first_play_ads_ms = packed.first_play_ads
    near = min(session.first_play_ms, base)
    if packed.first_buffer_start is not None:
        session.first_buffer_start_ms = near + packed.first_buffer_start
    if packed.first_buffer_end is not None:
        session.first_buffer_end_ms = near + packed.first_buffer_end
    if packed.newest is not None:
        session.newest = unpack_snapshot(session.registers, packed.newest, base)
    if packed.newest_ad is not None:
        session.newest_ad = unpack_snapshot(session.registers, packed.newest_ad, base)
    if packed.title is not None:
        if media_id is None:
            raise ValueError("a title without its media id")
        title, key = _unpack_title(packed.title, media_id), packed.title.key
        session.set_title(
            session.newest_key if key is None else key_from(session.registers, key, base), title, media_id
        )
    if packed.titles:
        session.titles = unpack_titles(packed.titles)
    if packed.counters is not None:
        _unpack_visit(
            session, _PackedVisit(packed.counters, packed.started_at, packed.shift, packed.initial_pause), base
        )
    for visit in packed.older_visits:
        _unpack_visit(session, visit, base)
    session.errors = unpack_errors(packed.errors)
    if packed.bitrate is not None:
        session.newest_bitrate = (key_from(session.registers, packed.bitrate.key, base), packed.bitrate.bitrate)
    if dimensions:
        _unpack_dimensions(session, packed.dimensions, split(dimensions), base)


def read_facts_2(media_id: str | None, data: memoryview) -> SessionFacts:
    """The facts of a session from its bytes and the media id beside them. Raises what damaged bytes raise."""
    packed = _decoder.decode(data)
    base, flags, title = packed.base, packed.flags, packed.title
    if title is not None and media_id is None:
        raise ValueError("a title without its media id")
    visits = {}
    if packed.counters is not None:
        visits[_visit_start(base, packed.started_at, packed.shift)] = packed.counters
    for visit in packed.older_visits:
        visits[_visit_start(base, visit.started_at, visit.shift)] = visit.counters
    last_seen_ms = base + packed.last_seen
    return SessionFacts(
        last_seen_ms - packed.watched_for,
        last_seen_ms,
        register_time(_ERROR, base, packed.kinds, packed.registers),
        packed.minutes,
        packed.kinds & ~1,
        bool(flags & _TOTALS_VOID),
        bool(flags & _CARRIED_ADS),
        packed.newest is not None,
        None if title is None or media_id is None else _unpack_title(title, media_id),
        visits,
        _unpack_start_up(packed),
    )


def _unpack_start_up(packed: _Packed) -> StartUp:
    base, play, newest = packed.base, packed.first_play, packed.newest
    near = base if play is None else min(base - play, base)
    first = packed.older_visits[-1] if packed.older_visits else packed
    started_at, initial_pause = first.started_at, first.initial_pause
    if packed.flags & _VISITS_DROPPED:
        started_at = initial_pause = None
    player_type = None if newest is None or newest.player is None else newest.player.player_type
    return StartUp(
        base,
        _before(base, packed.first_ready),
        _before(base, play),
        packed.first_play_ads,
        _before(base, packed.first_ad_start),
        NOT_YET if packed.first_buffer_start is None else near + packed.first_buffer_start,
        NOT_YET if packed.first_buffer_end is None else near + packed.first_buffer_end,
        None if started_at is None else base - started_at,
        initial_pause,
        PLAYER_TYPES[player_type] if isinstance(player_type, int) else player_type,
    )


def _before(base: int, distance: int | None) -> int:
    return NOT_YET if distance is None else base - distance


def _pack_visits(session: MediaSession, base: int) -> list[_PackedVisit]:
    """The newest first."""
    by_start = session.visits.by_start
    return [_pack_visit(start, by_start[start], base) for start in sorted(by_start, reverse=True)]


def _pack_visit(start: int, counters: SessionCounters, base: int) -> _PackedVisit:
    started_at_ms = counters.started_at_ms
    if started_at_ms is None:
        return _PackedVisit(counters.dump(), None, start - NO_START, counters.initial_pause_ms)
    shift = start - started_at_ms
    return _PackedVisit(counters.dump(), base - started_at_ms, shift, counters.initial_pause_ms)


def _unpack_visit(session: MediaSession, visit: _PackedVisit, base: int) -> None:
    counters = session.visits.of(_visit_start(base, visit.started_at, visit.shift))
    counters.load(visit.counters)
    counters.started_at_ms = None if visit.started_at is None else base - visit.started_at
    counters.initial_pause_ms = visit.initial_pause


def _visit_start(base: int, started_at: int | None, shift: int) -> int:
    return (NO_START if started_at is None else base - started_at) + shift


def _pack_bitrate(session: MediaSession, base: int) -> _PackedBitrate | None:
    key, bitrate = session.newest_bitrate
    return None if key == NEVER else _PackedBitrate(bitrate, key_in(session.registers, key, base))


def _pack_dimensions(session: MediaSession, base: int) -> list[_PackedDimensionKey]:
    return [
        _PackedDimensionKey(key_in(session.registers, key, base), places)
        for key, places in session.dimensions.order_keys()
    ]


def _unpack_dimensions(
    session: MediaSession, packed: list[_PackedDimensionKey], tokens: tuple[str, ...], base: int
) -> None:
    if len(packed) == 1:  # nearly always: all that is known came with one event
        session.dimensions.set_all(key_from(session.registers, packed[0].key, base), tokens)
        return
    keys = [NEVER] * len(tokens)
    for each in packed:
        key = key_from(session.registers, each.key, base)
        for place in range(len(tokens)):
            if each.tokens >> place & 1:
                keys[place] = key
    session.dimensions.set_each(zip(keys, tokens, strict=True))


def _pack_title(session: MediaSession, base: int) -> _PackedTitle | None:
    title, media_id = session.title, session.media_id
    if title is None or media_id is None:
        return None
    key = None if session.title_key == session.newest_key else key_in(session.registers, session.title_key, base)
    if media_id == title:
        return _PackedTitle("", key)
    rest = title[len(media_id) - _MEDIA_ID_TAIL :] if len(media_id) > _MEDIA_ID_TAIL else ""
    kept = rest and media_id[:-_MEDIA_ID_TAIL] + rest == title
    return _PackedTitle(rest, key) if kept else _PackedTitle("", key, title)


def _pack_titles(session: MediaSession) -> bytes:
    media_id = session.media_id
    title_alone = media_id is not None and session.titles == {title_mark(media_id)}
    return b"" if title_alone else pack_titles(session.titles)


def _unpack_title(packed: _PackedTitle, media_id: str) -> str:
    return packed.title or (media_id[:-_MEDIA_ID_TAIL] + packed.rest if packed.rest else media_id)
