"""Cursors: opaque to clients, and never trusted. A cursor only says where to go on reading in a list that
the reader may read anyway, so it is checked, not signed; it is bound to its list and filters, and used
with others it is refused.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from typing import TypeVar

import msgspec

from live_viewers.api.problems import Problem, ProblemType

_LONGEST = 4096
_LIST_BYTES = 6

Position = TypeVar("Position", bound=msgspec.Struct)


def make_cursor(position: msgspec.Struct, *filters: object) -> str:
    """The cursor that goes on at `position` of the list with these filters."""
    data = _list_mark_1(type(position), filters) + msgspec.msgpack.encode(position)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_cursor(cursor: str | None, kind: type[Position], *filters: object) -> Position | None:
    """The position that a cursor stands for; None without one. Raises Problem where it is of another list."""
    if cursor is None:
        return None
    try:
        if len(cursor) > _LONGEST:
            raise ValueError
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        if data[:_LIST_BYTES] not in (mark(kind, filters) for mark in READERS.values()):
            raise ValueError
        return msgspec.msgpack.decode(data[_LIST_BYTES:], type=kind)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        detail = "Take next_cursor as it is from the page before, with the same filters."
        raise Problem(ProblemType.CURSOR, detail) from None


def _list_mark_1(kind: type[msgspec.Struct], filters: tuple[object, ...]) -> bytes:
    return hashlib.sha256(repr((kind.__name__, filters)).encode()).digest()[:_LIST_BYTES]


# What a cursor begins with, by its format version. None is ever taken away: a page may hold a cursor for hours.
READERS: dict[int, Callable[[type[msgspec.Struct], tuple[object, ...]], bytes]] = {1: _list_mark_1}
