"""axe-core finds no violation in any state of either page, in light and dark, wide and narrow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.viewers_double import ViewersDouble

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]
LOOKS = [
    pytest.param({"color_scheme": "light", "width": 1440}, id="light-wide"),
    pytest.param({"color_scheme": "dark", "width": 1440}, id="dark-wide"),
    pytest.param({"color_scheme": "light", "width": 360}, id="light-narrow"),
    pytest.param({"color_scheme": "dark", "width": 360}, id="dark-narrow"),
]


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)"
    )
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.fixture
def api(serve: Serve) -> ApiDouble:
    viewers = ViewersDouble(40)
    for status in ("WATCHING_VIDEO", "FAILED_VIDEO", "READY", "BUFFERING_VIDEO", "COMPLETED_VIDEO"):
        viewers.add(status.lower(), status)
    viewers.add("ada", "WATCHING_AD")
    return serve(viewers)


@pytest.mark.parametrize("look", LOOKS)
def test_the_live_page_with_all_it_can_show(api: ApiDouble, open_page: Open, look: dict[str, Any]) -> None:
    for view in (
        "",
        "?view=cards&group=title&status=WATCHING_VIDEO",
        "?group=title&feed=1",
        "?viewer=ada",
        "?q=nobody",
        "?d.cdn=west&columns=cdn,country",
    ):
        page = open_page(api.live_page + view, **look)
        expect(page.get_by_test_id("message-count")).to_be_visible()
        expect(page.get_by_test_id("shown")).to_contain_text("46 live" if view in ("", "?viewer=ada") else "live")
        if "feed" in view:
            api.push(api.viewers.set("ada", "PAUSED_VIDEO"), api.viewers.set("ready", "WATCHING_VIDEO"))
            expect(page.get_by_test_id("feed-entry").first).to_be_visible()
        if "columns=" in view:
            page.get_by_test_id("more-filters").click()
        if "viewer=" in view:
            for each in page.get_by_test_id("viewer-panel").locator("summary").all():
                each.click()
        assert violations(page) == [], view


@pytest.mark.parametrize("look", LOOKS)
def test_the_audience_with_all_it_can_show(api: ApiDouble, open_page: Open, look: dict[str, Any]) -> None:
    api.audience.open_incident()
    api.audience.open_incident("country", "DE", acknowledged=True)
    api.audience.data_late = api.audience.partial = True
    for view in (
        "",
        "&by=cdn&d.cdn=west&compare=day",
        "&by=status&range=month&metric=failed&ads=break&viewer=ada",
    ):
        page = open_page(f"{api.live_page}?show=audience{view}", **look)
        expect(page.get_by_test_id("breakdown-row").first).to_be_visible()
        expect(page.get_by_test_id("ad-row").first).to_be_visible()
        expect(page.get_by_test_id("series-chart").locator("canvas")).to_be_visible()
        page.get_by_test_id("incident").first.locator("summary").click(force="viewer=" in view)
        assert violations(page) == [], view


@pytest.mark.parametrize("look", LOOKS[:2])
def test_the_audience_empty_loading_refused_and_away(serve: Serve, open_page: Open, look: dict[str, Any]) -> None:
    empty = serve(0)
    empty.audience.ad_views = 0
    page = open_page(f"{empty.live_page}?show=audience", **look)
    expect(page.get_by_text("Nobody has been seen in these minutes.")).to_be_visible()
    assert violations(page) == []

    slow = serve(3)
    slow.slow_s = 8.0
    page = open_page(f"{slow.live_page}?show=audience", **look)
    expect(page.get_by_test_id("breakdown-loading")).to_be_visible()
    assert violations(page) == []

    page = open_page(f"{serve(3).live_page}?show=audience&by=nonsense", expect_errors=True, **look)
    expect(page.get_by_test_id("card-failure")).to_be_visible()
    assert violations(page) == []

    away = serve(3)
    page = open_page(f"{away.live_page}?show=audience", expect_errors=True, **look)
    expect(page.get_by_test_id("breakdown-row").first).to_be_visible()
    away.away = away.push_blocked = True
    away.cut_sockets()
    expect(page.get_by_test_id("away")).to_be_visible(timeout=15_000)
    assert violations(page) == []


@pytest.mark.parametrize("look", LOOKS[:2])
def test_the_live_page_empty_loading_away_and_broken(serve: Serve, open_page: Open, look: dict[str, Any]) -> None:
    empty = serve(0)
    page = open_page(empty.live_page, **look)
    expect(page.get_by_role("heading", name="Nobody is watching right now")).to_be_visible()
    assert violations(page) == []

    slow = serve(3)
    slow.slow_s = 8.0
    page = open_page(slow.live_page, **look)
    expect(page.get_by_test_id("loading")).to_be_visible()
    assert violations(page) == []

    away = serve(3)
    away.away = True
    page = open_page(away.live_page, expect_errors=True, **look)
    expect(page.get_by_test_id("away")).to_be_visible()
    assert violations(page) == []

    page.route("**/config.json", lambda route: route.fulfill(json={}))
    page.goto(empty.live_page)
    expect(page.get_by_test_id("broken")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("look", LOOKS[:2])
def test_the_live_page_signed_out(serve: Serve, open_page: Open, look: dict[str, Any]) -> None:
    page = open_page(serve(3, needs_sign_in=True).live_page, **look)
    expect(page.get_by_test_id("signed-out")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_video_page_idle_playing_and_in_an_ad(api: ApiDouble, open_page: Open, look: dict[str, Any]) -> None:
    page = open_page(api.video_page, **look)
    expect(page.get_by_test_id("event").first).to_be_visible()
    assert violations(page) == []
    page.get_by_test_id("play").click()
    page.get_by_test_id("event").first.get_by_role("button").click()
    page.get_by_test_id("stall").click()
    expect(page.get_by_test_id("player-note")).to_be_visible()
    assert violations(page) == []
    expect(page.get_by_test_id("player-note")).to_have_count(0)
    page.get_by_test_id("seek").fill("31")
    expect(page.get_by_test_id("ad")).to_be_visible()
    page.get_by_test_id("pause").click()  # the ad, so that it stays
    assert violations(page) == []
