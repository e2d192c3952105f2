"""Dimensions in *Viewers*: columns, filters and orders by what viewers are told apart by."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.live_page import order, row
from tests.browser.viewers_double import ViewersDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]


def test_a_dimension_is_a_filter_and_a_column_and_both_are_in_the_address(serve: Serve, open_page: Open) -> None:
    api = serve(ViewersDouble(60))
    page = open_page(api.live_page, width=1440)
    expect(page.get_by_test_id("viewer-row").first).to_be_visible()
    page.get_by_test_id("more-filters").click()
    in_germany = sum(each["dimensions"]["country"] == "DE" for each in api.viewers.live())
    option = page.locator('[data-testid="filter-country"] option[value="DE"]')
    expect(option).to_have_text(f"Germany ({in_germany})")
    page.get_by_test_id("filter-country").select_option("DE")
    expect(page.get_by_test_id("shown")).to_have_text(f"{in_germany} of 60 live")
    page.get_by_test_id("column-country").check()
    page.get_by_test_id("column-cdn").check()
    expect(page.get_by_role("columnheader", name="Country")).to_be_visible()
    assert set(page.get_by_test_id("dimension-country").all_inner_texts()) == {"Germany"}
    expect(page).to_have_url(re.compile(r"\?d\.country=DE&columns=country%2Ccdn$"))
    page.reload()
    expect(page.get_by_test_id("shown")).to_have_text(f"{in_germany} of 60 live")
    expect(page.get_by_role("columnheader", name="CDN")).to_be_visible()
    page.get_by_test_id("filter-chip").click()
    expect(page.get_by_test_id("shown")).to_have_text("60 live")


def test_rows_are_ordered_by_a_dimension_and_the_unknown_come_last(serve: Serve, open_page: Open) -> None:
    api = serve(ViewersDouble(12))
    page = open_page(api.live_page + "?columns=os", width=1440)
    page.get_by_role("columnheader", name="OS").get_by_role("button").click()
    expect(page).to_have_url(re.compile(r"sort=d\.os"))
    expect(page.get_by_role("columnheader", name="OS")).to_have_attribute("aria-sort", "ascending")
    found = [api.viewers.sessions[each]["dimensions"]["os"] for each in order(page)]
    known = [each.lower() for each in found if each is not None]
    assert found[len(known) :] == [None] * found.count(None)
    assert known == sorted(known)
    assert None in found


def test_those_of_whom_it_isnt_known_can_be_asked_for(serve: Serve, open_page: Open) -> None:
    api = serve(ViewersDouble(30))
    page = open_page(api.live_page + "?d.os=unknown")
    unknown = [viewer_id for viewer_id, each in api.viewers.sessions.items() if each["dimensions"]["os"] is None]
    expect(page.get_by_test_id("shown")).to_have_text(f"{len(unknown)} of 30 live")
    expect(row(page, unknown[0])).to_be_attached()


def test_beyond_what_the_page_holds_the_service_filters(serve: Serve, open_page: Open) -> None:
    api = serve(ViewersDouble(10_400))
    page = open_page(api.live_page)
    expect(page.get_by_test_id("shown")).to_contain_text("loaded of", timeout=60_000)
    page.get_by_test_id("more-filters").click()
    with page.expect_request(lambda request: "/v1/live?cdn=west" in request.url, timeout=40_000):
        page.get_by_test_id("filter-cdn").select_option("west")


def test_an_unknown_dimension_in_an_old_address_is_not_asked_for(serve: Serve, open_page: Open) -> None:
    page = open_page(serve(ViewersDouble(10)).live_page + "?d.nonsense=1&columns=nonsense")
    expect(page.get_by_role("heading", name="No viewer matches")).to_be_visible()
    page.get_by_test_id("clear-filters").click()
    expect(page.get_by_test_id("shown")).to_have_text("10 live")
