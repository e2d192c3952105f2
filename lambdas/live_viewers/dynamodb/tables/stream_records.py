"""The records of a Lambda event of the ViewerProfiles stream, as changes of sessions."""

from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from live_viewers.ads.ad_counting import AdChange
from live_viewers.ads.ad_view import AdItem
from live_viewers.dimensions.tokens import PINNED, split
from live_viewers.dynamodb import items
from live_viewers.dynamodb.ad_items import ADS_PREFIX, ad_items_of
from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.session.session_codec import read_facts
from live_viewers.session.session_facts import SessionFacts

Record = Mapping[str, Any]

# Who removes items by their time to live.
_TTL_PRINCIPAL = "dynamodb.amazonaws.com"
_NOBODY: dict[str, Any] = {}


def changes_of(
    event: Mapping[str, Any], default_ping_interval_s: int, ad_records: list[Record] | None = None
) -> Iterator[SessionChange]:
    """The session changes of an event, in its order. Records of ad views are added to `ad_records` (see
    `ad_changes_of`), others are skipped: filters of mappings differ."""
    for record in event.get("Records") or ():
        change = record["dynamodb"]
        keys = change["Keys"]
        sort_key: str = keys["sk"]["S"]
        if sort_key.startswith(items.SESSION_PREFIX):
            yield SessionChange(
                int(change["SequenceNumber"]),
                keys["viewer_id"]["S"],
                sort_key[len(items.SESSION_PREFIX) :],
                _image(change.get("OldImage"), default_ping_interval_s),
                _image(change.get("NewImage"), default_ping_interval_s),
                (record.get("userIdentity") or _NOBODY).get("principalId") == _TTL_PRINCIPAL,
                _created_ms(change),
            )
        elif ad_records is not None and sort_key.startswith(ADS_PREFIX):
            ad_records.append(record)


def ad_changes_of(ad_records: Iterable[Record]) -> Iterator[AdChange]:
    """The changes of items of ad views, in their order."""
    for record in ad_records:
        change = record["dynamodb"]
        yield AdChange(
            sequence=int(change["SequenceNumber"]),
            viewer_id=change["Keys"]["viewer_id"]["S"],
            old=_ads(change.get("OldImage")),
            new=_ads(change.get("NewImage")),
            created_ms=_created_ms(change),
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
    # Here and not by a function each, for it is done for thousands of images.
    media_id = image["m"]["S"] if "m" in image else None
    dimensions = image["d"]["S"] if "d" in image else ""
    return SessionImage(
        items.STATUSES.get(image["s"]["S"]) if "s" in image else None,
        int(image["u"]["N"]) if "u" in image else None,
        media_id,
        partial(_session_of, image),
        default_ping_interval_s,
        split(dimensions),
        dimensions.startswith(PINNED),
        partial(_facts_of, image, media_id),
    )


def _session_of(image: items.Item) -> MediaSession:
    return items.session_of(image, _bytes_of(image["r"]))


def _facts_of(image: items.Item, media_id: str | None) -> SessionFacts:
    return read_facts(_bytes_of(image["r"]), media_id)


def _created_ms(change: Mapping[str, Any]) -> int:
    return int(float(change.get("ApproximateCreationDateTime") or 0) * 1000)


def _ads(image: dict[str, Any] | None) -> AdItem | None:
    return next(iter(ad_items_of([image])), None) if image else None


def _bytes_of(value: dict[str, Any]) -> bytes:
    """A Lambda event is JSON, so binary attributes come in base64."""
    binary = value["B"]
    return a2b_base64(binary) if isinstance(binary, str) else bytes(binary)
