"""The panel of one viewer: which session it shows, the keyboard, what it covers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.live_page import audience_with_ada, order, row
from tests.browser.viewers_double import ViewersDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]


@pytest.fixture
def viewers() -> ViewersDouble:
    return audience_with_ada()


def test_an_open_panel_follows_the_viewer_to_the_next_session_unless_one_was_picked(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    viewers.watched_before("ada", 4, 20.0, 700.0)
    api = serve(viewers)
    page = open_page(api.live_page + "?viewer=ada")
    panel = page.get_by_test_id("viewer-panel")
    expect(panel.get_by_test_id("this-session")).to_contain_text("Harbour lights")
    before = viewers.set("ada", "PAUSED_VIDEO")
    api.push(before)
    expect(panel.get_by_test_id("panel-status")).to_have_text("Paused")
    viewers.history.setdefault("ada", []).insert(0, before)
    after = viewers.add("ada", "WATCHING_VIDEO", title=2)
    api.push(after)
    expect(panel.get_by_test_id("this-session")).to_contain_text("The glass garden")
    expect(panel.get_by_test_id("panel-status")).to_have_text("Playing")
    panel.get_by_role("button", name=re.compile("Small hours")).click()
    left = panel.get_by_test_id("this-session").get_by_test_id("progress-time")
    expect(panel.get_by_test_id("panel-status")).to_contain_text("Left")
    stands = left.inner_text()
    api.push(viewers.set("ada", "BUFFERING_VIDEO"))
    page.wait_for_timeout(1500)
    expect(panel.get_by_test_id("this-session")).to_contain_text("Small hours")
    assert left.inner_text() == stands


def test_the_focus_goes_back_to_the_row_of_the_viewer_that_was_open(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    page = open_page(serve(viewers).live_page + "?viewer=ada")  # opened by its address, not from the list
    expect(row(page, "ada")).to_be_visible()
    expect(page.get_by_role("heading", name="ada")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row(page, "ada").get_by_test_id("viewer-name")).to_be_focused()


def test_arrows_change_the_viewer_in_an_open_panel(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    page = open_page(serve(viewers).live_page)
    expect(row(page, "ada")).to_be_visible()
    second = order(page)[1]
    row(page, "ada").get_by_test_id("viewer-name").click()
    panel = page.get_by_test_id("viewer-panel")
    expect(panel.get_by_role("heading", name="ada")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("heading", name=second)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(panel.get_by_role("heading", name="ada")).to_be_focused()
    page.keyboard.press("ArrowUp")  # there is nobody above
    expect(panel.get_by_role("heading", name="ada")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(row(page, second).get_by_test_id("viewer-name")).to_be_focused()


@pytest.mark.parametrize(("width", "covers"), [(390, True), (1024, True), (1440, False)])
def test_a_panel_that_covers_the_rest_makes_it_inert(
    serve: Serve, open_page: Open, viewers: ViewersDouble, width: int, covers: bool
) -> None:
    page = open_page(serve(viewers).live_page + "?viewer=ada", width=width)
    expect(page.get_by_role("heading", name="ada")).to_be_focused()
    expect(page.locator("main")).to_have_js_property("inert", covers)
    for _ in range(12):
        page.keyboard.press("Tab")
        if covers:
            assert page.evaluate("""() => document.activeElement === document.body
                || document.querySelector('[data-testid=viewer-panel]').contains(document.activeElement)""")
    page.keyboard.press("Escape")
    expect(page.locator("main")).to_have_js_property("inert", False)


def test_forced_colours_keep_bars_dots_and_what_is_pressed(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    page = open_page(serve(viewers).live_page + "?status=WATCHING_VIDEO", forced_colors="active")
    expect(row(page, "ada")).to_be_visible()
    ground = "el => getComputedStyle(el).backgroundColor"
    canvas = page.locator("body").evaluate(ground)
    for mark in (
        page.get_by_test_id("status-bar").locator("i").first,
        page.get_by_test_id("progress-track").first.locator("i"),
        row(page, "ada").get_by_test_id("viewer-status").locator("span").first,
    ):
        assert mark.evaluate(ground) != canvas
    pressed = page.get_by_test_id("count-WATCHING_VIDEO")
    assert pressed.evaluate("el => getComputedStyle(el).outlineStyle") == "solid"
    assert page.get_by_test_id("count-READY").evaluate("el => getComputedStyle(el).outlineStyle") == "none"


def test_the_colour_scheme_has_a_name(serve: Serve, open_page: Open) -> None:
    page = open_page(serve(3).live_page)
    theme = page.get_by_test_id("theme")
    for name in ("Auto", "Light", "Dark"):
        expect(theme).to_have_text(name)
        theme.click()
