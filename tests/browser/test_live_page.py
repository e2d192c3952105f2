"""What a reader does on the live page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.live_page import subscribed
from tests.browser.viewers_double import ViewersDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]
HOSTILE = "<img src=x onerror=alert(1)>"


def row(page: Page, viewer_id: str):
    return page.locator(f'[data-testid="viewer-row"][data-viewer-id="{viewer_id}"]')


def status(page: Page, viewer_id: str):
    return row(page, viewer_id).get_by_test_id("viewer-status")


@pytest.fixture
def viewers() -> ViewersDouble:
    made = ViewersDouble(30)
    made.add("ada", "WATCHING_VIDEO", title=0)
    return made


def test_a_row_shows_status_in_words_and_follows_what_is_pushed(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(status(page, "ada")).to_have_text("Playing")
    expect(page.get_by_test_id("connection")).to_contain_text("Live")
    subscribed(page, api)
    for name, word in [
        ("PAUSED_VIDEO", "Paused"),
        ("WATCHING_AD", "In an ad"),
        ("BUFFERING_VIDEO", "Buffering"),
        ("FAILED_VIDEO", "Failed"),
        ("COMPLETED_VIDEO", "Finished"),
        ("WATCHING_VIDEO", "Playing"),
    ]:
        api.push(viewers.unread("ada", name))
        expect(status(page, "ada")).to_have_text(word)
        expect(status(page, "ada")).to_have_attribute("data-status", name)


def test_an_older_state_that_comes_late_changes_nothing(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    old = viewers.set("ada", "BUFFERING_VIDEO")
    new = viewers.set("ada", "PAUSED_VIDEO")
    expect(status(page, "ada")).to_be_visible()
    subscribed(page, api)
    api.push(new)
    api.push(old)
    api.push(viewers.set("ada", "PAUSED_VIDEO"))
    expect(status(page, "ada")).to_have_text("Paused")
    page.wait_for_timeout(500)
    expect(status(page, "ada")).to_have_text("Paused")


def test_a_viewer_who_leaves_without_a_word_goes_when_the_lease_is_over(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(5)
    viewers.add("ada", "WATCHING_VIDEO")
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(page.get_by_test_id("shown")).to_have_text("6 live")
    # Nothing tells of her leaving: no push, and an answer without her says nothing of a row that is there.
    viewers.set("ada", "WATCHING_VIDEO", lease_s=2)
    api.push(viewers.sessions["ada"])
    expect(row(page, "ada")).to_have_count(0)


def test_the_playhead_of_a_playing_viewer_moves_on_by_itself(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    viewers.set("ada", "WATCHING_VIDEO", position=100.0)
    api = serve(viewers)
    page = open_page(api.live_page)
    progress = row(page, "ada").get_by_test_id("progress-time")
    expect(progress).to_have_text(re.compile(r"^(1:[45]|2:\d)\d"))
    expect(progress).not_to_have_text(progress.inner_text())


def test_figures_at_a_glance_count_the_rows(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    watching = api.viewers.audience(None)["watching_now"]
    expect(page.get_by_test_id("watching-now")).to_have_text(str(watching))
    subscribed(page, api)
    api.push(viewers.unread("ada", "PAUSED_VIDEO"))
    expect(page.get_by_test_id("watching-now")).to_have_text(str(watching - 1))
    expect(page.get_by_test_id("hour-chart").locator("canvas")).to_be_visible()
    expect(page.get_by_test_id("top-title")).not_to_have_count(0)


def test_search_filters_and_order_are_in_the_address_and_come_back_with_it(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(row(page, "ada")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("ADA")
    expect(page.get_by_test_id("viewer-row")).to_have_count(1)
    page.get_by_test_id("filter-status").select_option("WATCHING_VIDEO")
    page.get_by_test_id("sort").select_option("-progress")
    page.get_by_test_id("group").click()
    page.get_by_test_id("layout-cards").click()
    expect(page).to_have_url(re.compile(r"\?q=ADA&status=WATCHING_VIDEO&sort=-progress&group=title&view=cards$"))
    page.reload()
    expect(page.get_by_test_id("viewer-row")).to_have_count(1)
    expect(page.get_by_test_id("search")).to_have_value("ADA")
    expect(page.get_by_test_id("title-heading")).to_contain_text("1 viewer, 1 watching")
    page.get_by_test_id("filter-status").select_option("PAUSED_VIDEO")
    expect(page.get_by_text("No viewer matches")).to_be_visible()
    page.get_by_test_id("clear-filters").click()
    expect(page.get_by_test_id("shown")).to_have_text("31 live")


def test_a_title_is_narrowed_to_and_subscribed_to(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    page.get_by_test_id("top-title").first.click()
    expect(page).to_have_url(re.compile(r"title=Harbour"))
    expect(page.get_by_test_id("now-card")).to_contain_text("Harbour lights")
    others = page.get_by_test_id("viewer-title").filter(has_not_text=re.compile("^Harbour lights$"))
    expect(others).to_have_count(0)
    expect(page.get_by_test_id("viewer-title").first).to_have_text("Harbour lights")
    subscribed(page, api, scope="title", media_id="Harbour lights")
    assert {"action": "unsubscribe", "scope": "overview"} in api.subscriptions


def test_columns_sort_both_ways(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    page = open_page(serve(viewers).live_page)
    expect(row(page, "ada")).to_be_visible()
    header = page.get_by_role("columnheader", name="Viewer", exact=True)
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_test_id("viewer-row").first).to_have_attribute("data-viewer-id", "ada")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")


def test_a_viewer_opens_beside_the_list_by_keyboard_and_gives_the_focus_back(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    viewers.sessions["ada"]["totals"]["ads_seen"] = 2
    api = serve(viewers)
    page = open_page(api.live_page)
    name = row(page, "ada").get_by_role("button", name="ada")
    name.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_test_id("viewer-panel")
    expect(panel.get_by_role("heading", name="ada")).to_be_focused()
    expect(panel.get_by_role("img", name=re.compile("Timeline along"))).to_be_visible()
    for section in ("This session", "Ads seen", "Sessions", "All sessions"):
        expect(panel.get_by_role("heading", name=re.compile(f"^{section}"))).to_be_visible()
    panel.get_by_test_id("this-session").locator("summary").click()
    expect(panel.get_by_test_id("timeline")).to_contain_text("Ad break began")
    ads = panel.get_by_test_id("viewer-ads")
    expect(ads).to_contain_text("A car")
    expect(ads).to_contain_text("2 views")
    ads.locator("summary").click()
    expect(ads.get_by_test_id("ad-views").locator("li")).to_have_text(
        [re.compile("25 % · skipped"), re.compile("Completed")]
    )
    subscribed(page, api, scope="viewer", viewer_id="ada")
    api.push(viewers.set("ada", "PAUSED_VIDEO"))
    expect(panel.get_by_test_id("panel-status")).to_have_text("Paused")
    expect(page).to_have_url(re.compile("viewer=ada"))
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(name).to_be_focused()
    page.go_back()
    expect(panel).to_be_visible()


def test_arrows_go_from_viewer_to_viewer(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    page = open_page(serve(viewers).live_page)
    names = page.get_by_test_id("viewer-name")
    expect(names.first).to_be_visible()
    names.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(names.nth(2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(names.nth(1)).to_be_focused()


def test_a_viewer_who_is_not_kept_is_said_to_be_so(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    page = open_page(serve(viewers).live_page + "?viewer=nobody", expect_errors=True)
    expect(page.get_by_test_id("panel-failure")).to_contain_text("No session of this viewer is kept")


def test_an_erased_viewer_is_gone_at_once(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(row(page, "ada")).to_be_visible()
    subscribed(page, api)
    del viewers.sessions["ada"]
    api.push_text('{"type": "erased", "viewer_id": "ada"}')
    expect(row(page, "ada")).to_have_count(0)


def test_the_feed_shows_changes_and_is_bounded(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(row(page, "ada")).to_be_visible()
    page.get_by_test_id("open-feed").click()
    expect(page.get_by_test_id("feed")).to_contain_text("Nothing has changed")
    subscribed(page, api)
    api.push(viewers.unread("ada", "PAUSED_VIDEO"))
    expect(page.get_by_test_id("feed-entry").first).to_contain_text("Playing → Paused")
    expect(page.get_by_test_id("message-count")).to_have_text("1")
    for turn in range(150):
        api.push(
            viewers.unread("ada", "WATCHING_VIDEO"),
            viewers.unread("ada", "PAUSED_VIDEO" if turn % 2 else "WATCHING_AD"),
        )
    expect(page.get_by_test_id("message-count")).to_have_text("301")
    expect(page.get_by_test_id("feed-entry")).to_have_count(200)
    expect(page.get_by_test_id("feed-entry").first).to_contain_text("Playing → Paused")  # by the last of them
    page.get_by_role("button", name="Hold").click()
    first = page.get_by_test_id("feed-entry").first.inner_text()
    api.push(viewers.unread("ada", "BUFFERING_VIDEO"))
    expect(page.get_by_test_id("message-count")).to_have_text("302")
    assert page.get_by_test_id("feed-entry").first.inner_text() == first


def test_a_hostile_viewer_id_is_shown_as_text_everywhere(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(3)
    viewers.add(HOSTILE, "WATCHING_VIDEO")
    viewers.sessions[HOSTILE]["title"] = viewers.sessions[HOSTILE]["media_id"] = HOSTILE
    api = serve(viewers)
    page = open_page(api.live_page + "?feed=1&group=title")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    expect(page.get_by_role("button", name=HOSTILE).first).to_be_visible()
    page.get_by_test_id("viewer-name").filter(has_text=HOSTILE).click()
    expect(page.get_by_test_id("viewer-panel").get_by_role("heading", name=HOSTILE).first).to_be_visible()
    subscribed(page, api)
    api.push(viewers.set(HOSTILE, "PAUSED_VIDEO"))
    expect(page.get_by_test_id("feed-entry").first).to_contain_text(HOSTILE)
    page.reload()
    expect(page.get_by_test_id("viewer-panel").get_by_role("heading", name=HOSTILE).first).to_be_visible()
    assert page.locator("img[src='x']").count() == 0
    assert dialogs == []
    assert api.violations == []


def test_an_empty_audience_says_what_to_do(serve: Serve, open_page: Open) -> None:
    api = serve(0)
    page = open_page(api.live_page)
    expect(page.get_by_role("heading", name="Nobody is watching right now")).to_be_visible()
    expect(page.get_by_role("link", name="Open the video page")).to_have_attribute("href", api.video_page)
    subscribed(page, api)
    api.push(api.viewers.add("ada", "WATCHING_VIDEO"))
    expect(row(page, "ada")).to_be_visible()


def test_rows_have_their_place_held_while_they_load(serve: Serve, open_page: Open) -> None:
    api = serve(3)
    api.held = True
    page = open_page(api.live_page)
    expect(page.get_by_test_id("loading")).to_be_visible()
    api.held = False
    expect(page.get_by_test_id("viewer-row")).to_have_count(3)


def test_a_page_without_its_configuration_says_so(serve: Serve, open_page: Open) -> None:
    api = serve(0)
    page = open_page("about:blank", expect_errors=True)
    page.route("**/config.json", lambda route: route.fulfill(json={}))
    page.goto(api.live_page)
    expect(page.get_by_test_id("broken")).to_contain_text("config.json has no apiUrl")


@pytest.mark.parametrize("width", [360, 768, 1440, 3840])
def test_nothing_is_wider_than_the_screen(
    serve: Serve, open_page: Open, viewers: ViewersDouble, width: int
) -> None:
    api = serve(viewers)
    for view in ("", "?view=cards", "?viewer=ada&feed=1&group=title"):
        page = open_page(api.live_page + view, width=width, height=900)
        expect(page.get_by_test_id("viewer-row").first).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_reduced_motion_is_respected(serve: Serve, open_page: Open) -> None:
    api = serve(3)
    api.held = True
    page = open_page(api.live_page, reduced_motion="reduce")
    duration = (
        page.get_by_test_id("loading")
        .locator("[aria-hidden]")
        .first.evaluate("el => getComputedStyle(el).animationDuration")
    )
    assert duration == "0s"


def test_colours_follow_the_system_and_the_switch(serve: Serve, open_page: Open) -> None:
    page = open_page(serve(3).live_page, color_scheme="dark")

    def ground() -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    expect(page.get_by_test_id("theme")).to_be_visible()
    dark = ground()
    page.get_by_test_id("theme").click()
    light = ground()
    assert light != dark
    page.reload()
    expect(page.get_by_test_id("theme")).to_be_visible()
    assert ground() == light
    page.get_by_test_id("theme").click()
    assert ground() == dark
