"""The items of ad views, in the ViewerProfiles table.

PK viewer_id, SK `ads#<media_session_id>#<break or ->#<number>` (the number is the ad's hash mod 8). `x` is a set
of tokens (ads.ad_tokens), `more` true where the item was full and refused some, `b` the break's id where the key
has a hash in its place, `e` and `ttl` as the session has them.
"""

import hashlib
from collections.abc import Callable, Iterable

from live_viewers.ads.ad_tokens import ID_BYTES, AdPlace, known_of
from live_viewers.ads.ad_view import AdItem, session_in_key
from live_viewers.dynamodb.items import Item
from live_viewers.events.title import short_id
from live_viewers.stored_format import format_of

ADS_PREFIX = "ads#"
MOST_TOKENS = 80
"""An item that has so many takes no more."""

_NO_BREAK = "-"
_HASHED = "~"


def ad_sort_key(session_id: str, place: AdPlace) -> str:
    return f"{ADS_PREFIX}{session_in_key(session_id)}#{_break_part(place.break_id)}#{place.number}"


def ad_key(viewer_id: str, session_id: str, place: AdPlace) -> Item:
    return {"viewer_id": {"S": viewer_id}, "sk": {"S": ad_sort_key(session_id, place)}}


def ad_item(key: Item, break_id: str | None, tokens: Iterable[str], ttl_s: int, erased_ms: int | None) -> Item:
    """A new item, which must have tokens."""
    item: Item = {**key, "x": {"SS": sorted(tokens)}, "ttl": {"N": str(ttl_s)}}
    if break_id is not None and _break_part(break_id).startswith(_HASHED):
        item["b"] = {"S": short_id(break_id, ID_BYTES)}
    if erased_ms is not None:
        item["e"] = {"N": str(erased_ms)}
    return item


def erased_ms_of(item: Item) -> int | None:
    """The erasure that an item's session was begun after."""
    return int(item["e"]["N"]) if "e" in item else None


def ad_items_of(found: Iterable[Item]) -> list[AdItem]:
    """What these items keep; those of a format that isn't known are left out."""
    readers = ((READERS.get(format_of(item)), item) for item in found)
    return [reader(item) for reader, item in readers if reader is not None]


def _ad_item_1(item: Item) -> AdItem:
    session_id, part, _ = item["sk"]["S"].removeprefix(ADS_PREFIX).rsplit("#", 2)
    return AdItem(
        viewer_id=item["viewer_id"]["S"],
        session_id=session_id,
        break_id=item["b"]["S"] if "b" in item else None if part == _NO_BREAK else part,
        known=known_of(item["x"]["SS"]),
        has_more="more" in item,
        erased_ms=erased_ms_of(item),
    )


# By the item's format version. None is ever taken away.
READERS: dict[int, Callable[[Item], AdItem]] = {1: _ad_item_1}


def _break_part(break_id: str | None) -> str:
    """A break in a key: its id where that is plain and short, else a hash, so that no two breaks are one."""
    if break_id is None:
        return _NO_BREAK
    data = break_id.encode()
    is_plain = break_id not in ("", _NO_BREAK) and "#" not in break_id and not break_id.startswith(_HASHED)
    if is_plain and len(data) <= ID_BYTES:
        return break_id
    return _HASHED + hashlib.sha256(data).hexdigest()[:16]
