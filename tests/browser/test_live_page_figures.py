"""Figures that agree with each other, and who has trouble."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.live_page import audience_with_ada, expect_order, grade, row, subscribed, watching
from tests.browser.viewers_double import ViewersDouble, now_ms, rfc3339

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]


@pytest.fixture
def viewers() -> ViewersDouble:
    return audience_with_ada()


def test_a_viewer_who_buffers_is_said_to_for_so_long(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    session = viewers.set("ada", "BUFFERING_VIDEO")
    session["buffering_since"] = rfc3339(now_ms() - 72_000)
    page = open_page(serve(viewers).live_page + "?sort=stalled", width=1920)
    waiting = row(page, "ada").get_by_test_id("buffering-for")
    expect(waiting).to_have_text(re.compile(r"^for 1 min [1-5]\d s$"))
    expect(waiting).to_have_attribute("title", re.compile(r"^since \d\d:\d\d:\d\d$"))
    expect_order(page, ["ada"], top=1)  # who has waited longest comes first, who doesn't wait last


def test_the_chart_names_what_it_counts_its_peak_and_what_is_live_now(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    made = viewers.audience

    def with_a_gap(media_id: str | None) -> dict[str, Any]:
        audience = made(media_id)
        for at, each in enumerate(audience["minutes"]):
            each["sessions"] = 0 if at in (20, 21) else 777 if at == 40 else 1 if at == 59 else 300
        return audience

    viewers.audience = with_a_gap  # type: ignore[method-assign]
    page = open_page(serve(viewers).live_page)
    chart = page.get_by_test_id("hour-chart").get_by_role("img")
    expect(chart).to_have_accessible_name(
        re.compile(r"between 300 and 777, the most at \d\d:\d\d, 300 in the newest")
    )
    expect(chart).to_have_accessible_name(re.compile(r"No figure for 2 minutes\. 31 live now\."))
    expect(page.get_by_role("heading", name="Sessions seen a minute, last hour")).to_be_visible()


def test_the_last_time_on_the_chart_is_not_cut_off(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    """Nothing is drawn at the right edge of the canvas, where half of a label would be."""
    page = open_page(serve(viewers).live_page)
    canvas = page.get_by_test_id("hour-chart").locator("canvas")
    expect(canvas).to_be_visible()
    page.wait_for_timeout(300)
    drawn = canvas.evaluate("""canvas => {
        const { width, height } = canvas
        const pixels = canvas.getContext('2d').getImageData(width - 2, height * 0.85, 2, height * 0.15).data
        return pixels.some((value, at) => at % 4 === 3 && value > 0)
    }""")
    assert drawn is False


def test_the_figures_of_one_screen_agree_whatever_comes_in(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(60)
    api = serve(viewers)
    page = open_page(api.live_page + "?group=title")
    expect(page.get_by_test_id("shown")).to_have_text("60 live")
    streaming = api.stream(30, 6)
    for _ in range(20):
        figures = page.evaluate("""() => ({
            watching: document.querySelector('[data-testid=watching-now]').textContent,
            titles: [...document.querySelectorAll('[data-testid=top-title-count]')].map(each => each.textContent),
            playing: ['WATCHING_VIDEO', 'WATCHING_AD', 'BUFFERING_VIDEO'].map(status =>
                document.querySelector(`[data-testid=count-${status}]`).lastElementChild.textContent),
        })""")
        assert sum(map(int, figures["playing"])) == int(figures["watching"])
        assert len(figures["titles"]) < 6 or sum(map(int, figures["titles"])) <= int(figures["watching"])
        if len(figures["titles"]) < 6:
            assert sum(map(int, figures["titles"])) == int(figures["watching"])
        page.wait_for_timeout(250)
    streaming.result(30)


def test_a_list_that_does_not_hold_all_says_how_many_are_loaded(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(600)
    made = viewers.audience

    def with_more(media_id: str | None) -> dict[str, Any]:
        audience = made(media_id)
        audience["by_status"]["READY"] += 3
        return audience

    viewers.audience = with_more  # type: ignore[method-assign]
    page = open_page(serve(viewers).live_page)
    expect(page.get_by_test_id("shown")).to_have_text("600 loaded of 603")


def test_what_is_of_a_part_alone_says_so(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(600)
    viewers.add("ada", "WATCHING_VIDEO")
    audience, profile = viewers.audience, viewers.profile
    viewers.audience = lambda media_id: {**audience(media_id), "partial": True}  # type: ignore[method-assign]
    viewers.profile = lambda viewer_id: {**(profile(viewer_id) or {}), "partial": True}  # type: ignore[method-assign]
    page = open_page(serve(viewers).live_page + "?viewer=ada")
    expect(page.get_by_test_id("top-titles")).to_contain_text("watching now (partial)")
    expect(page.get_by_test_id("all-sessions")).to_contain_text("All sessions (the newest 1)")


def test_the_panel_parts_this_session_from_all_and_grades_as_the_list_does(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    viewers.set("ada", "WATCHING_VIDEO", position=900.0)
    grade(viewers, "ada", 0.07, 900.0)
    viewers.watched_before("ada", 1, 20.0, 3000.0)
    made = viewers.profile

    def over_all(viewer_id: str) -> dict[str, Any] | None:
        profile = made(viewer_id)
        if profile is not None:
            profile["experience"] = {**profile["experience"], "rebuffer_ratio": 0.02}
        return profile

    viewers.profile = over_all  # type: ignore[method-assign]
    page = open_page(serve(viewers).live_page + "?viewer=ada")
    panel = page.get_by_test_id("viewer-panel")
    expect(row(page, "ada").get_by_test_id("experience")).to_contain_text("Poor")
    expect(panel.get_by_test_id("this-session")).to_contain_text("Poor")
    expect(panel.get_by_test_id("all-sessions")).to_contain_text("Uneven")
    expect(panel).to_contain_text("2 sessions, 1 live")
    for name in ("Ad breaks", "Ads seen", "Ads completed"):
        expect(panel.get_by_test_id("this-session")).to_contain_text(name)
    # 5. What a tile measures stands in it.
    expect(panel.get_by_test_id("this-session")).to_contain_text("from the click to the first picture")


def test_the_strip_shows_who_has_trouble_and_filters_them(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(0)
    for number in range(8):
        viewers.add(f"fine-{number}", "WATCHING_VIDEO")
    for number in range(2):
        viewers.add(f"stuck-{number}", "BUFFERING_VIDEO")
    viewers.add("broken", "FAILED_VIDEO")
    for viewer_id in viewers.sessions:
        grade(viewers, viewer_id, 0.0, 300.0)
    grade(viewers, "fine-1", 0.09, 300.0)
    grade(viewers, "fine-2", 0.30, 59.0)  # too early to say
    page = open_page(serve(viewers).live_page)
    expect(page.get_by_test_id("trouble-buffering")).to_have_text("Buffering 20 %")
    expect(page.get_by_test_id("trouble-poor")).to_have_text("Poor 1")
    expect(page.get_by_test_id("trouble-failed")).to_have_text("Failed 1")
    expect(row(page, "fine-2")).not_to_contain_text("Poor")
    page.get_by_test_id("trouble-poor").click()
    expect(page).to_have_url(re.compile(r"\?experience=poor$"))
    expect_order(page, ["fine-1"])
    page.get_by_test_id("trouble-buffering").click()
    expect(page.get_by_test_id("shown")).to_have_text("2 of 11 live")
    page.get_by_test_id("trouble-buffering").click()
    expect(page.get_by_test_id("shown")).to_have_text("11 live")
    page.get_by_role("columnheader", name="Experience").get_by_role("button").click()
    page.get_by_role("columnheader", name="Experience").get_by_role("button").click()
    expect_order(page, ["broken", "fine-1"], top=2)


def test_experience_stays_a_column_at_1024_px(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    page = open_page(serve(viewers).live_page, width=1024)
    expect(page.get_by_role("columnheader", name="Experience")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024


def test_the_ad_that_plays_stands_under_the_status(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    viewers.add("in-an-ad", "WATCHING_AD")
    viewers.sessions["in-an-ad"]["ad"]["name"] = "Northwind Coffee"
    page = open_page(serve(viewers).live_page, width=1024)
    ad = row(page, "in-an-ad").get_by_test_id("ad-now")
    expect(ad).to_have_text("Northwind Coffee 1/2")
    badge = row(page, "in-an-ad").get_by_test_id("viewer-status").bounding_box()
    below = ad.bounding_box()
    assert badge is not None
    assert below is not None
    assert below["y"] >= badge["y"] + badge["height"] - 1


def test_a_viewer_of_whom_two_pings_are_missed_is_dimmed_and_not_counted_as_live(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    silent = viewers.add("silent", "PAUSED_VIDEO")
    for name in ("last_seen", "position_at"):
        silent[name] = rfc3339(now_ms() - 185_000)
    page = open_page(serve(viewers).live_page)
    expect(row(page, "silent")).to_contain_text("silent 3 min")
    expect(row(page, "silent")).to_have_attribute("data-unheard", "true")
    expect(row(page, "ada")).to_have_attribute("data-unheard", "false")
    expect(page.get_by_test_id("shown")).to_have_text("31 live, 1 silent")


def test_the_tab_shows_how_many_are_watching(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(page.get_by_test_id("shown")).to_have_text("31 live")
    expect(page).to_have_title(f"{watching(page)} watching · Live viewers")
    before = watching(page)
    subscribed(page, api)
    api.push(viewers.set("ada", "PAUSED_VIDEO"))
    expect(page).to_have_title(f"{before - 1} watching · Live viewers")


def test_the_toolbar_stays_one_line_when_the_panel_opens(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    page = open_page(serve(viewers).live_page, width=1440)
    expect(row(page, "ada")).to_be_visible()
    toolbar = page.get_by_test_id("toolbar")
    before = toolbar.evaluate("el => el.offsetHeight")
    row(page, "ada").get_by_test_id("viewer-name").click()
    expect(page.get_by_test_id("viewer-panel")).to_be_visible()
    assert toolbar.evaluate("el => el.offsetHeight") == before
    assert toolbar.evaluate("el => el.scrollWidth <= el.clientWidth")


def test_an_empty_filter_speaks_plainly(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(0)
    viewers.add("ada", "WATCHING_VIDEO")
    page = open_page(serve(viewers).live_page)
    page.get_by_test_id("count-FAILED_VIDEO").click()
    expect(page.get_by_role("heading", name="Nobody has failed")).to_be_visible()
    page.get_by_test_id("clear-filters").click()
    expect(row(page, "ada")).to_be_visible()
