"""The live page while it loads and while the service is frozen: nothing is claimed that isn't known."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.live_page import audience_with_ada, subscribed, watching
from tests.browser.viewers_double import ViewersDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]


@pytest.fixture
def viewers() -> ViewersDouble:
    return audience_with_ada()


def test_a_page_that_still_loads_claims_nothing(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    api = serve(viewers)
    api.held = True
    page = open_page(api.live_page)
    expect(page.get_by_test_id("loading")).to_be_visible()
    for _ in range(4):
        text = page.locator("body").inner_text()
        for claim in ("0 live", "No title is being watched", "Live, every", "up to date", "Nobody"):
            assert claim not in text
        page.wait_for_timeout(250)
    expect(page.get_by_test_id("connection")).to_have_attribute("data-kind", "starting")
    expect(page.get_by_test_id("shown")).to_have_text("–")
    expect(page.get_by_test_id("titles-loading")).to_be_visible()
    api.held = False
    expect(page.get_by_test_id("shown")).to_have_text("31 live")


def test_a_view_with_a_filter_is_read_at_once(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    """Not by the next poll, 2 s later: a second goes by on the page's clock, however long its reads take."""
    page = open_page("about:blank")
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") + 60_000)
    page.goto(serve(viewers).live_page + "?status=WATCHING_VIDEO")
    shown = page.get_by_test_id("shown")
    for _ in range(50):
        if "of 31 live" in shown.inner_text():
            break
        page.clock.run_for(20)
        page.wait_for_timeout(100)
    expect(shown).to_contain_text("of 31 live", timeout=1)


def test_while_the_service_is_frozen_everything_stands_still_and_says_of_when_it_is(
    serve: Serve, open_page: Open
) -> None:
    viewers = ViewersDouble(0)
    for number in range(20):
        viewers.add(f"viewer-{number:02}", "WATCHING_VIDEO", title=0)
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(page.get_by_test_id("watching-now")).to_have_text("20")
    subscribed(page, api)
    api.held = True
    leases_end = time.monotonic() + 9
    for number in range(12):  # their leases end while nothing is heard
        viewers.set(f"viewer-{number:02}", "WATCHING_VIDEO", lease_s=9)
    api.push(*(viewers.sessions[f"viewer-{number:02}"] for number in range(12)))
    connection = page.get_by_test_id("connection")
    expect(connection).to_have_attribute("data-kind", "reconnecting")
    expect(page.get_by_test_id("data-age")).not_to_contain_text("up to date")
    for caption in page.get_by_test_id("as-of").all_inner_texts():
        assert re.fullmatch(r"as of \d\d:\d\d:\d\d", caption)
    expect(page.get_by_test_id("overview")).to_have_attribute("data-still", "true")
    times = page.get_by_test_id("progress-time").all_inner_texts()
    until = max(time.monotonic(), leases_end) + 2.5
    while time.monotonic() < until:
        assert watching(page) == 20
        assert page.get_by_test_id("progress-time").all_inner_texts() == times
        page.wait_for_timeout(500)
    api.held = False  # what is heard again counts at once: twelve of them have left meanwhile
    page.get_by_role("button", name="Try now").or_(page.locator("body")).first.click()
    expect(page.get_by_test_id("watching-now")).to_have_text("8")
    expect(connection).to_have_attribute("data-kind", "live")
    expect(page.get_by_test_id("overview")).to_have_attribute("data-still", "false")
