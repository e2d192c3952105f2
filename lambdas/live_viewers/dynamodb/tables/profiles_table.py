"""The profile item of the ViewerProfiles table: PK viewer_id, SK `profile`, ProfileSummary's fields as attributes.

`v` is its own version. The names are written out: services read this item without our code.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from live_viewers.dynamodb import items
from live_viewers.left_out import count_left_out
from live_viewers.profile.projection import ProfileSummary, ViewerItems
from live_viewers.session.media_session import MediaSession
from live_viewers.session.seen_title import MOST_TITLES_OF_VIEWER, SeenTitle
from live_viewers.stored_format import format_of

_AFTER_SESSIONS = "session$"  # `$` follows `#`


class ProfilesTable:
    """`client` is a low-level DynamoDB client; items are kept `retention_days` after the viewer's last event."""

    def __init__(self, client: Any, table: str, retention_days: int) -> None:
        self._client = client
        self._table = table
        self._retention_days = retention_days

    def read(self, viewer_id: str) -> ViewerItems:
        """See ProfileStore. One query: `profile` sorts just before `session#`."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="viewer_id = :viewer AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":viewer": {"S": viewer_id},
                ":first": {"S": items.PROFILE_SORT_KEY},
                ":last": {"S": _AFTER_SESSIONS},
            },
            ConsistentRead=True,
        )
        version, profile = 0, None
        sessions: list[MediaSession] = []
        for page in pages:
            for item in page["Items"]:
                if item["sk"]["S"] == items.PROFILE_SORT_KEY:
                    version, profile = int(item["v"]["N"]), profile_from_item(item)
                else:
                    sessions += items.readable_sessions([item], count_left_out)
        return ViewerItems(version, profile, sessions, self._titles(viewer_id, sessions))

    def _titles(self, viewer_id: str, sessions: Iterable[MediaSession]) -> list[SeenTitle]:
        if all(len(session.titles) < 2 for session in sessions):
            return []
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="viewer_id = :viewer AND begins_with(sk, :title)",
            ExpressionAttributeValues={":viewer": {"S": viewer_id}, ":title": {"S": items.TITLE_PREFIX}},
            Limit=MOST_TITLES_OF_VIEWER,
            ConsistentRead=True,
        )
        return items.seen_titles(answer["Items"])

    def erased_at_ms(self, viewer_id: str) -> int | None:
        """See ProfileStore."""
        answer = self._client.get_item(
            TableName=self._table, Key=items.tombstone_key(viewer_id), ConsistentRead=True
        )
        return items.erased_at_ms(answer["Item"]) if "Item" in answer else None

    def put(self, viewer_id: str, summary: ProfileSummary, version: int, read_version: int) -> bool:
        """See ProfileStore."""
        ttl = items.expiry_s(summary.last_seen_ms, self._retention_days)
        item = profile_to_item(viewer_id, summary, version, ttl)
        return _unless_lost(self._client.put_item, TableName=self._table, Item=item, **_still(read_version))

    def delete(self, viewer_id: str, read_version: int) -> bool:
        """See ProfileStore."""
        key = items.profile_key(viewer_id)
        return _unless_lost(self._client.delete_item, TableName=self._table, Key=key, **_still(read_version))


def profile_to_item(viewer_id: str, summary: ProfileSummary, version: int, ttl: int) -> dict[str, Any]:
    """The item. What isn't known is left out."""
    item: dict[str, Any] = {
        **items.profile_key(viewer_id),
        "v": {"N": str(version)},
        "ttl": {"N": str(ttl)},
    }
    for name, value in msgspec.to_builtins(summary).items():
        if value is not None:
            item[name] = {"S": value} if isinstance(value, str) else {"N": repr(value)}
    return item


def profile_from_item(item: dict[str, Any]) -> ProfileSummary | None:
    """The content of an item that `profile_to_item` made, of this release or another; None in a format that isn't
    known: the item follows from the sessions, so it is made anew."""
    reader = READERS.get(format_of(item))
    return None if reader is None else reader(item)


def _read_1(item: dict[str, Any]) -> ProfileSummary:
    fields = {
        name: text
        for name, value in item.items()
        if name in ProfileSummary.__struct_fields__
        for text in value.values()  # one: by its type
    }
    return msgspec.convert(fields, ProfileSummary, strict=False)


# By the item's format version. None is ever taken away.
READERS: dict[int, Callable[[dict[str, Any]], ProfileSummary]] = {1: _read_1}


def _still(read_version: int) -> dict[str, Any]:
    if not read_version:
        return {"ConditionExpression": "attribute_not_exists(sk)"}
    return {"ConditionExpression": "v = :read", "ExpressionAttributeValues": {":read": {"N": str(read_version)}}}


def _unless_lost(call: Callable[..., Any], **request: Any) -> bool:
    try:
        call(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True
