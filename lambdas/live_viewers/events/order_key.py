"""The order key: which of two events of a session is the newer, by content alone, never by arrival.

Kafka offsets and record timestamps take no part, since redriven and re-sent records get new ones.
"""

import hashlib

import msgspec

from live_viewers.events.media_event import MediaEvent

# (order time ms; 0 without, 1 with device time; then rank and position, or position and rank). A position is
# in milliseconds, -1 where the event has none.
OrderPrefix = tuple[int, int, int, int]

_encoder = msgspec.msgpack.Encoder(enc_hook=int)  # of EpochMs, a number

# Older than every event.
NEVER: OrderPrefix = (-1, 0, -1, -1)

_WIDTHS = (8, 1, 8, 8)  # bytes of a prefix's numbers, each one more so that none is negative

# media_player 2-0-0 allows positions up to this many seconds; anything else is no position.
LAST_POSITION_S = 2_147_483_647


def order_prefix(event: MediaEvent) -> OrderPrefix:
    """The part of the order key that a session keeps for each kind of event.

    With device time the rank decides before the position: the tracker flushes held-back kinds in the
    millisecond of the next event. Without, events of one POST share the collector's time, so there the
    position knows better. The second element keeps the two shapes apart, so that sessions of mixed topics
    have a total order too.
    """
    position_s = event.position_s  # not by position_ms_of: most of joining is making these keys
    position = -1 if position_s is None or not 0 <= position_s <= LAST_POSITION_S else int(position_s * 1000 + 0.5)
    if event.has_device_time:
        return (event.order_time_ms, 1, event.kind, position)
    return (event.order_time_ms, 0, position, event.kind)


def position_ms_of(position_s: float | None) -> int:
    """A position in milliseconds as order keys have it, -1 for none."""
    if position_s is None or not 0 <= position_s <= LAST_POSITION_S:
        return -1
    return int(position_s * 1000 + 0.5)


def position_of(prefix: OrderPrefix) -> int:
    """The position in milliseconds in an order prefix, -1 where the event had none."""
    return prefix[3] if prefix[1] else prefix[2]


def kind_of(prefix: OrderPrefix) -> int:
    """The rank (`EventKind`) in an order prefix."""
    return prefix[2] if prefix[1] else prefix[3]


def sortable(prefix: OrderPrefix) -> bytes:
    """25 bytes that compare as order prefixes do."""
    return b"".join((number + 1).to_bytes(width, "big") for number, width in zip(prefix, _WIDTHS, strict=True))


def unsortable(data: bytes) -> OrderPrefix:
    """The inverse of `sortable`."""
    numbers, at = [], 0
    for width in _WIDTHS:
        numbers.append(int.from_bytes(data[at : at + width], "big") - 1)
        at += width
    return (numbers[0], numbers[1], numbers[2], numbers[3])


def order_key(event: MediaEvent) -> tuple[int, int, int, int, bytes]:
    """The whole order key: `order_prefix`, then the digest of the content.

    The digest stands for the event id and the canonical bytes: it tells events apart in eight bytes, which a
    packed session can keep.
    """
    return (*order_prefix(event), content_digest(event))


def content_digest(event: MediaEvent) -> bytes:
    """Eight bytes over all that an event says, but its times, which a tracker's retry may shift."""
    said = (
        event.event_id,
        event.kind,
        event.position_s,
        event.player,
        event.totals,
        event.ad,
        event.ad_break,
        event.payload,
    )
    return hashlib.blake2b(_encoder.encode(said), digest_size=8).digest()
