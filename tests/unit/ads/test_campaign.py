"""A whole campaign, from each wire format to the rows of its report: the figures are counted by hand."""

from random import Random

import pytest

from live_viewers.ads.ad_counting import By, count_ads
from live_viewers.ads.ad_report import AdHourCounts, rows_of
from live_viewers.ads.ad_report_view import AdReportView, ad_report_view
from live_viewers.ads.viewer_ads_view import viewer_ads_view
from live_viewers.events.media_event import MediaEvent
from live_viewers.time_units import HOUR_MS
from live_viewers.wire import DecodeSettings, decode
from tests import campaign
from tests.ads import ads_of
from tests.snowbridge_script import enriched_json, snowbridge_script
from tests.unit.ads.test_ad_counting import AdCounts, Items

FIRST_HOUR = campaign.START_MS // HOUR_MS


def in_format(name: str) -> list[bytes]:
    lines = campaign.lines()
    if name == "enriched JSON":
        return [enriched_json(line).encode() for line in lines]
    if name == "viewer JSON":
        with snowbridge_script() as script:
            return [script.viewer_json(line) for line in lines]
    return lines


@pytest.fixture(scope="module", params=["enriched TSV", "enriched JSON", "viewer JSON"])
def events(request: pytest.FixtureRequest) -> list[MediaEvent]:
    decoded = [decode(record, DecodeSettings()) for record in in_format(request.param)]
    assert None not in decoded
    return [event for event in decoded if event is not None]


@pytest.fixture(scope="module", params=[1, 2, 3])
def counts(request: pytest.FixtureRequest, events: list[MediaEvent]) -> AdCounts:
    """In any order, in batches of any size, some events twice, each batch of changes delivered twice."""
    random = Random(request.param)
    order = [*events, *random.sample(events, len(events) // 4)]
    random.shuffle(order)
    items, counts = Items(), AdCounts()
    while order:
        size = random.randint(1, 60)
        batch, order = order[:size], order[size:]
        items.changes = []
        items.write(batch)
        for _ in range(2):
            count_ads(items.changes, "shard", counts, 0)
    return counts


def report(counts: AdCounts, by: By) -> AdReportView:
    kept = "break" if by == "break" else "ad"
    hours = range(FIRST_HOUR, FIRST_HOUR + campaign.HOURS)
    items = [
        AdHourCounts(scope.subject, counts.names[scope], dict(counted))
        for scope, counted in counts.counts.items()
        if scope.by == kept and scope.hour in hours and scope.media_id == campaign.TITLE
    ]
    return ad_report_view(by, hours[0], hours[-1] + 1, rows_of(by, items, is_complete=True))


def figures(report: AdReportView, name: str) -> dict[str | None, tuple[int, ...]]:
    return {
        getattr(row, name): (
            row.views,
            row.reached_25,
            row.reached_50,
            row.reached_75,
            row.completed,
            row.clicks,
            row.skips,
        )
        for row in report.rows
    }


def test_the_campaign_is_as_large_as_it_says(events: list[MediaEvent]) -> None:
    assert len(events) == 600
    assert len({event.session_id for event in events}) == 11
    assert len({event.viewer_id for event in events}) == campaign.VIEWERS


def test_its_figures_by_ad_and_by_creative_are_right(counts: AdCounts) -> None:
    assert figures(report(counts, "ad"), "ad_id") == campaign.BY_AD
    assert figures(report(counts, "creative"), "creative_id") == campaign.BY_CREATIVE


def test_its_breaks_are_right_those_without_an_ad_too(counts: AdCounts) -> None:
    rows = {row.break_id: row for row in report(counts, "break").rows}
    for break_id in campaign.SHARED_BREAKS:
        row = rows.pop(break_id)
        assert (row.views, row.breaks, row.empty_breaks) == (campaign.VIEWS_OF_A_SHARED_BREAK, 6, 0)
    empty = rows.pop(campaign.EMPTY_BREAK)
    assert (empty.views, empty.breaks, empty.empty_breaks) == (0, campaign.EMPTY_BREAKS, campaign.EMPTY_BREAKS)
    assert [(row.views, row.breaks) for row in rows.values()] == [(2, 1)] * campaign.BREAKS_OF_THEIR_OWN


def test_how_often_each_viewer_saw_it_is_right(events: list[MediaEvent]) -> None:
    for viewer, views in campaign.VIEWS_OF_A_VIEWER.items():
        view = viewer_ads_view(viewer, ads_of(event for event in events if event.viewer_id == viewer))
        assert [(each.creative_id, each.views) for each in view.creatives] == [("spot-30", views)]
