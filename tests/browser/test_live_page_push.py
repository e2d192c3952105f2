"""What the live page subscribes to: everyone while few are live, else only what is looked at closely."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.live_page import subscribed
from tests.browser.viewers_double import ViewersDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]
OVERVIEW = {"action": "subscribe", "scope": "overview"}
NO_OVERVIEW = {"action": "unsubscribe", "scope": "overview"}


def kind(page: Page, expected: str) -> None:
    expect(page.get_by_test_id("connection")).to_have_attribute("data-kind", expected)


def asked(page: Page, api: ApiDouble, *messages: dict[str, str]) -> None:
    """The page has asked for this and no more: a message is on its way for a moment after the page shows it."""
    for _ in range(100):
        if len(api.subscriptions) >= len(messages):
            break
        page.wait_for_timeout(50)
    assert api.subscriptions == list(messages)


def status_of_first_row(page: Page) -> tuple[str, str]:
    """A viewer on screen, and the selector of the word of its status."""
    viewer_id = page.get_by_test_id("viewer-row").first.get_attribute("data-viewer-id") or ""
    return viewer_id, f'[data-testid="viewer-row"][data-viewer-id="{viewer_id}"] [data-testid="viewer-status"]'


def test_everyones_changes_are_pushed_while_few_are_live(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(400)
    api = serve(viewers)
    page = open_page(api.live_page)
    kind(page, "live")
    asked(page, api, OVERVIEW)
    for number in range(101):
        viewers.add(f"joined-{number}", "WATCHING_VIDEO")
    kind(page, "polling")
    asked(page, api, OVERVIEW, NO_OVERVIEW)


def test_of_a_large_audience_only_the_open_viewer_is_pushed(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(600)
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(page.get_by_test_id("shown")).to_have_text("600 live")
    kind(page, "polling")
    assert api.subscriptions == []
    viewer_id, status = status_of_first_row(page)
    viewers.set(viewer_id, "BUFFERING_VIDEO")  # not pushed: the rows on screen are read every 2 s
    expect(page.locator(status)).to_have_text("Buffering")
    page.get_by_test_id("viewer-name").first.click()
    panel = page.get_by_test_id("panel-status")
    expect(panel).to_have_text("Buffering")
    subscribed(page, api, scope="viewer", viewer_id=viewer_id)
    api.push(viewers.set(viewer_id, "PAUSED_VIDEO"))
    expect(panel).to_have_text("Paused")
    asked(page, api, {"action": "subscribe", "scope": "viewer", "viewer_id": viewer_id})


def test_opening_the_changes_has_everyones_pushed_and_closing_them_ends_it(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(600)
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(page.get_by_test_id("shown")).to_have_text("600 live")
    page.get_by_test_id("open-feed").click()
    kind(page, "live")
    viewer_id, status = status_of_first_row(page)
    subscribed(page, api)
    api.push(viewers.unread(viewer_id, "FAILED_VIDEO"))
    expect(page.locator(status)).to_have_text("Failed")
    expect(page.get_by_test_id("feed-entry").filter(has_text=viewer_id).first).to_contain_text("Failed")
    page.get_by_test_id("open-feed").click()
    kind(page, "polling")
    asked(page, api, OVERVIEW, NO_OVERVIEW)
