"""Finding who watches, over a store that refuses what DynamoDB refuses."""

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from live_viewers.dynamodb.tables.sockets_table import SocketsTable
from live_viewers.scope import ALL, title_scope, viewer_scope
from tests.tables import client_of, create_tables, direct_client_of

EMOJI = "\N{GRINNING FACE}" * 512  # 2,048 bytes: the longest viewer id, and too long for a key with a prefix


@pytest.fixture
def sockets(dynamodb_local: str) -> tuple[SocketsTable, Any, str]:
    """The table, and a client of botocore beside it."""
    table = create_tables(dynamodb_local, f"lookups-{uuid.uuid4().hex[:8]}-")["Sockets"]
    return SocketsTable(direct_client_of(dynamodb_local), table), client_of(dynamodb_local), table


def test_a_viewer_of_512_emoji_is_subscribed_to_and_found_with_the_others(
    sockets: tuple[SocketsTable, Any, str],
) -> None:
    table, client, name = sockets
    with pytest.raises(ClientError, match="ValidationException"):
        client.get_item(TableName=name, Key={"pk": {"S": f"viewer#{EMOJI}"}, "sk": {"S": "connections"}})
    table.connect("page", 0)
    scopes = [ALL, viewer_scope(EMOJI), title_scope("Sintel")]
    assert [table.subscribe("page", scope, 0) for scope in scopes] == [True, True, True]
    asked = [*scopes, viewer_scope("ann"), viewer_scope("x" * 2048), title_scope(EMOJI)]
    assert table.of(asked) == {scope: {"page"} for scope in scopes}


def test_a_key_that_is_refused_all_the_same_is_skipped_alone(sockets: tuple[SocketsTable, Any, str]) -> None:
    table, _, _ = sockets
    table.connect("page", 0)
    table.subscribe("page", ALL, 0)
    refused = [{"pk": {"S": "viewer#" + EMOJI}, "sk": {"S": "connections"}}]
    known = [{"pk": {"S": "ALL"}, "sk": {"S": "connections"}}]
    assert [item["pk"]["S"] for item in table._read(refused + known)] == ["ALL"]


def test_who_leaves_or_has_gone_is_found_no_more(sockets: tuple[SocketsTable, Any, str]) -> None:
    table, _, _ = sockets
    for page in ("left", "gone"):
        table.connect(page, 0)
        assert table.subscribe(page, ALL, 0)
    table.unsubscribe("left", None)
    assert table.of([ALL]) == {ALL: {"gone"}}
    table.drop("gone")
    assert table.of([ALL]) == {}
    assert not table.subscribe("gone", ALL, 0)
    table.unsubscribe("gone", ALL)
