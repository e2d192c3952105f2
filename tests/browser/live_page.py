"""What tests of the live page ask of it: rows, their order, figures; and viewers to show."""

import time
from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.api_double import ApiDouble
from tests.browser.viewers_double import ViewersDouble

NOTE_CLICKS = """() => {
  window.clicks = []
  document.addEventListener('click', () => window.clicks.push(Date.now()), { capture: true })
}"""
"""Of any page: when it was clicked from now on, Unix milliseconds."""


def row(page: Page, viewer_id: str) -> Locator:
    return page.locator(f'[data-testid="viewer-row"][data-viewer-id="{viewer_id}"]')


def watching(page: Page) -> int:
    return int(page.get_by_test_id("watching-now").inner_text().replace(",", ""))


def order(page: Page) -> list[str]:
    """Viewer ids of the rows on screen, from the top."""
    found: list[str] = page.get_by_test_id("viewer-row").evaluate_all(
        "rows => rows.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)"
        ".map(row => row.dataset.viewerId)"
    )
    return found


def expect_order(page: Page, expected: list[str], *, top: int | None = None) -> None:
    """The rows come to this order, the first `top` of them: they are drawn anew a moment after a click."""
    until = time.monotonic() + 30
    while order(page)[:top] != expected and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert order(page)[:top] == expected


def subscribed(page: Page, api: ApiDouble, times: int = 1, **scope: Any) -> None:
    """Waits until the double pushes this scope, everyone's changes if none is named: a page calls itself live when
    its question has left, which is a moment before it has come."""
    asked = {"action": "subscribe", **(scope or {"scope": "overview"})}
    until = time.monotonic() + 30
    while api.subscriptions.count(asked) < times and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert api.subscriptions.count(asked) == times


def audience_with_ada() -> ViewersDouble:
    """Thirty viewers, and ada on top of the list."""
    viewers = ViewersDouble(30)
    viewers.add("ada", "WATCHING_VIDEO", title=0)
    return viewers


def grade(viewers: ViewersDouble, viewer_id: str, rebuffer_ratio: float, played_s: float) -> None:
    """Give a viewer an experience."""
    session = viewers.sessions[viewer_id]
    session["experience"] = {**session["experience"], "rebuffer_ratio": rebuffer_ratio}
    session["totals"] = {**session["totals"], "time_played_s": played_s}
