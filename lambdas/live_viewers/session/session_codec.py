"""A session as bytes: the packed attribute of its item. A byte of format version, then what that version holds."""

from collections.abc import Callable

from live_viewers.session.media_session import MediaSession
from live_viewers.session.packed_session_1 import pack_1, unpack_1
from live_viewers.session.packed_session_2 import pack_2, read_facts_2, unpack_2
from live_viewers.session.session_facts import SessionFacts, facts_of
from live_viewers.stored_format import read_stored


def _facts_1(media_id: str | None, data: memoryview) -> SessionFacts:
    session = MediaSession("", "")
    unpack_1(session, media_id, "", data)
    return facts_of(session)


# A reader fills an empty session; media id and dimensions are what the item has beside the bytes. None of them is
# ever taken away.
Reader = Callable[[MediaSession, str | None, str, memoryview], None]
FactsReader = Callable[[str | None, memoryview], SessionFacts]
READERS: dict[int, Reader] = {1: unpack_1, 2: unpack_2}
FACTS_READERS: dict[int, FactsReader] = {1: _facts_1, 2: read_facts_2}
WRITERS: dict[int, Callable[[MediaSession], bytes]] = {1: pack_1, 2: pack_2}
NEWEST_VERSION = max(WRITERS)


def pack(session: MediaSession, format_version: int = NEWEST_VERSION) -> bytes:
    """The session's content, but for the ids, the media id, the dimensions and the version, which the item has
    beside it.

    Raises ValueError for a session without events.
    """
    if session.last_seen_ms < 0:
        raise ValueError("a session without events can't be packed")
    return bytes((format_version,)) + WRITERS[format_version](session)


def format_version_of(data: bytes) -> int:
    """The format version of packed bytes."""
    return data[0]


def unpack(
    viewer_id: str, session_id: str, data: bytes, version: int, media_id: str | None, dimensions: str = ""
) -> MediaSession:
    """The session that `pack` wrote; `media_id` and `dimensions` as the item has them, beside the packed bytes.
    Raises stored_format.UnreadableBytes."""
    session = MediaSession(viewer_id, session_id, version)
    read_stored(READERS, data, "packed session", session, media_id, dimensions)
    return session


def read_facts(data: bytes, media_id: str | None) -> SessionFacts:
    """The facts of the session that `pack` wrote, without the session. Raises stored_format.UnreadableBytes: what
    is damaged beyond them only `unpack` finds."""
    return read_stored(FACTS_READERS, data, "packed session", media_id)
