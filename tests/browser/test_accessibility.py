"""axe-core finds no violation in any state of either page, in light and dark, wide and narrow."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.live_page import subscribed
from tests.browser.viewers_double import ViewersDouble

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]
WIDE = (("light", 1440), ("dark", 1440))
EVERY_LOOK = (*WIDE, ("light", 360), ("dark", 360))
"""Colour scheme and width."""


def violations(page: Page, looks: Iterable[tuple[str, int]] = EVERY_LOOK) -> list[str]:
    """What axe-core finds in the page's state, in each look; the page isn't loaded again for it."""
    page.evaluate(AXE.read_text())
    found = []
    for scheme, width in looks:
        look(page, scheme, width)
        rules: list[dict[str, Any]] = page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)"
        )
        found += [
            f"{scheme} {width} {rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in rules
            for node in rule["nodes"]
        ]
    return found


def look(page: Page, scheme: str, width: int) -> None:
    """Show the page so, and wait until it is drawn."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


@pytest.fixture
def api(serve: Serve) -> ApiDouble:
    viewers = ViewersDouble(40)
    for status in ("WATCHING_VIDEO", "FAILED_VIDEO", "READY", "BUFFERING_VIDEO", "COMPLETED_VIDEO"):
        viewers.add(status.lower(), status)
    viewers.add("ada", "WATCHING_AD")
    return serve(viewers)


@pytest.mark.parametrize(
    "view",
    [
        "",
        "?view=cards&group=title&status=WATCHING_VIDEO",
        "?group=title&feed=1",
        "?viewer=ada",
        "?q=nobody",
        "?d.cdn=west&columns=cdn,country",
    ],
)
def test_the_live_page_with_all_it_can_show(api: ApiDouble, open_page: Open, view: str) -> None:
    page = open_page(api.live_page + view, width=1440)
    expect(page.get_by_test_id("message-count")).to_be_visible()
    expect(page.get_by_test_id("shown")).to_contain_text("46 live" if view in ("", "?viewer=ada") else "live")
    if "feed" in view:
        subscribed(page, api)
        api.push(api.viewers.set("ada", "PAUSED_VIDEO"), api.viewers.set("ready", "WATCHING_VIDEO"))
        expect(page.get_by_test_id("feed-entry").first).to_be_visible()
    if "columns=" in view:
        page.get_by_test_id("more-filters").click()
    for shown in EVERY_LOOK:
        look(page, *shown)
        if "columns=" in view:
            expect(page.get_by_test_id("more-filters")).to_have_attribute("aria-expanded", "true")
        if "viewer=" in view:
            folded = page.get_by_test_id("viewer-panel").locator("details:not([open]) > summary")
            folded.evaluate_all("summaries => summaries.forEach(summary => summary.click())")
            expect(page.get_by_test_id("viewer-panel").locator("details[open]").first).to_be_visible()
            expect(folded).to_have_count(0)
        assert violations(page, [shown]) == []


@pytest.mark.parametrize(
    "view",
    [
        "",
        "&by=cdn&d.cdn=west&compare=day",
        "&by=status&range=month&metric=failed&ads=break&viewer=ada",
    ],
)
def test_the_audience_with_all_it_can_show(api: ApiDouble, open_page: Open, view: str) -> None:
    api.audience.open_incident()
    api.audience.open_incident("country", "DE", acknowledged=True)
    api.audience.data_late = api.audience.partial = True
    page = open_page(f"{api.live_page}?show=audience{view}", width=1440)
    expect(page.get_by_test_id("breakdown-row").first).to_be_visible()
    expect(page.get_by_test_id("ad-row").first).to_be_visible()
    expect(page.get_by_test_id("series-chart").locator("canvas")).to_be_visible()
    page.get_by_test_id("incident").first.locator("summary").click(force="viewer=" in view)
    assert violations(page) == []


def test_the_audience_empty_loading_refused_and_away(serve: Serve, open_page: Open) -> None:
    empty = serve(0)
    empty.audience.ad_views = 0
    page = open_page(f"{empty.live_page}?show=audience", width=1440)
    expect(page.get_by_text("Nobody has been seen in these minutes.")).to_be_visible()
    assert violations(page, WIDE) == []

    slow = serve(3)
    slow.held = True
    page = open_page(f"{slow.live_page}?show=audience", width=1440)
    expect(page.get_by_test_id("breakdown-loading")).to_be_visible()
    assert violations(page, WIDE) == []

    page = open_page(f"{serve(3).live_page}?show=audience&by=nonsense", expect_errors=True, width=1440)
    expect(page.get_by_test_id("card-failure")).to_be_visible()
    assert violations(page, WIDE) == []

    away = serve(3)
    page = open_page(f"{away.live_page}?show=audience", expect_errors=True, width=1440)
    expect(page.get_by_test_id("breakdown-row").first).to_be_visible()
    away.away = away.push_blocked = True
    away.cut_sockets()
    expect(page.get_by_test_id("away")).to_be_visible()
    assert violations(page, WIDE) == []


def test_the_live_page_empty_loading_away_and_broken(serve: Serve, open_page: Open) -> None:
    empty = serve(0)
    page = open_page(empty.live_page, width=1440)
    expect(page.get_by_role("heading", name="Nobody is watching right now")).to_be_visible()
    assert violations(page, WIDE) == []

    slow = serve(3)
    slow.held = True
    page = open_page(slow.live_page, width=1440)
    expect(page.get_by_test_id("loading")).to_be_visible()
    assert violations(page, WIDE) == []

    away = serve(3)
    away.away = True
    page = open_page(away.live_page, expect_errors=True, width=1440)
    expect(page.get_by_test_id("away")).to_be_visible()
    assert violations(page, WIDE) == []

    page.route("**/config.json", lambda route: route.fulfill(json={}))
    page.goto(empty.live_page)
    expect(page.get_by_test_id("broken")).to_be_visible()
    assert violations(page, WIDE) == []


def test_the_live_page_signed_out(serve: Serve, open_page: Open) -> None:
    page = open_page(serve(3, needs_sign_in=True).live_page, width=1440)
    expect(page.get_by_test_id("signed-out")).to_be_visible()
    assert violations(page, WIDE) == []


@pytest.mark.parametrize("shown", EVERY_LOOK)
def test_the_video_page_idle_playing_and_in_an_ad(api: ApiDouble, open_page: Open, shown: tuple[str, int]) -> None:
    """What it says of a stall is gone soon: the page is loaded for each look."""
    page = open_page(api.video_page)
    look(page, *shown)
    expect(page.get_by_test_id("event").first).to_be_visible()
    assert violations(page, [shown]) == []
    page.get_by_test_id("play").click()
    page.get_by_test_id("event").first.get_by_role("button").click()
    page.get_by_test_id("stall").click()
    expect(page.get_by_test_id("player-note")).to_be_visible()
    assert violations(page, [shown]) == []
    expect(page.get_by_test_id("player-note")).to_have_count(0)
    page.get_by_test_id("seek").fill("31")
    expect(page.get_by_test_id("ad")).to_be_visible()
    page.get_by_test_id("pause").click()  # the ad, so that it stays
    assert violations(page, [shown]) == []
