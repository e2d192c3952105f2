"""What earlier releases stored is read as it was meant (tests/stored): each version, each kind of item.

A field put into the middle of a packed struct, two ranks of EventKind swapped, or a reader taken away fails here.
"""

import atexit
import base64
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from live_viewers.api.cursors import read_cursor
from live_viewers.api.viewers import SessionPosition
from live_viewers.dynamodb import ad_items, items
from live_viewers.dynamodb.tables import incident_items
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.dynamodb.tables.history_table import HistoryTable
from live_viewers.dynamodb.tables.profiles_table import profile_from_item
from live_viewers.intake.rejected import read_rejected
from live_viewers.profile.sources import LivePosition, TimelinePosition
from live_viewers.scope import Scope, title_or_all
from live_viewers.session import session_codec
from tests.stored.descriptions import describe_ads, describe_hour, describe_row, describe_session, describe_title
from tests.stored.make import write

FOLDER = Path(__file__).parents[2] / "stored"
SEALED = sorted(path.name for path in FOLDER.glob("version_*"))
OPEN = f"version_{session_codec.NEWEST_VERSION}"
VERSIONS = [*SEALED, *([] if OPEN in SEALED else [OPEN])]
POSITIONS = {kind.__name__: kind for kind in (LivePosition, TimelinePosition, SessionPosition)}


@cache
def folder_of(version: str) -> Path:
    """A sealed version's, or one that is made anew: `make seal` writes it so."""
    if version in SEALED:
        return FOLDER / version
    folder = Path(tempfile.mkdtemp(prefix="stored-")) / version
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    write(folder)
    return folder


def lines(version: str, file: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (folder_of(version) / f"{file}.jsonl").read_text().splitlines()]
    assert found
    return found


def number_of(version: str) -> int:
    return int(version.removeprefix("version_"))


SINCE_2 = [version for version in VERSIONS if number_of(version) > 1]


def item_of(line: dict[str, Any]) -> items.Item:
    return {name: _value(value) for name, value in line["item"].items()}


def _value(value: dict[str, Any]) -> dict[str, Any]:
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: base64.b64decode(content)}
    if kind == "BS":
        return {kind: [base64.b64decode(each) for each in content]}
    return {kind: {name: _value(each) for name, each in content.items()}} if kind == "M" else value


@pytest.mark.parametrize("version", VERSIONS)
def test_sessions_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "sessions"):
        says = {
            name: meaning for name, meaning in line["says"].items() if name != "ads"
        }  # in items of their own now
        assert describe_session(items.session_of(item_of(line)), number_of(version)) == says


@pytest.mark.parametrize("version", VERSIONS)
def test_timeline_rows_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "timeline_rows"):
        assert describe_row(items.timeline_row_of(item_of(line))) == line["says"]


@pytest.mark.parametrize("version", SINCE_2)
def test_title_rows_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "title_rows"):
        (title,) = items.seen_titles([item_of(line)])
        assert describe_title(title) == line["says"]


@pytest.mark.parametrize("version", SINCE_2)
def test_ad_items_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "ad_items"):
        (item,) = ad_items.ad_items_of([item_of(line)])
        assert describe_ads(item) == line["says"]


@pytest.mark.parametrize("version", SINCE_2)
def test_history_is_read_as_it_was_meant(version: str) -> None:
    watched, *hours = lines(version, "history_items")
    says = watched["says"]
    table = HistoryTable(_Queried(item_of(watched)), "audience")
    assert table.watching([says["group"]], 0, 10**8) == {says["group"]: {says["minute"]: says["by_id"]}}
    for line in hours:
        table = HistoryTable(_Queried(item_of(line)), "audience")
        (hour,) = table.hours(title_or_all("sintel"), 0, 10**8).values()
        assert describe_hour(hour) == line["says"]


@pytest.mark.parametrize("version", SINCE_2)
def test_incidents_are_read_as_they_were_meant(version: str) -> None:
    for line in lines(version, "incidents"):
        assert msgspec.to_builtins(incident_items.read_incident(item_of(line))) == line["says"]


class _Queried:
    """A client whose every query finds one item."""

    def __init__(self, item: dict[str, Any]) -> None:
        self._item = item

    def query(self, **_: Any) -> dict[str, Any]:
        return {"Items": [self._item]}


def test_what_is_sealed_is_never_written_again() -> None:
    with pytest.raises(FileExistsError):
        write(FOLDER / SEALED[0])


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
