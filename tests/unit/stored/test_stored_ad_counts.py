"""What earlier releases counted of ads by hour is read as it was meant."""

import json
from typing import Any

import pytest

from live_viewers.ads.ad_counting import By
from live_viewers.ads.ad_report import AdReport
from live_viewers.dynamodb.tables import ads_table
from live_viewers.dynamodb.tables.ads_table import AdCountsTable
from tests.stored.checking import check_readers
from tests.stored.make_ad_counts import NEWEST, ad_count_lines, path_of
from tests.unit.stored.test_stored_formats import _Queried, item_of

WRITTEN = [1]
LINES = [json.loads(line) for version in WRITTEN for line in path_of(version).read_text().splitlines()]


def report_of(item: dict[str, Any], by: By, hour: int, title: str | None = None) -> AdReport:
    return AdCountsTable(_Queried(item), "audience", shards=1, threads=1).report(by, hour, hour + 1, title)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["item"]["sk"]["S"])
def test_counts_by_hour_are_read_as_they_were_meant(line: dict[str, Any]) -> None:
    says = line["says"]
    (row,) = report_of(item_of(line), says["by"], says["hour"]).rows
    assert row.names._asdict() == {name: says[name] for name in ("id", "name", "creative_id")}
    assert row.counts == says["counts"]
    assert row.is_none == (says["subject"] == "-")
    assert report_of(item_of(line), says["by"], says["hour"] - 1).rows == []
    assert report_of(item_of(line), says["by"], says["hour"] + 1).rows == []


def test_an_ad_s_counts_are_those_of_its_creative_too() -> None:
    (row,) = report_of(item_of(LINES[0]), "creative", LINES[0]["says"]["hour"]).rows
    assert (row.names.id, row.is_none) == ("creative-1", False)
    (row,) = report_of(item_of(LINES[1]), "creative", LINES[1]["says"]["hour"]).rows
    assert row.is_none


def test_a_name_that_this_release_lacks_is_passed_over_and_another_format_left_out() -> None:
    item, says = item_of(LINES[0]), LINES[0]["says"]
    (row,) = report_of(item | {"zz": {"N": "7"}}, says["by"], says["hour"]).rows
    assert row.counts == says["counts"]
    assert report_of(item | {"f": {"N": str(NEWEST + 1)}}, says["by"], says["hour"]).rows == []


def test_every_version_that_a_release_wrote_has_a_reader() -> None:
    check_readers(WRITTEN, ads_table.READERS, "counts of ads by hour")


def test_this_release_writes_the_newest_version_as_its_golden_bytes_have_it() -> None:
    """A counter's letter, a key or an attribute that changes takes a version and a file of its own."""
    assert max(WRITTEN) == NEWEST
    assert list(ad_count_lines()) == [json.loads(line) for line in path_of(NEWEST).read_text().splitlines()]
