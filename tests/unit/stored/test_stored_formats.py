"""What earlier releases stored is read as it was meant (tests/stored): each version, each kind of item.

A field put into the middle of a packed struct, two ranks of EventKind swapped, or a reader taken away fails here.
"""

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from live_viewers.api.cursors import read_cursor
from live_viewers.api.viewers import SessionPosition
from live_viewers.dynamodb import items
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.dynamodb.tables.profiles_table import profile_from_item
from live_viewers.intake.rejected import read_rejected
from live_viewers.profile.sources import LivePosition, TimelinePosition
from live_viewers.scope import Scope, title_or_all
from tests.stored.descriptions import describe_row, describe_session

FOLDER = Path(__file__).parents[2] / "stored"
VERSIONS = sorted(path.name for path in FOLDER.glob("version_*"))
POSITIONS = {kind.__name__: kind for kind in (LivePosition, TimelinePosition, SessionPosition)}


def lines(version: str, file: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (FOLDER / version / f"{file}.jsonl").read_text().splitlines()]
    assert found
    return found


def item_of(line: dict[str, Any]) -> items.Item:
    return {
        name: {"B": base64.b64decode(value["B"])} if "B" in value else value
        for name, value in line["item"].items()
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_sessions_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "sessions"):
        assert describe_session(items.session_of(item_of(line))) == line["says"]


@pytest.mark.parametrize("version", VERSIONS)
def test_timeline_rows_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "timeline_rows"):
        assert describe_row(items.timeline_row_of(item_of(line))) == line["says"]


@pytest.mark.parametrize("version", VERSIONS)
def test_profile_items_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "profile_items"):
        assert msgspec.to_builtins(profile_from_item(item_of(line))) == line["says"]


class _Stored:
    """A client of a table that holds one item."""

    def __init__(self, item: items.Item) -> None:
        self._item = item

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        ((table, _),) = RequestItems.items()
        return {"Responses": {table: [self._item]}}


@pytest.mark.parametrize("version", VERSIONS)
def test_audience_items_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "audience_items"):
        says = line["says"]
        table = AudienceTable(_Stored(item_of(line)), "audience", shards=1)
        scope = Scope.from_key(says["scope"]) if "scope" in says else title_or_all(says["media_id"])
        (read,) = table.blocks(scope, [says["block"]])
        assert (read.block, read.scope, read.title) == (says["block"], scope, says["title"])
        assert sorted([minute, counter, count] for (minute, counter), count in read.counts.items()) == sorted(
            says["counts"]
        )


@pytest.mark.parametrize("version", VERSIONS)
def test_rejected_objects_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "rejected_objects"):
        assert [msgspec.to_builtins(record) for record in read_rejected(line["body"].encode())] == line["says"]


@pytest.mark.parametrize("version", VERSIONS)
def test_cursors_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "cursors"):
        position = read_cursor(line["cursor"], POSITIONS[line["list"]], *line["filters"])
        assert position is not None
        assert msgspec.structs.asdict(position) == line["says"]
