"""What the API tells of ads: rows, CSV, and a viewer's own."""

import csv
from io import StringIO

import msgspec
import pytest

from live_viewers.ads.ad_counting import AdNames
from live_viewers.ads.ad_report import MOST_ROWS, AdHourCounts, rows_of
from live_viewers.ads.ad_report_view import AdReportView, AdRowView, ad_report_view, as_csv
from live_viewers.ads.ad_tokens import STARTED, Known, Shown
from live_viewers.ads.ad_view import AdItem, AdsOfViewer
from live_viewers.ads.viewer_ads_view import MOST_ADS_OF_CREATIVE, VIEWS_SHOWN, viewer_ads_view


def hour_of(subject: str, views: int, name: str = "", **counts: int) -> AdHourCounts:
    return AdHourCounts(subject, AdNames(subject, name), {"v": views, **counts})


def test_hours_titles_and_shards_are_summed_and_most_views_come_first() -> None:
    report = rows_of(
        "ad", [hour_of("a", 2, "An ad", d=1), hour_of("b", 5), hour_of("a", 4, d=2)], is_complete=True
    )
    view = ad_report_view("ad", 0, 1, report)
    assert [(row.ad_id, row.name, row.views, row.completed) for row in view.rows] == [
        ("a", "An ad", 6, 3),
        ("b", None, 5, 0),
    ]
    assert not view.partial
    assert view.rows[0].breaks is None


def test_what_moved_away_is_no_row_but_a_break_without_an_ad_is() -> None:
    report = rows_of("break", [hour_of("gone", 0), hour_of("empty", 0, r=3, e=3)], is_complete=True)
    (row,) = ad_report_view("break", 0, 1, report).rows
    assert (row.break_id, row.views, row.breaks, row.empty_breaks) == ("empty", 0, 3, 3)


@pytest.mark.parametrize("by", ["creative", "break"])
def test_ads_without_a_creative_or_a_break_have_a_row_without_an_id(by: str) -> None:
    (row,) = ad_report_view(
        by, 0, 1, rows_of(by, [AdHourCounts("-.-" if by != "break" else "-", AdNames(), {"v": 1})], True)
    ).rows
    assert (row.ad_id, row.creative_id, row.break_id, row.views) == (None, None, None, 1)


@pytest.mark.parametrize(
    ("count", "complete", "partial"), [(200, True, False), (201, True, True), (1, False, True)]
)
def test_at_most_200_rows_are_told(count: int, complete: bool, partial: bool) -> None:
    report = rows_of("ad", [hour_of(f"ad-{n}", n + 1) for n in range(count)], complete)
    assert (len(report.rows), report.partial) == (min(count, MOST_ROWS), partial)
    assert report.rows[0].counts["v"] == count


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=A1&"x"', 'a "quoted", one'])
def test_no_cell_of_the_csv_begins_as_a_formula(name: str) -> None:
    report = rows_of("ad", [AdHourCounts("x", AdNames(name, name, name), {"v": 1})], is_complete=True)
    text = as_csv(ad_report_view("ad", 0, 1, report))
    header, row = csv.reader(StringIO(text, newline=""))
    assert header == list(AdRowView.__struct_fields__)
    for cell in row[:3]:
        assert cell.removeprefix("'") == name
        assert cell[0] not in "=+-@\t\r"
    assert row[4] == "1"


def item(session_id: str, hour: int, *ads: Shown) -> AdItem:
    tokens = {ad.id: (STARTED, hour, ad.text()) for ad in ads}
    return AdItem("ann", session_id, None, {subject: Known(*each) for subject, each in tokens.items()})


def test_a_viewers_creatives_tell_how_often_and_when_last() -> None:
    spot = [Shown(f"ad-{n}", creative_id="spot") for n in range(2)]
    ads = AdsOfViewer([item("s1", 10, spot[0], Shown("plain")), item("s2", 12, *spot), item("s3", 13, spot[1])])
    view = viewer_ads_view("ann", ads)
    assert [(one.creative_id, one.ad_ids, one.views, one.last_seen_at) for one in view.creatives] == [
        ("spot", ["ad-1", "ad-0"], 4, "1970-01-01T13:00:00.000Z"),
        (None, ["plain"], 1, "1970-01-01T10:00:00.000Z"),
    ]
    assert [one.media_session_id for one in view.views] == ["s3", "s2", "s2", "s1", "s1"]
    assert not view.partial
    since = viewer_ads_view("ann", ads, from_hour=13)
    assert [(one.creative_id, one.views) for one in since.creatives] == [("spot", 1)]


def test_bounds_of_a_viewers_ads_are_told() -> None:
    many = [Shown(f"ad-{n}", creative_id="spot") for n in range(MOST_ADS_OF_CREATIVE + 1)]
    view = viewer_ads_view("ann", AdsOfViewer([item("s1", 1, *many)]))
    assert len(view.creatives[0].ad_ids) == MOST_ADS_OF_CREATIVE
    assert view.partial
    assert viewer_ads_view("ann", AdsOfViewer([item("s1", 1)], all_read=False)).partial
    plain = [Shown(f"ad-{n}") for n in range(VIEWS_SHOWN + 1)]
    view = viewer_ads_view("ann", AdsOfViewer([item("s1", 1, *plain)]))
    assert (len(view.views), len(view.creatives), view.partial) == (VIEWS_SHOWN, VIEWS_SHOWN + 1, False)


def test_the_report_is_named_from_and_to() -> None:
    names = [field.encode_name for field in msgspec.structs.fields(AdReportView)]
    assert names == ["from", "to", "by", "partial", "rows"]
