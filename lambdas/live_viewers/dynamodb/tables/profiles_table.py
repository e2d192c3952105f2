"""The profile item of the ViewerProfiles table: PK viewer_id, SK `profile`, ProfileSummary's fields as attributes.

`v` is its own version. The names are written out: services read this item without our code.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from live_viewers.dynamodb import items
from live_viewers.dynamodb.direct_client import DirectClient, Unavailable
from live_viewers.dynamodb.items import seen_titles
from live_viewers.dynamodb.passing import passes
from live_viewers.dynamodb.statements import Statement, insert_statement, update_statement
from live_viewers.dynamodb.tombstones import StateInTable, TombstoneKeys, erased_at_ms
from live_viewers.dynamodb.transport import (
    CONDITION_FAILED,
    KEYS_A_READ,
    STATEMENTS_A_CALL,
    ErrorAnswer,
    with_bytes,
)
from live_viewers.dynamodb.viewer_sessions import (
    ads_of_items,
    ads_query,
    carried_ads,
    had_titles,
    read_ads_beside,
    read_titles_of,
    read_viewer,
    sessions_query,
    titles_query,
)
from live_viewers.left_out import count_left_out
from live_viewers.profile.projection import ProfileSummary, Rewrite, ViewerItems
from live_viewers.stored_format import format_of

_DUPLICATE = "DuplicateItem"
_LOST = "ConditionalCheckFailed"


class ProfilesTable:
    """Items are kept `retention_days` after the viewer's last event."""

    def __init__(self, client: DirectClient, table: str, retention_days: int, tombstone_secret: str) -> None:
        self._client = client
        self._table = table
        self._retention_days = retention_days
        self._tombstones = TombstoneKeys(tombstone_secret, StateInTable(client, table))

    def read(self, viewer_id: str) -> ViewerItems:
        """See ProfileStore. One query: `profile` sorts just before `session#`."""
        found = read_viewer(self._client, self._table, viewer_id, with_profile=True)
        version, profile = 0, None
        if found.profile is not None:
            version, profile = int(found.profile["v"]["N"]), profile_from_item(found.profile)
        sessions = list(items.readable_sessions(found.sessions, count_left_out))
        return ViewerItems(
            version,
            profile,
            sessions,
            read_titles_of(self._client, self._table, viewer_id, sessions),
            read_ads_beside(self._client, self._table, viewer_id, sessions),
            not found.complete,
        )

    def beside(self, stored: Mapping[str, tuple[int, ProfileSummary]]) -> dict[str, ViewerItems]:
        """See ProfileStore: a query a viewer, and one more each for titles and ads where there are any."""
        sessions = {
            viewer_id: list(items.readable_sessions(found, count_left_out))
            for viewer_id, found in self._pages(sessions_query, stored).items()
        }
        with_titles = {viewer_id for viewer_id, each in sessions.items() if had_titles(each)}
        with_ads = {viewer_id for viewer_id, each in sessions.items() if carried_ads(each)}
        titles = self._pages(titles_query, with_titles)
        ads = self._pages(ads_query, with_ads)
        unread = (with_titles - titles.keys()) | (with_ads - ads.keys())
        return {
            viewer_id: ViewerItems(
                *stored[viewer_id],
                each,
                seen_titles(titles.get(viewer_id, ())),
                ads_of_items(ads.get(viewer_id, ())),
            )
            for viewer_id, each in sessions.items()
            if each and viewer_id not in unread
        }

    def _pages(
        self, query: Callable[[str, str], dict[str, Any]], viewer_ids: Collection[str]
    ) -> dict[str, list[dict[str, Any]]]:
        """What each viewer's query finds; who has more than a page, or could not be read, is left out."""
        answers = self._client.call_each("Query", [query(self._table, each) for each in viewer_ids])
        return {
            viewer_id: [with_bytes(item) for item in answer["Items"]]
            for viewer_id, answer in zip(viewer_ids, answers, strict=True)
            if not isinstance(answer, Exception) and "LastEvaluatedKey" not in answer
        }

    def erased_at_ms(self, viewer_id: str) -> int | None:
        """See ProfileStore."""
        keys = self._tombstones.of(viewer_id)
        answers = [self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True) for key in keys]
        return max((erased_at_ms(answer["Item"]) for answer in answers if "Item" in answer), default=None)

    def unknown(self, viewer_ids: Sequence[str]) -> set[str]:
        """See ProfileStore: half of KEYS_A_READ viewers a call (a third until old tombstones are rewritten)."""
        asked = {each: [items.profile_key(each), *self._tombstones.of(each)] for each in viewer_ids}
        keys = [key for own in asked.values() for key in own]
        found = {item["viewer_id"]["S"] for item in self._found(keys, ProjectionExpression="viewer_id")}
        return {each for each, own in asked.items() if found.isdisjoint(key["viewer_id"]["S"] for key in own)}

    def stored(self, viewer_ids: Sequence[str]) -> dict[str, tuple[int, ProfileSummary]]:
        """See ProfileStore: KEYS_A_READ viewers a call."""
        found = self._found([items.profile_key(each) for each in viewer_ids])
        return {
            item["viewer_id"]["S"]: (int(item["v"]["N"]), summary)
            for item in found
            if (summary := profile_from_item(item)) is not None
        }

    def _found(self, keys: Sequence[dict[str, Any]], **options: Any) -> Iterator[dict[str, Any]]:
        for at in range(0, len(keys), KEYS_A_READ):
            wanted: dict[str, Any] = {
                self._table: {"Keys": keys[at : at + KEYS_A_READ], "ConsistentRead": True, **options}
            }
            while wanted:
                answer = self._client.batch_get_item(RequestItems=wanted)
                yield from answer["Responses"].get(self._table, ())
                wanted = answer.get("UnprocessedKeys") or {}

    def insert(self, summaries: Mapping[str, ProfileSummary], version: int) -> set[str]:
        """See ProfileStore: STATEMENTS_A_CALL viewers a call."""
        return self._execute(
            {each: self._insert(each, summaries[each], version) for each in summaries}, _DUPLICATE
        )

    def _insert(self, viewer_id: str, summary: ProfileSummary, version: int) -> Statement:
        return insert_statement(self._table, self._item(viewer_id, summary, version))

    def update(self, rewrites: Mapping[str, Rewrite], version: int) -> set[str]:
        """See ProfileStore: STATEMENTS_A_CALL viewers a call."""
        updates = {each: self._update(each, rewrite, version) for each, rewrite in rewrites.items()}
        return self._execute(updates, _LOST)

    def _update(self, viewer_id: str, rewrite: Rewrite, version: int) -> Statement:
        """Only what differs."""
        old, new = (_attributes(summary) for summary in (rewrite.old, rewrite.new))
        changed = {name: value for name, value in new.items() if value != old.get(name)}
        changed["v"] = {"N": str(max(rewrite.read_version + 1, version))}
        if rewrite.new.last_seen_ms != rewrite.old.last_seen_ms:
            changed["ttl"] = {"N": str(items.expiry_s(rewrite.new.last_seen_ms, self._retention_days))}
        key = items.profile_key(viewer_id)
        return update_statement(self._table, key, changed, old.keys() - new.keys(), rewrite.read_version)

    def _execute(self, statements: Mapping[str, Statement], lost: str) -> set[str]:
        """Statements by viewer; those that were carried out. One that was answered with `lost` found the item
        otherwise than it should be."""
        done: set[str] = set()
        viewers = list(statements)
        for at in range(0, len(viewers), STATEMENTS_A_CALL):
            some = viewers[at : at + STATEMENTS_A_CALL]
            answer = self._client.batch_execute_statement(Statements=[statements[each] for each in some])
            for viewer_id, outcome in zip(some, answer["Responses"], strict=True):
                code = outcome.get("Error", {}).get("Code")
                if code is None:
                    done.add(viewer_id)
                elif code != lost and not passes(code):
                    raise Unavailable(f"the write of a profile was answered with {code}")
        return done

    def put(self, viewer_id: str, summary: ProfileSummary, version: int, read_version: int) -> bool:
        """See ProfileStore."""
        item = self._item(viewer_id, summary, version)
        return _unless_lost(self._client.put_item, TableName=self._table, Item=item, **_still(read_version))

    def delete(self, viewer_id: str, read_version: int) -> bool:
        """See ProfileStore."""
        key = items.profile_key(viewer_id)
        return _unless_lost(self._client.delete_item, TableName=self._table, Key=key, **_still(read_version))

    def _item(self, viewer_id: str, summary: ProfileSummary, version: int) -> dict[str, Any]:
        ttl = items.expiry_s(summary.last_seen_ms, self._retention_days)
        return profile_to_item(viewer_id, summary, version, ttl)


def profile_to_item(viewer_id: str, summary: ProfileSummary, version: int, ttl: int) -> dict[str, Any]:
    """The item. What isn't known is left out."""
    return {
        **items.profile_key(viewer_id),
        "v": {"N": str(version)},
        "ttl": {"N": str(ttl)},
        **_attributes(summary),
    }


def _attributes(summary: ProfileSummary) -> dict[str, dict[str, Any]]:
    return {name: _attribute(value) for name, value in msgspec.to_builtins(summary).items() if value is not None}


def _attribute(value: str | bool | float) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"S": value} if isinstance(value, str) else {"N": repr(value)}


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
    except ErrorAnswer as error:
        if error.code != CONDITION_FAILED:
            raise
        return False
    return True
