"""Pages of incidents where there are none: DynamoDB refuses a batch read without keys."""

from typing import Any

import pytest

from live_viewers.dynamodb.tables.incident_reads import IncidentReads


class Empty:
    """A table without an item."""

    def query(self, **_: Any) -> dict[str, Any]:
        return {"Items": []}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        assert all(asked["Keys"] for asked in RequestItems.values())
        return {"Responses": {}}


@pytest.mark.parametrize("state", [None, "open", "resolved"])
@pytest.mark.parametrize("before", [None, "29000000-0123456789ab"])
def test_a_stage_without_incidents_has_an_empty_page(state: Any, before: str | None) -> None:
    page = IncidentReads(Empty(), "audience").page(state, before, 20)
    assert (list(page.incidents), page.then) == ([], None)
