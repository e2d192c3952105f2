"""The Sockets table's connections and subscriptions.

PK `connection#<id>`, SK `connection`: `scopes` (the keys of what it has subscribed to), `ttl`. The index from a
scope to its connections: PK `<kind>#<id>`, SK `connections`, `c` (a set of connection ids), `ttl`; so a batch of
changes finds its readers with one batch read for every hundred scopes, however many pages are open. (A set holds
some 20,000 connections: DynamoDB's 400 KB an item.)
"""

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import Any

from live_viewers.dynamodb.conditions import if_allowed
from live_viewers.dynamodb.transport import KEYS_A_READ, ErrorAnswer
from live_viewers.scope import Scope

# API Gateway ends a connection after two hours; what a lost $disconnect leaves is gone soon after.
KEPT_S = 150 * 60
SCOPES_A_CONNECTION = 50
_LONGEST_PLAIN_ID = 512  # bytes: DynamoDB refuses a whole batch read for one key that is too long


class SocketsTable:
    """`client` is a DirectClient."""

    def __init__(self, client: Any, table: str, threads: int = 8) -> None:
        self._client = client
        self._table = table
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sockets")

    def connect(self, connection_id: str, now_ms: int) -> None:
        """Keep a new connection."""
        self._client.put_item(TableName=self._table, Item={**_connection_key(connection_id), "ttl": _ttl(now_ms)})

    def subscribe(self, connection_id: str, scope: Scope, now_ms: int) -> bool:
        """Add a subscription; twice changes nothing. False when the connection isn't there or is full."""
        key = _scope_key(scope)
        accepted = self._update(
            Key=_connection_key(connection_id),
            UpdateExpression="ADD scopes :scope",
            ConditionExpression="attribute_exists(pk) AND (attribute_not_exists(scopes) OR "
            "size(scopes) < :most OR contains(scopes, :key))",
            ExpressionAttributeValues={
                ":scope": {"SS": [key]},
                ":key": {"S": key},
                ":most": {"N": str(SCOPES_A_CONNECTION)},
            },
        )
        if not accepted:
            return False
        self._client.update_item(
            TableName=self._table,
            Key=_index_key(key),
            UpdateExpression="ADD c :connection SET #ttl = :ttl",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={":connection": {"SS": [connection_id]}, ":ttl": _ttl(now_ms)},
        )
        return True

    def unsubscribe(self, connection_id: str, scope: Scope | None) -> None:
        """Remove one subscription, or with None all; the connection stays."""
        if scope is None:
            answer = self._client.get_item(
                TableName=self._table, Key=_connection_key(connection_id), ConsistentRead=True
            )
            keys = answer.get("Item", {}).get("scopes", {}).get("SS", [])
        else:
            keys = [_scope_key(scope)]
        if not keys:
            return
        self._leave(connection_id, keys)
        self._update(
            Key=_connection_key(connection_id),
            UpdateExpression="DELETE scopes :keys",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":keys": {"SS": keys}},
        )

    def drop(self, connection_id: str, scopes: Collection[Scope] = ()) -> None:
        """Forget a connection and its subscriptions: those it tells of, and `scopes`, where it was found."""
        answer = self._client.delete_item(
            TableName=self._table, Key=_connection_key(connection_id), ReturnValues="ALL_OLD"
        )
        known = answer.get("Attributes", {}).get("scopes", {}).get("SS", [])
        self._leave(connection_id, {*known, *map(_scope_key, scopes)})

    def of(self, scopes: Collection[Scope]) -> dict[Scope, set[str]]:
        """The connections subscribed to each of these scopes; scopes that nobody watches are left out."""
        by_key = {_scope_key(scope): scope for scope in scopes}
        keys = [_index_key(key) for key in by_key]
        parts = [keys[start : start + KEYS_A_READ] for start in range(0, len(keys), KEYS_A_READ)]
        found: dict[Scope, set[str]] = {}
        for items in self._pool.map(self._read, parts):
            for item in items:
                if "c" in item:
                    found[by_key[item["pk"]["S"]]] = set(item["c"]["SS"])
        return found

    def _read(self, keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The items of these keys. A key that DynamoDB refuses costs the others nothing: it is nobody's."""
        try:
            return self._read_all(keys)
        except ErrorAnswer as error:
            if error.code != "ValidationException":
                raise
            if len(keys) == 1:
                return []
            middle = len(keys) // 2
            return self._read(keys[:middle]) + self._read(keys[middle:])

    def _read_all(self, keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        # Consistent: a page that has its snapshot is in the index, and its next state must find it.
        wanted: dict[str, Any] = {self._table: {"Keys": keys, "ConsistentRead": True}}
        while wanted:
            answer = self._client.batch_get_item(RequestItems=wanted)
            items += answer["Responses"].get(self._table, [])
            wanted = answer.get("UnprocessedKeys") or {}
        return items

    def _leave(self, connection_id: str, keys: Iterable[str]) -> None:
        for key in keys:
            self._update(
                Key=_index_key(key),
                UpdateExpression="DELETE c :connection",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":connection": {"SS": [connection_id]}},
            )

    def _update(self, **request: Any) -> bool:
        """Update an item if its condition holds; whether it did."""
        return if_allowed(self._client.update_item, TableName=self._table, **request) is not None


def _connection_key(connection_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"connection#{connection_id}"}, "sk": {"S": "connection"}}


def _scope_key(scope: Scope) -> str:
    identifier = scope.id.encode(errors="replace")
    if len(identifier) <= _LONGEST_PLAIN_ID:
        return scope.key
    # With the prefix it might not fit a key, and an index item is small.
    return Scope(scope.kind, "~" + blake2b(identifier, digest_size=32).hexdigest()).key


def _index_key(scope_key: str) -> dict[str, Any]:
    return {"pk": {"S": scope_key}, "sk": {"S": "connections"}}


def _ttl(now_ms: int) -> dict[str, str]:
    return {"N": str(now_ms // 1000 + KEPT_S)}
