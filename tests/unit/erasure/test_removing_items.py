"""A viewer's items go although DynamoDB takes a part of a batch, or none for a while."""

from collections.abc import Sequence
from typing import Any, cast

import erase_viewers
import pytest

from live_viewers.dynamodb.direct_client import DirectClient, Unavailable
from live_viewers.dynamodb.tables.erasures_table import ErasuresTable
from live_viewers.dynamodb.transport import ErrorAnswer, Transport
from live_viewers.erasure.jobs import ErasureJob

JOB = ErasureJob("ann", 1_000, 1, 1_000)
THROTTLED = ErrorAnswer("ProvisionedThroughputExceededException", 400, {})


class Table:
    """Takes one delete of a batch, and each `of`th call alone; two items a page of a query."""

    def __init__(self, sort_keys: Sequence[str], of: int = 1) -> None:
        self.left = list(sort_keys)
        self._of = of
        self._calls = 0

    def call_each(self, operation: str, requests: Sequence[dict[str, Any]]) -> list[Any]:
        self._calls += 1
        if self._calls % self._of:
            return [THROTTLED for _ in requests]
        return [getattr(self, operation)(**request) for request in requests]

    def Query(self, ExpressionAttributeValues: Any, ExclusiveStartKey: Any = None, **_: Any) -> dict[str, Any]:
        after, prefix = ExclusiveStartKey or "", ExpressionAttributeValues[":prefix"]["S"]
        found = sorted(key for key in self.left if key.startswith(prefix) and key > after)
        more = {"LastEvaluatedKey": found[1]} if len(found) > 2 else {}
        return {"Items": [{"sk": {"S": key}} for key in found[:2]], **more}

    def BatchWriteItem(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        (first, *others) = RequestItems["table"]
        self.left.remove(first["DeleteRequest"]["Key"]["sk"]["S"])
        return {"UnprocessedItems": {"table": others} if others else {}}

    def DeleteItem(self, Key: dict[str, Any], **_: Any) -> dict[str, Any]:
        self.left = [key for key in self.left if key != Key["sk"]["S"]]
        return {}


def erasures(table: Table) -> ErasuresTable:
    client = DirectClient(cast(Transport, table), lambda _: None, attempts=erase_viewers._ATTEMPTS)
    return ErasuresTable(client, "table", "secret")


@pytest.mark.parametrize("of", [1, 2, 10])
def test_what_was_not_taken_is_asked_again(of: int) -> None:
    table = Table(
        ["profile", "title#s1#t", *(f"session#{n}" for n in range(5)), *(f"event#{n}" for n in range(7))], of
    )
    assert erasures(table).remove_items(JOB, lambda: True)
    assert table.left == []


def test_a_table_that_stays_busy_fails_the_job() -> None:
    with pytest.raises(Unavailable, match="ProvisionedThroughput"):
        erasures(Table(["session#1"], of=11)).remove_items(JOB, lambda: True)
