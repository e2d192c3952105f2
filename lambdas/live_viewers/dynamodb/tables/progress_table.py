"""How far behind each stream shard is, in the Audience table: PK `progress`, SK a hash of the shard's id, `at` and
`behind` in ms, `ttl`.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from live_viewers.audience.progress import ShardProgress
from live_viewers.dynamodb.querying import query_all

_KEPT_S = 24 * 3600
_MOST_SHARDS = 1_000


class ProgressTable:
    """See Progress. `client` is a DirectClient."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def tell(self, shard_id: str, progress: ShardProgress) -> None:
        """See Progress."""
        shard = blake2b(shard_id.encode(), digest_size=6).hexdigest()
        numbers = {"at": progress.at_ms, "behind": progress.behind_ms, "ttl": progress.at_ms // 1000 + _KEPT_S}
        self._client.update_item(
            TableName=self._table,
            Key={"pk": {"S": "progress"}, "sk": {"S": shard}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in numbers),
            ExpressionAttributeNames={f"#{name}": name for name in numbers},
            ExpressionAttributeValues={f":{name}": {"N": str(number)} for name, number in numbers.items()},
        )

    def of_shards(self) -> Iterable[ShardProgress]:
        """See Progress."""
        request = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": "progress"}},
            "ConsistentRead": True,
        }
        items, _ = query_all(self._client, request, _MOST_SHARDS)
        return [ShardProgress(int(item["at"]["N"]), int(item["behind"]["N"])) for item in items]
