"""The table under someone who reads it for hours."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.live_page import audience_with_ada, expect_order, order, row, subscribed
from tests.browser.viewers_double import ViewersDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]


@pytest.fixture
def viewers() -> ViewersDouble:
    return audience_with_ada()


def test_toolbar_and_head_stay_while_the_list_scrolls(serve: Serve, open_page: Open) -> None:
    page = open_page(serve(200).live_page, width=1280, height=700)
    expect(page.get_by_test_id("shown")).to_have_text("200 live")
    page.evaluate("window.scrollTo(0, 3000)")
    page.wait_for_timeout(300)
    expect(page.get_by_test_id("search")).to_be_in_viewport()
    expect(page.get_by_role("columnheader", name="Viewer", exact=True)).to_be_in_viewport()
    toolbar = page.get_by_test_id("toolbar").bounding_box()
    head = page.get_by_role("columnheader", name="Viewer", exact=True).bounding_box()
    assert toolbar is not None
    assert head is not None
    assert head["y"] >= toolbar["y"] + toolbar["height"]


def test_the_bars_of_progress_have_one_length(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(0)
    for number in range(8):
        viewers.add(f"v{number}", "WATCHING_VIDEO", title=number)
    page = open_page(serve(viewers).live_page)
    expect(page.get_by_test_id("viewer-row")).to_have_count(8)
    widths = page.get_by_test_id("progress-track").evaluate_all(
        "bars => bars.map(bar => Math.round(bar.getBoundingClientRect().width))"
    )
    assert len(set(widths)) == 1


def test_a_live_stream_says_so_and_how_much_was_watched(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    stream = viewers.add("fan", "WATCHING_VIDEO")
    stream["livestream"] = True
    stream["totals"]["content_watched_s"] = 62.0
    page = open_page(serve(viewers).live_page)
    expect(row(page, "fan").get_by_test_id("progress-time")).to_have_text("LIVE 1:02 watched")
    expect(row(page, "fan").get_by_test_id("progress-track")).to_have_count(0)


def test_a_long_title_takes_two_lines_of_its_row(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    long = "The very long title of a documentary about the people who name documentaries, part two of nine"
    viewers.sessions["ada"]["title"] = viewers.sessions["ada"]["media_id"] = long
    page = open_page(serve(viewers).live_page, width=1100)
    title = row(page, "ada").get_by_test_id("viewer-title").bounding_box()
    other = page.get_by_test_id("viewer-title").get_by_text("Harbour lights").first.bounding_box()
    place = row(page, "ada").bounding_box()
    assert title is not None
    assert other is not None
    assert place is not None
    assert title["height"] > other["height"] * 1.7
    assert title["height"] < place["height"]


def test_a_viewer_with_several_live_sessions_keeps_the_name_whole(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    second = {**viewers.sessions["ada"], "media_session_id": "ada-2"}
    api = serve(viewers)
    for pages, width in enumerate((390, 1024, 1440), 1):
        page = open_page(api.live_page, width=width)
        expect(row(page, "ada")).to_be_visible()
        expect(page.get_by_test_id("connection")).to_have_attribute("data-kind", "live")
        subscribed(page, api, times=pages)
        api.push(second)
        expect(row(page, "ada")).to_contain_text("2 live sessions")
        name = row(page, "ada").get_by_test_id("viewer-name")
        assert name.evaluate("name => name.scrollWidth <= name.clientWidth && name.offsetHeight < 36")
        place = row(page, "ada").bounding_box()
        mark = row(page, "ada").get_by_text("2 live sessions").bounding_box()
        assert place is not None
        assert mark is not None
        assert mark["y"] + mark["height"] <= place["y"] + place["height"]


def test_rows_hold_their_order_while_the_pointer_or_the_focus_is_among_them(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(row(page, "ada")).to_be_visible()
    before = order(page)
    assert before[0] == "ada"
    row(page, "ada").hover()
    subscribed(page, api)
    viewers.add("newcomer", "WATCHING_VIDEO")
    api.push(viewers.sessions["newcomer"])
    changed = page.get_by_test_id("order-changed")
    expect(changed).to_be_visible()
    assert order(page) == before
    page.get_by_test_id("search").hover()  # the pointer leaves the rows
    expect(row(page, "newcomer")).to_be_visible()
    expect(changed).to_have_count(0)
    expect_order(page, ["newcomer"], top=1)
    row(page, "ada").get_by_test_id("viewer-name").focus()
    viewers.set("ada", "WATCHING_VIDEO", lease_s=1)
    api.push(viewers.sessions["ada"])
    expect(row(page, "ada")).to_contain_text("Left")
    expect(row(page, "ada").get_by_test_id("viewer-name")).to_be_focused()
    page.get_by_test_id("search").focus()
    expect(row(page, "ada")).to_have_count(0)


def test_joined_is_a_column_that_orders(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    page = open_page(serve(viewers).live_page, width=1024)
    header = page.get_by_role("columnheader", name="Joined")
    expect(header).to_have_attribute("aria-sort", "descending")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")


def test_a_made_up_id_is_shown_as_anonymous(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    made_up = "8442ecba-1111-4222-8333-444455556666"
    viewers.add(made_up, "WATCHING_VIDEO")
    page = open_page(serve(viewers).live_page)
    name = row(page, made_up).get_by_test_id("viewer-name")
    expect(name).to_have_text("Anonymous, 8442ecba")
    name.click()
    panel = page.get_by_test_id("viewer-panel")
    expect(panel.get_by_role("heading", name="Anonymous, 8442ecba")).to_be_visible()
    expect(panel).to_contain_text(made_up)


def test_the_bitrate_is_a_column_that_orders_the_rows(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(0)
    for viewer_id, bitrate in (("slow", 800_000), ("fast", 6_240_000), ("unknown", None), ("middling", 2_500_000)):
        viewers.add(viewer_id, "WATCHING_VIDEO")["bitrate"] = bitrate
    page = open_page(serve(viewers).live_page, width=1920)
    shown = {"slow": "0.8", "fast": "6.2", "unknown": "–", "middling": "2.5"}
    heading = page.get_by_role("columnheader", name="Bitrate")
    expect(heading).to_be_visible()
    expect(heading).to_contain_text("Bitrate")
    assert "Mbit/s" in (heading.get_attribute("title") or heading.inner_html())
    column = int(heading.evaluate("head => [...head.parentElement.children].indexOf(head)"))
    for viewer_id, text in shown.items():
        cell = row(page, viewer_id).locator("[role=cell]").nth(column)
        expect(cell).to_have_text(text)
        at, head = cell.bounding_box(), heading.bounding_box()
        assert at is not None
        assert head is not None
        assert abs(at["x"] - head["x"]) < 2
    heading.get_by_role("button").click()
    page.mouse.move(0, 0)
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect_order(page, ["unknown", "slow", "middling", "fast"])
    heading.get_by_role("button").click()
    page.mouse.move(0, 0)
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect_order(page, ["fast", "middling", "slow", "unknown"])
    viewers.sessions["fast"]["bitrate"] = 400_000
    viewers.set("fast", "WATCHING_VIDEO")
    expect(row(page, "fast").locator("[role=cell]").nth(column)).to_have_text("0.4")
    page.set_viewport_size({"width": 1024, "height": 800})
    expect(heading).to_have_count(0)
