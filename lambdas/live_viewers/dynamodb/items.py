"""The items of sessions and timeline rows: the one place where they are built and read.

Items are in DynamoDB's wire form (`{"S": ...}`). A session item is paid for by the kilobyte at each write, so its
attribute names are a letter long:

    viewer_id, sk   `session#<media_session_id>`
    v               version, a number that grows with each write
    r               the packed session (session_codec)
    s, m, u         status, media_id, and the Unix minute in which the lease ends as the audience counts it (not in
                    items of version 1): what an image counts for is read from these, never computed again, so that
                    sums hold across releases and settings. The index has s and m for filters
    d               tokens of the session's dimensions (dimensions.tokens), `|aB3.0|xY7.~|q_1=Berlin|`, which are
                    not packed again, `|*` before them where the title is pinned. The index has them for filters
    h               the key of the local index Recent: the Unix hour in which the session began, and six hours more
                    each time that it has gone on for so long: few sessions ever move in it
    lp, lk          the index's key, only while the session may be live: `live#<shard>`, and a time in seconds
    e               when the viewer was erased (epoch ms), on sessions begun after an erasure
    ttl             epoch seconds
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from live_viewers.dimensions.tokens import PINNED
from live_viewers.dynamodb.live_key import LivePlace, LivePlaces, kept_live_key, may_be_live, spare_of
from live_viewers.events.order_key import sortable, unsortable
from live_viewers.events.title import short_id
from live_viewers.session import row_codec, session_codec
from live_viewers.session.liveness import lease_minute
from live_viewers.session.media_session import MediaSession
from live_viewers.session.seen_title import SeenTitle
from live_viewers.session.status import Status
from live_viewers.session.timeline import TimelineRow
from live_viewers.stored_format import UnreadableBytes, format_of
from live_viewers.time_units import DAY_S, HOUR_MS

Item = dict[str, dict[str, Any]]
Place = tuple[str, str]  # viewer_id and sk

SESSION_PREFIX = "session#"
EVENT_PREFIX = "event#"
TITLE_PREFIX = "title#"
PROFILE_SORT_KEY = "profile"

_SESSION_IN_TITLE_KEY = 900  # bytes of the session's id, so that the whole key is at most 1,024
_RECENT_STEP_MS = 6 * HOUR_MS
STATUSES = {status.value: status for status in Status}
"""By what an item has in `s`; others are of releases that this one doesn't know."""


def session_sort_key(session_id: str) -> str:
    return SESSION_PREFIX + session_id


def event_sort_key(order_time_ms: int, event_id: str) -> str:
    """Thirteen digits, so that keys sort as times do (until the year 2286)."""
    return f"{EVENT_PREFIX}{order_time_ms:013d}#{event_id}"


def place_of(key_or_item: Item) -> Place:
    """Partition and sort key, as what a dict is keyed by."""
    return key_or_item["viewer_id"]["S"], key_or_item["sk"]["S"]


def session_key(viewer_id: str, session_id: str) -> Item:
    return {"viewer_id": {"S": viewer_id}, "sk": {"S": SESSION_PREFIX + session_id}}


def profile_key(viewer_id: str) -> Item:
    return {"viewer_id": {"S": viewer_id}, "sk": {"S": PROFILE_SORT_KEY}}


def expiry_s(newest_ms: int, retention_days: int) -> int:
    """The TTL (epoch seconds) of an item whose newest event was then."""
    return newest_ms // 1000 + retention_days * DAY_S


def session_attributes(
    session: MediaSession,
    packed: bytes,
    *,
    status: str,
    live_until_ms: int,
    now_ms: int,
    place: LivePlace,
    retention_days: int,
    stored_live_key: int | None = None,
    pinned_titles: Collection[str] = (),
) -> Item:
    """All of a session item but its key, its version and `e`. `stored_live_key`: the item's, if it may stay."""
    attributes: Item = {
        "r": {"B": packed},
        "s": {"S": status},
        "u": {"N": str(lease_minute(session.last_seen_ms, live_until_ms))},
        "h": {"N": str(recent_hour(session.first_seen_ms, session.last_seen_ms))},
        "ttl": {"N": str(expiry_s(session.last_seen_ms, retention_days))},
    }
    media_id = session.media_id
    if media_id is not None:
        attributes["m"] = {"S": media_id}
    dimensions = session.dimensions.text
    if dimensions:
        attributes["d"] = {"S": PINNED + dimensions if media_id in pinned_titles else dimensions}
    spare = spare_of(session.last_seen_ms - session.first_seen_ms, live_until_ms - session.last_seen_ms)
    key = kept_live_key(
        place.time(live_until_ms) if may_be_live(live_until_ms, now_ms) else None, stored_live_key, now_ms, spare
    )
    if key is not None:
        attributes["lp"] = {"S": place.shard}
        attributes["lk"] = {"N": str(key)}
    return attributes


