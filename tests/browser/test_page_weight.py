"""What a first visit costs, and that it runs under the production Content-Security-Policy."""

import gzip
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.api_double import ApiDouble

MOST = {"index": 80 * 1024, "video": 80 * 1024}
"""Compressed JavaScript of a first load, bytes."""
MOST_OF_THE_AUDIENCE = 60 * 1024
"""The same that the view Audience brings along when it is opened."""


def _compressed(pages: Path, scripts: set[str]) -> int:
    sizes = {path: len(gzip.compress((pages / path.lstrip("/")).read_bytes(), 9)) for path in scripts}
    print(f"{sum(sizes.values()) / 1024:.1f} KB of compressed JavaScript in {len(sizes)} files")
    return sum(sizes.values())


def _scripts(asked: list[str]) -> set[str]:
    return {path for path in asked if path.endswith(".js")}


@pytest.mark.parametrize("name", ["index", "video"])
def test_the_first_load_is_light(
    serve: Callable[..., ApiDouble], open_page: Callable[..., Page], built_pages: Path, name: str
) -> None:
    api = serve(5)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(urlparse(request.url).path)

    page = open_page("about:blank")
    page.on("request", note)
    page.goto(f"{api.url}/{name}.html")
    expect(page.get_by_test_id("viewer-row" if name == "index" else "event").first).to_be_visible()
    first = _scripts(asked)
    assert first
    assert _compressed(built_pages, first) < MOST[name]
    if name == "index":
        page.get_by_test_id("view-audience").click()
        expect(page.get_by_test_id("breakdown-row").first).to_be_visible()
        brought = _scripts(asked) - first
        assert brought
        assert _compressed(built_pages, brought) < MOST_OF_THE_AUDIENCE


@pytest.mark.parametrize("name", ["index", "video"])
def test_the_policy_forbids_inline_and_eval_and_the_pages_keep_it(
    serve: Callable[..., ApiDouble], open_page: Callable[..., Page], name: str
) -> None:
    api = serve(40)
    page = open_page("about:blank")
    with page.expect_response(lambda response: response.url.endswith(f"{name}.html")) as response:
        page.goto(f"{api.url}/{name}.html")
    policy = response.value.header_value("content-security-policy") or ""
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert re.search(r"default-src 'none'", policy)
    if name == "index":
        page.get_by_test_id("layout-cards").click()
        page.get_by_test_id("viewer-name").first.click()
        expect(page.get_by_role("img", name=re.compile("Timeline along"))).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_test_id("view-audience").click()
        expect(page.get_by_test_id("series-chart").locator("canvas")).to_be_visible()
        with page.expect_download():
            page.get_by_test_id("breakdown-csv").click()
    else:
        page.get_by_test_id("play").click()
        expect(page.locator('[data-event-name="play_event"]')).to_have_attribute("data-state", "sent")
    assert api.violations == []
    assert page.locator("[style*='javascript'], script:not([src])").count() == 0


def test_the_policy_is_in_force(serve: Callable[..., ApiDouble], open_page: Callable[..., Page]) -> None:
    """The other test would pass without a policy too: this one shows that a breach is seen."""
    api = serve(0)
    page = open_page(api.live_page, expect_errors=True)
    page.evaluate("""() => {
        const script = document.createElement('script')
        script.textContent = 'window.inlineRan = true'
        document.body.append(script)
    }""")
    until = time.monotonic() + 30
    while not api.violations and time.monotonic() < until:  # the browser tells of it when it finds the time
        page.wait_for_timeout(50)
    assert page.evaluate("window.inlineRan") is None
    assert [each["csp-report"]["effective-directive"] for each in api.violations] == ["script-src-elem"]
