"""The bounded sets of a session: the minutes it was seen in, its errors and titles. Each is a join by a rule
that doesn't depend on order, so it stays one however much there is.
"""

import hashlib

from live_viewers.events.short_text_cache import cache_short_texts

NO_MARKS: frozenset[int] = frozenset()
"""One for all: Python makes each empty frozenset anew, of 232 bytes."""

MINUTE_MS = 60_000
MINUTES = 64  # so many are told one by one
MINUTES_KEPT = (1 << MINUTES) - 1

# The number of errors is exact up to this; beyond, it is this many. The errors themselves are in the timeline.
MOST_ERRORS = 6
_ERROR_BYTES = 3

MOST_TITLES = 8
_TITLE_BYTES = 4


def join_minutes(last: int, minutes: int, other_last: int, other: int) -> int:
    """Join two maps of minutes, each with its last minute (a Unix minute).

    Bit n of a map is the n-th minute before its last; of the answer, before the later of the two. What is more
    than 63 minutes before it falls off the end.
    """
    gap = last - other_last
    if gap < 0:
        minutes, other, gap = other, minutes, -gap
    return minutes | (other << gap & MINUTES_KEPT) if gap < MINUTES else minutes


def see_minute(last: int, minutes: int, minute: int) -> int:
    """`join_minutes` with a map of one minute; the last is in `minutes` already."""
    gap = minute - last
    if gap > 0:
        return (minutes << gap | 1) & MINUTES_KEPT if gap < MINUTES else 1
    return minutes | 1 << -gap if -MINUTES < gap < 0 else minutes


def error_mark(event_id: str) -> int:
    """Three bytes of the hash of an error event's id, as a number."""
    return int.from_bytes(hashlib.blake2b(event_id.encode(), digest_size=_ERROR_BYTES).digest(), "big")


def join_errors(marks: frozenset[int], others: frozenset[int]) -> frozenset[int]:
    """The smallest marks of both."""
    joined = marks | others
    return joined if len(joined) <= MOST_ERRORS else frozenset(sorted(joined)[:MOST_ERRORS])


def pack_errors(marks: frozenset[int]) -> bytes:
    """Three bytes an error, smallest first."""
    return b"".join(mark.to_bytes(_ERROR_BYTES, "big") for mark in sorted(marks))


def unpack_errors(data: bytes) -> frozenset[int]:
    """The inverse of `pack_errors`."""
    return _unpack(data, _ERROR_BYTES)


@cache_short_texts  # the same on every event of a title
def title_mark(media_id: str) -> int:
    """Four bytes of the hash of a title's id, as a number."""
    return int.from_bytes(hashlib.blake2b(media_id.encode(), digest_size=_TITLE_BYTES).digest(), "big")


def join_titles(marks: frozenset[int], others: frozenset[int]) -> frozenset[int]:
    """The smallest marks of both."""
    joined = marks | others
    return joined if len(joined) <= MOST_TITLES else frozenset(sorted(joined)[:MOST_TITLES])


def pack_titles(marks: frozenset[int]) -> bytes:
    """Four bytes a title, smallest first."""
    return b"".join(mark.to_bytes(_TITLE_BYTES, "big") for mark in sorted(marks))


def unpack_titles(data: bytes) -> frozenset[int]:
    """The inverse of `pack_titles`."""
    return _unpack(data, _TITLE_BYTES)


def _unpack(data: bytes, width: int) -> frozenset[int]:
    marks = (int.from_bytes(data[at : at + width], "big") for at in range(0, len(data), width))
    return frozenset(marks) if data else NO_MARKS