def recent_hour(first_seen_ms: int, last_seen_ms: int) -> int:
    """`h` of a session: a Unix hour at most six hours before its newest event."""
    steps = (last_seen_ms - first_seen_ms) // _RECENT_STEP_MS
    return (first_seen_ms + steps * _RECENT_STEP_MS) // HOUR_MS


def session_of(item: Item, packed: bytes | None = None) -> MediaSession:
    """The session of an item, whose packed bytes may be given. Raises stored_format.UnreadableBytes."""
    return session_codec.unpack(
        item["viewer_id"]["S"],
        item["sk"]["S"][len(SESSION_PREFIX) :],
        bytes(item["r"]["B"]) if packed is None else packed,
        int(item["v"]["N"]),
        media_id_of(item),
        dimensions_of(item),
    )


def media_id_of(item: Item) -> str | None:
    """The media id of a session's item."""
    return item["m"]["S"] if "m" in item else None


def dimensions_of(item: Item) -> str:
    """The dimensions of a session's item as it has them (see dimensions.tokens.split), beginning with PINNED where
    its title was pinned when it was written; empty for none."""
    text: str = item["d"]["S"] if "d" in item else ""
    return text


def readable_sessions(
    found: Iterable[Item], left_out: Callable[[UnreadableBytes], None]
) -> Iterator[MediaSession]:
    """The sessions of these items; `left_out` is told of each that can't be read."""
    for item in found:
        try:
            session = session_of(item)
        except UnreadableBytes as unreadable:
            left_out(unreadable)
        else:
            yield session


def timeline_item(
    row: TimelineRow,
    retention_days: int,
    format_version: int = row_codec.NEWEST_VERSION,
    erased_ms: int | None = None,
) -> Item:
    """PK viewer_id, SK `event#<order time>#<event_id>`, `d` the packed row, `e` as the session has it."""
    item: Item = {
        "viewer_id": {"S": row.viewer_id},
        "sk": {"S": event_sort_key(row.order_time_ms, row.event_id)},
        "d": {"B": row_codec.pack_row(row, format_version)},
        "ttl": {"N": str(expiry_s(row.order_time_ms, retention_days))},
    }
    if erased_ms is not None:
        item["e"] = {"N": str(erased_ms)}
    return item


def timeline_row_of(item: Item) -> TimelineRow:
    """Raises stored_format.UnreadableBytes."""
    return row_codec.unpack_row(item["viewer_id"]["S"], *event_of_sort_key(item), bytes(item["d"]["B"]))


def event_of_sort_key(item: Item) -> tuple[int, str]:
    """Order time and event id of a timeline item."""
    _, order_time, event_id = item["sk"]["S"].split("#", 2)
    return int(order_time), event_id


def readable_rows(found: Iterable[Item], left_out: Callable[[UnreadableBytes], None]) -> Iterator[TimelineRow]:
    """The timeline rows of these items; `left_out` is told of each that can't be read."""
    for item in found:
        try:
            row = timeline_row_of(item)
        except UnreadableBytes as unreadable:
            left_out(unreadable)
        else:
            yield row


def title_item(title: SeenTitle, retention_days: int, erased_ms: int | None) -> Item:
    """PK viewer_id, SK `title#<media_session_id>#<media_id>`, `k` the sortable order key, `n` and `m` the ids of
    session and title, `t` the title, `e` as the session has it."""
    item: Item = {
        "viewer_id": {"S": title.viewer_id},
        "sk": {"S": f"{TITLE_PREFIX}{short_id(title.session_id, _SESSION_IN_TITLE_KEY)}#{title.media_id}"},
        "k": {"B": sortable(title.key)},
        "n": {"S": title.session_id},
        "m": {"S": title.media_id},
        "t": {"S": title.title},
        "ttl": {"N": str(expiry_s(title.last_seen_ms, retention_days))},
    }
    if erased_ms is not None:
        item["e"] = {"N": str(erased_ms)}
    return item


def seen_titles(found: Iterable[Item]) -> list[SeenTitle]:
    """The titles of these items; those of a format that isn't known are left out."""
    readers = ((TITLE_READERS.get(format_of(item)), item) for item in found)
    return [reader(item) for reader, item in readers if reader is not None]


def _title_1(item: Item) -> SeenTitle:
    return SeenTitle(
        item["viewer_id"]["S"],
        item["n"]["S"],
        item["m"]["S"],
        item["t"]["S"],
        unsortable(bytes(item["k"]["B"])),
    )


# By the item's format version. None is ever taken away.
TITLE_READERS: dict[int, Callable[[Item], SeenTitle]] = {1: _title_1}


def session_item(
    session: MediaSession, *, status: str, live_until_ms: int, now_ms: int, places: LivePlaces, retention_days: int
) -> Item:
    """The whole item of a session, its version included."""
    return {
        **session_key(session.viewer_id, session.session_id),
        "v": {"N": str(session.version)},
        **session_attributes(
            session,
            session_codec.pack(session),
            status=status,
            live_until_ms=live_until_ms,
            now_ms=now_ms,
            place=places.of(session.viewer_id, session.session_id),
            retention_days=retention_days,
        ),
    }
