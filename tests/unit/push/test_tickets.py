"""A ticket that isn't there opens nothing; a store that is away is no such answer."""

from typing import Any

import pytest

from live_viewers.dynamodb.direct_client import Unavailable
from live_viewers.dynamodb.tables.tickets_table import TicketsTable
from live_viewers.dynamodb.transport import CONDITION_FAILED, ErrorAnswer
from live_viewers.push.tickets import issue_ticket, redeem_ticket

NOW_MS = 1_795_000_000_000


class Store:
    """Keeps items; `refusal` is raised for an item that isn't there."""

    def __init__(self, refusal: Exception) -> None:
        self._items: dict[str, Any] = {}
        self._refusal = refusal

    def put_item(self, TableName: str, Item: dict[str, Any]) -> dict[str, Any]:
        self._items[TableName + Item["pk"]["S"]] = Item
        return {}

    def delete_item(self, TableName: str, Key: dict[str, Any], **asked: str) -> dict[str, Any]:
        assert asked == {"ConditionExpression": "attribute_exists(pk)", "ReturnValues": "ALL_OLD"}
        if TableName + Key["pk"]["S"] not in self._items:
            raise self._refusal
        return {"Attributes": self._items.pop(TableName + Key["pk"]["S"])}


def test_a_ticket_opens_one_connection() -> None:
    tickets = TicketsTable(Store(ErrorAnswer(CONDITION_FAILED, 400, {})), "sockets")
    token = issue_ticket(tickets, NOW_MS, ttl_s=60).token
    assert [redeem_ticket(tickets, token, NOW_MS + 1) for _ in range(2)] == [True, False]
    late = issue_ticket(tickets, NOW_MS, ttl_s=60).token
    assert not redeem_ticket(tickets, late, NOW_MS + 60_000)


@pytest.mark.parametrize("failure", [ErrorAnswer("AccessDeniedException", 400, {}), Unavailable("DeleteItem")])
def test_a_store_that_can_t_say_is_no_refusal(failure: Exception) -> None:
    with pytest.raises(type(failure)):
        redeem_ticket(TicketsTable(Store(failure), "sockets"), "token", NOW_MS)
