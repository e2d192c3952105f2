"""Finding who watches: an id that can't be looked up costs nobody else anything."""

from typing import Any

import pytest

from live_viewers.dynamodb.tables.sockets_table import SocketsTable
from live_viewers.dynamodb.transport import ErrorAnswer
from live_viewers.scope import ALL, Scope, title_scope, viewer_scope

LONGEST_KEY_BYTES = 2048  # DynamoDB, of a partition key


class Store:
    """Batch reads as DynamoDB answers them: one key that it can't take, and the whole call is refused."""

    def __init__(self, refused: tuple[str, ...] = ()) -> None:
        self.refused = refused
        self.watched = {key: {f"page of {key[:20]}"} for key in ("ALL", "viewer#ann", "title#Sintel")}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        keys = [key["pk"]["S"] for key in RequestItems["sockets"]["Keys"]]
        if any(len(key.encode()) > LONGEST_KEY_BYTES or key in self.refused for key in keys):
            raise ErrorAnswer("ValidationException", 400, {})
        found = [{"pk": {"S": key}, "c": {"SS": sorted(self.watched[key])}} for key in keys if key in self.watched]
        return {"Responses": {"sockets": found}}


def found(scopes: list[Scope], refused: tuple[str, ...] = ()) -> set[Scope]:
    return set(SocketsTable(Store(refused), "sockets").of(scopes))


@pytest.mark.parametrize("viewer_id", ["\N{GRINNING FACE}" * 512, "x" * 2048, "é" * 1024, "\x00" * 513])
def test_the_longest_ids_are_looked_up_with_the_others(viewer_id: str) -> None:
    """512 emoji are 2,048 bytes: with its prefix such an id is longer than a key may be."""
    scopes = [ALL, viewer_scope("ann"), viewer_scope(viewer_id), title_scope("\N{GRINNING FACE}" * 512)]
    assert found(scopes) == {ALL, viewer_scope("ann")}


def test_a_key_that_the_store_refuses_is_skipped_alone() -> None:
    scopes = [ALL, *(viewer_scope(f"viewer-{n}") for n in range(250)), viewer_scope("ann"), title_scope("Sintel")]
    refused = ("viewer#viewer-7", "viewer#viewer-200")
    assert found(scopes, refused) == {ALL, viewer_scope("ann"), title_scope("Sintel")}


def test_a_store_that_is_away_is_no_refusal() -> None:
    class Away(Store):
        def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
            raise ErrorAnswer("ProvisionedThroughputExceededException", 400, {})

    with pytest.raises(ErrorAnswer):
        SocketsTable(Away(), "sockets").of([ALL])
