"""The Sockets table's tickets: PK `ticket#<sha256 of the token>`, SK `ticket`, `e` when it expires (ms),
`ttl`.
"""

from typing import Any

from live_viewers.dynamodb.conditions import if_allowed
from live_viewers.dynamodb.tables.read_client import busy_when_it_passes


class TicketsTable:
    """See tickets.TicketStore. `client` is a DirectClient."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, token_hash: str, expires_ms: int) -> None:
        """See TicketStore."""
        item = {**_key(token_hash), "e": {"N": str(expires_ms)}, "ttl": {"N": str(expires_ms // 1000 + 1)}}
        with busy_when_it_passes():
            self._client.put_item(TableName=self._table, Item=item)

    def take(self, token_hash: str) -> int | None:
        """See TicketStore. A conditional delete: of two that come at once, one gets it."""
        answer = if_allowed(
            self._client.delete_item,
            TableName=self._table,
            Key=_key(token_hash),
            ConditionExpression="attribute_exists(pk)",
            ReturnValues="ALL_OLD",
        )
        return None if answer is None else int(answer["Attributes"]["e"]["N"])


def _key(token_hash: str) -> dict[str, Any]:
    return {"pk": {"S": f"ticket#{token_hash}"}, "sk": {"S": "ticket"}}
