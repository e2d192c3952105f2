"""The live page under the eyes of someone who runs an event: outages, figures that agree, who has trouble."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.viewers_double import ViewersDouble, now_ms, rfc3339

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]
FROZEN_S = 3600.0


def row(page: Page, viewer_id: str):
    return page.locator(f'[data-testid="viewer-row"][data-viewer-id="{viewer_id}"]')


def watching(page: Page) -> int:
    return int(page.get_by_test_id("watching-now").inner_text().replace(",", ""))


def order(page: Page) -> list[str]:
    return page.get_by_test_id("viewer-row").evaluate_all(
        "rows => rows.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)"
        ".map(row => row.dataset.viewerId)"
    )


def experience(viewers: ViewersDouble, viewer_id: str, ratio: float, played_s: float) -> None:
    session = viewers.sessions[viewer_id]
    session["experience"] = {**session["experience"], "rebuffer_ratio": ratio}
    session["totals"] = {**session["totals"], "time_played_s": played_s}


@pytest.fixture
def viewers() -> ViewersDouble:
    made = ViewersDouble(30)
    made.add("ada", "WATCHING_VIDEO", title=0)
    return made


# 1. An outage doesn't look like the audience leaving


def test_while_the_service_is_frozen_everything_stands_still_and_says_of_when_it_is(
    serve: Serve, open_page: Open
) -> None:
    viewers = ViewersDouble(0)
    for number in range(20):
        viewers.add(f"viewer-{number:02}", "WATCHING_VIDEO", title=0)
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(page.get_by_test_id("watching-now")).to_have_text("20")
    for number in range(12):  # their leases end while nothing is heard
        viewers.set(f"viewer-{number:02}", "WATCHING_VIDEO", lease_s=9)
    api.push(*(viewers.sessions[f"viewer-{number:02}"] for number in range(12)))
    api.slow_s = FROZEN_S
    connection = page.get_by_test_id("connection")
    expect(connection).to_have_attribute("data-kind", "reconnecting", timeout=9000)
    expect(page.get_by_test_id("data-age")).not_to_contain_text("up to date")
    for caption in page.get_by_test_id("as-of").all_inner_texts():
        assert re.fullmatch(r"as of \d\d:\d\d:\d\d", caption)
    expect(page.get_by_test_id("overview")).to_have_attribute("data-still", "true")
    times = page.get_by_test_id("progress-time").all_inner_texts()
    until = time.monotonic() + 9
    while time.monotonic() < until:
        assert watching(page) == 20
        assert page.get_by_test_id("progress-time").all_inner_texts() == times
        page.wait_for_timeout(500)
    api.slow_s = 0.0  # what is heard again counts at once: twelve of them have left meanwhile
    page.get_by_role("button", name="Try now").or_(page.locator("body")).first.click()
    expect(page.get_by_test_id("watching-now")).to_have_text("8", timeout=15_000)
    expect(connection).to_have_attribute("data-kind", "live", timeout=15_000)
    expect(page.get_by_test_id("overview")).to_have_attribute("data-still", "false")


# 2. The chart


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


# 6. Numbers that agree


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


def test_the_panel_parts_this_session_from_all_and_grades_as_the_list_does(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    viewers.set("ada", "WATCHING_VIDEO", position=900.0)
    experience(viewers, "ada", 0.07, 900.0)
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
    expect(panel.get_by_test_id("this-session")).to_contain_text("from ready to the first picture")


# 7. Who has trouble


def test_the_strip_tells_who_has_trouble_and_filters_them(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(0)
    for number in range(8):
        viewers.add(f"fine-{number}", "WATCHING_VIDEO")
    for number in range(2):
        viewers.add(f"stuck-{number}", "BUFFERING_VIDEO")
    viewers.add("broken", "FAILED_VIDEO")
    for viewer_id in viewers.sessions:
        experience(viewers, viewer_id, 0.0, 300.0)
    experience(viewers, "fine-1", 0.09, 300.0)
    experience(viewers, "fine-2", 0.30, 59.0)  # too early to say
    page = open_page(serve(viewers).live_page)
    expect(page.get_by_test_id("trouble-buffering")).to_have_text("Buffering 20 %")
    expect(page.get_by_test_id("trouble-poor")).to_have_text("Poor 1")
    expect(page.get_by_test_id("trouble-failed")).to_have_text("Failed 1")
    expect(row(page, "fine-2")).not_to_contain_text("Poor")
    page.get_by_test_id("trouble-poor").click()
    expect(page).to_have_url(re.compile(r"\?experience=poor$"))
    assert order(page) == ["fine-1"]
    page.get_by_test_id("trouble-buffering").click()
    expect(page.get_by_test_id("shown")).to_have_text("2 of 11 live")
    page.get_by_test_id("trouble-buffering").click()
    expect(page.get_by_test_id("shown")).to_have_text("11 live")
    page.get_by_role("columnheader", name="Experience").get_by_role("button").click()
    page.get_by_role("columnheader", name="Experience").get_by_role("button").click()
    assert order(page)[:2] == ["broken", "fine-1"]


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


# 8. Loading


def test_a_page_that_still_loads_claims_nothing(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    api = serve(viewers)
    api.slow_s = 2.5
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
    expect(page.get_by_test_id("shown")).to_have_text("31 live")


def test_a_view_with_a_filter_is_read_at_once(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    page = open_page(serve(viewers).live_page + "?status=WATCHING_VIDEO")
    expect(page.get_by_test_id("shown")).to_contain_text("of 31 live", timeout=1500)


# 9. Silent viewers


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


# 10. The table


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


def test_rows_hold_their_order_while_the_pointer_or_the_focus_is_among_them(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(row(page, "ada")).to_be_visible()
    before = order(page)
    assert before[0] == "ada"
    row(page, "ada").hover()
    viewers.add("newcomer", "WATCHING_VIDEO")
    api.push(viewers.sessions["newcomer"])
    changed = page.get_by_test_id("order-changed")
    expect(changed).to_be_visible()
    assert order(page) == before
    page.get_by_test_id("search").hover()  # the pointer leaves the rows
    expect(row(page, "newcomer")).to_be_visible()
    expect(changed).to_have_count(0)
    assert order(page)[0] == "newcomer"
    row(page, "ada").get_by_test_id("viewer-name").focus()
    viewers.set("ada", "WATCHING_VIDEO", lease_s=1)
    api.push(viewers.sessions["ada"])
    expect(row(page, "ada")).to_contain_text("Left", timeout=4000)
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


# 4. Another title while playing


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
    expect(panel.get_by_test_id("this-session")).to_contain_text("The glass garden", timeout=3000)
    expect(panel.get_by_test_id("panel-status")).to_have_text("Playing")
    panel.get_by_role("button", name=re.compile("Small hours")).click()
    left = panel.get_by_test_id("this-session").get_by_test_id("progress-time")
    expect(panel.get_by_test_id("panel-status")).to_contain_text("Left")
    stands = left.inner_text()
    api.push(viewers.set("ada", "BUFFERING_VIDEO"))
    page.wait_for_timeout(1500)
    expect(panel.get_by_test_id("this-session")).to_contain_text("Small hours")
    assert left.inner_text() == stands


# 11. Keyboard and assistive technology


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
    assert page.locator("main").evaluate("main => main.inert") is covers
    for _ in range(12):
        page.keyboard.press("Tab")
        if covers:
            assert page.evaluate("""() => document.activeElement === document.body
                || document.querySelector('[data-testid=viewer-panel]').contains(document.activeElement)""")
    page.keyboard.press("Escape")
    assert page.locator("main").evaluate("main => main.inert") is False


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


# 14. Small things


def test_the_tab_tells_how_many_are_watching(serve: Serve, open_page: Open, viewers: ViewersDouble) -> None:
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(page.get_by_test_id("shown")).to_have_text("31 live")
    expect(page).to_have_title(f"{watching(page)} watching · Live viewers")
    before = watching(page)
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
