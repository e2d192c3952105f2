"""Old tombstones get the key they have now: once for a table, in steps that can stop anywhere."""

from collections.abc import Callable
from typing import Any

from live_viewers.dynamodb.conditions import if_allowed, reasons_of
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.tombstones import (
    PREFIX,
    SORT_KEY,
    STATE_KEY,
    StateInTable,
    TombstoneKeys,
    is_old,
    rewritten_from_ms,
)
from live_viewers.dynamodb.transport import ErrorAnswer

_TRIES = 5
_LOST = "ConditionalCheckFailed"


class TombstoneRewriting:
    """Reads the table through, a page of 1 MB at a time, and keeps how far it is after each."""

    def __init__(self, client: DirectClient, table: str, tombstone_secret: str) -> None:
        self._client = client
        self._table = table
        self._keys = TombstoneKeys(tombstone_secret, StateInTable(client, table))

    def go_on(self, now_ms: int, may_go_on: Callable[[], bool]) -> int:
        """Rewrite until all are, or `may_go_on` says stop; how many were. Nothing is read once it is done.

        Raises WrongTombstoneSecret.
        """
        rewritten = 0
        if "d" in self._keys.state():
            return rewritten
        state = self._keys.read_state()
        if "d" in state or now_ms < rewritten_from_ms(state):
            return rewritten
        after = state["a"]["M"] if "a" in state else None
        while may_go_on():
            page = self._page(after)
            for item in page["Items"]:
                if is_old(item["viewer_id"]["S"]):
                    self.rewrite(item)
                    rewritten += 1
            after = page.get("LastEvaluatedKey")
            if after is None:
                self._note("SET d = :value REMOVE a", {"BOOL": True})
                break
            self._note("SET a = :value", {"M": after})
        return rewritten

    def rewrite(self, old: Item | None) -> None:
        """Move one tombstone. Where both are, the later erasure holds. At every moment one of them is there."""
        for _ in range(_TRIES):
            if old is None:
                return
            if self._moved(old):
                return
            key = {name: old[name] for name in ("viewer_id", "sk")}
            old = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        raise RuntimeError("a tombstone that changes all the time could not be rewritten")

    def _moved(self, old: Item) -> bool:
        key = {name: old[name] for name in ("viewer_id", "sk")}
        new = {**old, **self._keys.rewritten(old)}
        as_read = {":asked": old["erased_ms"]}
        put = {
            "Item": new,
            "ConditionExpression": "attribute_not_exists(viewer_id) OR erased_ms < :asked",
            "ExpressionAttributeValues": as_read,
        }
        delete = {
            "Key": key,
            "ConditionExpression": "erased_ms = :asked",
            "ExpressionAttributeValues": as_read,
        }
        try:
            self._client.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": self._table, **put}},
                    {"Delete": {"TableName": self._table, **delete}},
                ]
            )
            return True
        except ErrorAnswer as error:
            reasons = reasons_of(error)
            if not reasons:
                raise
        if reasons[0] != _LOST:
            return False
        # The new one is there, of this erasure or a later one.
        return if_allowed(self._client.delete_item, TableName=self._table, **delete) is not None

    def _page(self, after: Item | None) -> dict[str, Any]:
        # Not consistent: what an old release wrote was written hours ago.
        request: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": "sk = :sk AND begins_with(viewer_id, :prefix)",
            "ExpressionAttributeValues": {":sk": {"S": SORT_KEY}, ":prefix": {"S": PREFIX}},
        }
        if after is not None:
            request["ExclusiveStartKey"] = after
        page: dict[str, Any] = self._client.scan(**request)
        return page

    def _note(self, change: str, value: dict[str, Any]) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=STATE_KEY,
            UpdateExpression=change,
            ExpressionAttributeValues={":value": value},
        )
