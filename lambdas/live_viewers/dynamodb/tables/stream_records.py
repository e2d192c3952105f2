"""The records of a Lambda event of the ViewerProfiles stream, as changes of sessions."""

from binascii import a2b_base64
from collections.abc import Iterator, Mapping
from typing import Any

from live_viewers.ads.ad_counting import AdChange
from live_viewers.ads.ad_view import AdItem
from live_viewers.dimensions.tokens import split
from live_viewers.dynamodb import items
from live_viewers.dynamodb.ad_items import ADS_PREFIX, ad_items_of
from live_viewers.session.session_change import SessionChange, SessionImage

# Who removes items by their time to live.
_TTL_PRINCIPAL = "dynamodb.amazonaws.com"


def changes_of(event: Mapping[str, Any], default_ping_interval_s: int) -> Iterator[SessionChange]:
    """The session changes of an event, in its order. Other items are skipped: filters of mappings differ."""
    for record in event.get("Records") or ():
        change = record["dynamodb"]
        keys = change["Keys"]
        sort_key: str = keys["sk"]["S"]
        if not sort_key.startswith(items.SESSION_PREFIX):
            continue
        yield SessionChange(
            sequence=int(change["SequenceNumber"]),
            viewer_id=keys["viewer_id"]["S"],
            session_id=sort_key.removeprefix(items.SESSION_PREFIX),
            old=_image(change.get("OldImage"), default_ping_interval_s),
            new=_image(change.get("NewImage"), default_ping_interval_s),
            expired=(record.get("userIdentity") or {}).get("principalId") == _TTL_PRINCIPAL,
            created_ms=int(float(change.get("ApproximateCreationDateTime") or 0) * 1000),
        )


def ad_changes_of(event: Mapping[str, Any]) -> Iterator[AdChange]:
    """The changes of items of ad views, in the order of an event."""
    for record in event.get("Records") or ():
        change = record["dynamodb"]
        if change["Keys"]["sk"]["S"].startswith(ADS_PREFIX):
            yield AdChange(
                sequence=int(change["SequenceNumber"]),
                viewer_id=change["Keys"]["viewer_id"]["S"],
                old=_ads(change.get("OldImage")),
                new=_ads(change.get("NewImage")),
                created_ms=int(float(change.get("ApproximateCreationDateTime") or 0) * 1000),
            )


def shard_of(event: Mapping[str, Any]) -> str | None:
    """The stream shard of an event: told with a tumbling window. Without one (the emulator's), its only shard's
    stand-in is the stream; None for an event without records."""
    shard_id: str | None = event.get("shardId")
    if shard_id is not None:
        return shard_id
    records = event.get("Records") or ()
    return str(records[0]["eventSourceARN"]) if records else None


def _image(image: dict[str, Any] | None, default_ping_interval_s: int) -> SessionImage | None:
    if not image:
        return None
    return SessionImage(
        items.status_of_item(image),
        items.lease_minute_of(image),
        items.media_id_of(image),
        lambda: items.session_of(image, _bytes_of(image["r"])),
        default_ping_interval_s,
        split(items.dimensions_of(image)),
        items.is_pinned(image),
        lambda: items.facts_of_item(image, _bytes_of(image["r"])),
    )


def _ads(image: dict[str, Any] | None) -> AdItem | None:
    return next(iter(ad_items_of([image])), None) if image else None


def _bytes_of(value: dict[str, Any]) -> bytes:
    """A Lambda event is JSON, so binary attributes come in base64."""
    binary = value["B"]
    return a2b_base64(binary) if isinstance(binary, str) else bytes(binary)
