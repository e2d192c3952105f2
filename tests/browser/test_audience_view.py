"""The view *Audience*: figures, a series over time, a breakdown that filters, and what is exported of them."""

import csv
import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.audience_double import BAD_CDN, values
from tests.browser.viewers_double import TITLES, ViewersDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]
HOSTILE = '=HYPERLINK("//evil")<img src=x onerror=alert(1)>'


@pytest.fixture
def api(serve: Serve) -> ApiDouble:
    return serve(ViewersDouble(180))


def audience(api: ApiDouble, more: str = "") -> str:
    return f"{api.live_page}?show=audience{more}"


def figure(page: Page, tile: str) -> Locator:
    return page.get_by_test_id(f"tile-{tile}").get_by_test_id("tile-figure")


def row(page: Page, value: str) -> Locator:
    return page.locator(f'[data-testid="breakdown-row"][data-value="{value}"]')


def shown(page: Page) -> list[str]:
    """The values of the breakdown from the top."""
    found: list[str] = page.get_by_test_id("breakdown-row").evaluate_all("rows => rows.map(r => r.dataset.value)")
    return found


def saved(page: Page, card: str) -> tuple[str, list[list[str]]]:
    with page.expect_download() as download:
        page.get_by_test_id(f"{card}-csv").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    return download.value.suggested_filename, list(csv.reader(text.splitlines()))


def test_it_is_a_view_beside_the_viewers_and_loaded_when_it_is_opened(api: ApiDouble, open_page: Open) -> None:
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(api.live_page)
    expect(page.get_by_test_id("viewer-row").first).to_be_visible()
    assert not any("audience-view" in each or "timeseries" in each or "by=" in each for each in asked)
    page.get_by_test_id("view-audience").click()
    expect(figure(page, "watching")).to_have_text(str(api.viewers.audience(None)["watching_now"]))
    expect(page).to_have_url(re.compile(r"\?show=audience$"))
    expect(page.get_by_test_id("view-audience")).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page.get_by_test_id("viewer-row").first).to_be_visible()
    expect(page.get_by_test_id("view-viewers")).to_have_attribute("aria-current", "page")


def test_a_program_that_cannot_be_loaded_is_said_to_be_so(api: ApiDouble, open_page: Open) -> None:
    page = open_page("about:blank", expect_errors=True)
    page.route("**/audience-view-*.js", lambda route: route.abort())
    page.goto(audience(api))
    expect(page.get_by_role("heading", name="This view could not be loaded")).to_be_visible()
    expect(page.get_by_role("button", name="Load the page anew")).to_be_visible()


def test_the_tiles_tell_how_many_and_how_well_with_counts_beside_ratios(api: ApiDouble, open_page: Open) -> None:
    page = open_page(audience(api))
    total = api.audience.breakdown("status", None, 5, 200)["total"]
    expect(figure(page, "watching")).to_have_text(str(total["watching_now"]))
    expect(page.get_by_test_id("tile-watching")).to_contain_text("of 180 live")
    expect(figure(page, "start-up")).to_have_text(f"{total['start_up_p95_s']:.1f} s")
    expect(page.get_by_test_id("tile-start-up")).to_contain_text(f"{total['starts']} starts")
    expect(figure(page, "exits")).to_have_text(re.compile(r"^\d+(\.\d)? %$"))
    for tile, count in (("exits", "exits_before_start"), ("failures", "failed")):
        beside = f"{total[count]} of {total['attempts']} attempts · last 5 min"
        expect(page.get_by_test_id(f"tile-{tile}")).to_contain_text(beside)
    expect(figure(page, "peak")).to_have_text(re.compile(r"^\d+$"))
    expect(figure(page, "average")).to_have_text(re.compile(r"^\d+(\.\d)?$"))


def test_what_hurts_most_comes_first_and_other_orders_are_a_click_away(api: ApiDouble, open_page: Open) -> None:
    page = open_page(audience(api, "&by=cdn"))
    expect(row(page, BAD_CDN)).to_be_visible()
    assert shown(page)[0] == BAD_CDN
    expect(page.get_by_test_id("breakdown-total")).to_contain_text("180 live")
    page.get_by_test_id("rank-watching").click()
    expect(page).to_have_url(re.compile(r"rank=watching"))
    counts = values(api.viewers.live(), "cdn")
    expect(page.get_by_test_id("breakdown-row").last).to_have_attribute("data-value", BAD_CDN)
    assert set(shown(page)) == set(counts)
    header = page.get_by_role("columnheader", name="Watching now")
    expect(header).to_have_attribute("aria-sort", "descending")
    page.get_by_test_id("rank-watching").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_test_id("breakdown-row").first).to_have_attribute("data-value", BAD_CDN)


def test_a_click_narrows_the_figures_and_the_viewers(api: ApiDouble, open_page: Open) -> None:
    page = open_page(audience(api, "&by=cdn"))
    row(page, BAD_CDN).get_by_test_id("breakdown-value").click()
    expect(page).to_have_url(re.compile(r"d\.cdn=west"))
    bad = next(each for each in api.audience.breakdown("cdn", None, 5, 200)["rows"] if each["value"] == BAD_CDN)
    expect(figure(page, "watching")).to_have_text(str(bad["watching_now"]))
    expect(page.get_by_test_id("filter-chip")).to_have_text(re.compile("CDN.*west"))
    expect(row(page, BAD_CDN).get_by_test_id("breakdown-value")).to_have_attribute("aria-pressed", "true")
    expect(figure(page, "peak")).to_have_text(re.compile(r"^\d+$"))
    peak = int(figure(page, "peak").inner_text())
    assert 0 < peak <= bad["watching_now"]
    page.get_by_test_id("by").select_option("country")
    expect(page.get_by_test_id("breakdown-note")).to_contain_text("pairs of CDN and Country aren’t counted")
    page.get_by_test_id("scope-viewers").click()
    live = sum(each["dimensions"]["cdn"] == BAD_CDN for each in api.viewers.live())
    expect(page.get_by_test_id("shown")).to_have_text(f"{live} of 180 live")
    page.go_back()
    page.get_by_test_id("filter-chip").click()
    expect(figure(page, "watching")).to_have_text(str(api.viewers.audience(None)["watching_now"]))


def test_a_row_leads_to_its_viewers(api: ApiDouble, open_page: Open) -> None:
    page = open_page(audience(api))
    title = TITLES[1][0]
    row(page, title).get_by_test_id("breakdown-viewers").click()
    expect(page.get_by_test_id("viewer-title").first).to_have_text(title)
    expect(page).to_have_url(re.compile(r"title=Night"))
    page.goto(audience(api, "&by=status"))
    expect(row(page, "PAUSED_VIDEO")).to_contain_text("Paused")
    row(page, "PAUSED_VIDEO").get_by_test_id("breakdown-viewers").click()
    expect(page.get_by_test_id("viewer-status").first).to_have_text("Paused")


def test_rows_of_few_sessions_are_grey_and_say_so(api: ApiDouble, open_page: Open) -> None:
    page = open_page(audience(api))
    expect(row(page, "The ninth wave")).to_have_attribute("data-few", "true")
    expect(row(page, "The ninth wave")).to_have_attribute("title", re.compile("Fewer than 20"))
    expect(row(page, "Harbour lights")).to_have_attribute("data-few", "false")


def test_the_series_has_a_metric_a_range_and_a_time_before(api: ApiDouble, open_page: Open) -> None:
    now = int(time.time() // 60)
    api.audience.gaps = {now - 20, now - 21}
    page = open_page(audience(api))
    chart = page.get_by_test_id("series-chart").get_by_role("img")
    expect(chart).to_have_attribute("aria-label", re.compile(r"^Watching, last hour: between .*2 of 60 points"))
    page.get_by_test_id("metric").select_option("rebuffer_ratio")
    expect(chart).to_have_attribute("aria-label", re.compile(r"^Rebuffer percentage, last hour: between \d\.\d %"))
    expect(page.locator('[data-testid="compare"] option[value="week"]')).to_be_disabled()
    page.get_by_test_id("compare").select_option("day")
    expect(chart).to_have_attribute("aria-label", re.compile(r"a day before: \d\.\d %"))
    expect(page.get_by_test_id("tile-peak")).to_contain_text(re.compile(r"a day before: \d+"))
    page.get_by_test_id("range").select_option("month")
    page.get_by_test_id("compare").select_option("week")
    expect(chart).to_have_attribute("aria-label", re.compile("last 30 days.*a week before"))
    expect(page).to_have_url(re.compile(r"metric=rebuffer_ratio&range=month&compare=week$"))
    page.reload()
    expect(page.get_by_test_id("metric")).to_have_value("rebuffer_ratio")
    expect(chart).to_have_attribute("aria-label", re.compile("last 30 days.*a week before"))
    page.get_by_test_id("range").select_option("hour")
    expect(page.get_by_test_id("compare")).to_have_value("")


def test_what_is_shown_can_be_saved_in_utc(api: ApiDouble, open_page: Open) -> None:
    page = open_page(audience(api, "&by=cdn&compare=hour"), timezone_id="Asia/Kolkata")
    expect(page.get_by_test_id("scope")).to_contain_text(re.compile("local \\(Asia/(Kolkata|Calcutta)\\).*UTC"))
    expect(page.get_by_test_id("compared")).to_be_visible()
    expect(row(page, BAD_CDN)).to_be_visible()
    name, (head, *lines) = saved(page, "breakdown")
    assert re.fullmatch(r"audience-by-cdn-\d{4}-\d\d-\d\dT\d{4}Z\.csv", name)
    assert [line[0] for line in lines] == [*shown(page), "total"]
    bad = next(each for each in api.audience.breakdown("cdn", None, 5, 200)["rows"] if each["value"] == BAD_CDN)
    for column in ("watching_now", "sessions", "attempts", "failed", "exits_before_start", "rebuffer_ratio"):
        assert float(lines[0][head.index(column)]) == pytest.approx(bad[column])
    name, (head, *lines) = saved(page, "series")
    assert name.startswith("audience-hour-")
    assert len(lines) == 60
    first = datetime.fromisoformat(lines[0][0])
    assert first.utcoffset() is not None
    assert first.tzname() == "UTC"
    assert 60 <= (time.time() - first.timestamp()) / 60 < 63
    assert head[1] == "watching"
    assert "watching_hour_before" in head


def test_text_from_outside_is_text_on_the_page_and_in_a_spreadsheet(serve: Serve, open_page: Open) -> None:
    viewers = ViewersDouble(30)
    for each in viewers.sessions.values():
        each["dimensions"]["app"] = HOSTILE
    api = serve(viewers)
    page = open_page(audience(api, "&by=app"))
    expect(page.get_by_test_id("breakdown-value")).to_have_text(HOSTILE)
    _, (_, first, *_) = saved(page, "breakdown")
    assert first[0] == f"'{HOSTILE}"
    page.get_by_test_id("breakdown-value").click()
    expect(page.get_by_test_id("filter-chip")).to_contain_text(HOSTILE)
    assert page.locator("img[src='x']").count() == 0
    assert api.violations == []


def test_a_dimension_that_isnt_there_is_told_in_the_services_words(api: ApiDouble, open_page: Open) -> None:
    page = open_page(audience(api, "&by=cdn&d.nonsense=1"), expect_errors=True)
    expect(page.get_by_test_id("series").get_by_test_id("card-failure")).to_contain_text("no dimension")
    expect(figure(page, "watching")).to_have_text("–")
    expect(row(page, BAD_CDN)).to_be_visible()


def test_values_of_a_title_that_isnt_pinned_are_refused_in_the_services_words(
    api: ApiDouble, open_page: Open
) -> None:
    page = open_page(audience(api, "&by=cdn&title=Harbour+lights"), expect_errors=True)
    expect(page.get_by_test_id("breakdown").get_by_test_id("card-failure")).to_contain_text(
        "only for pinned titles"
    )
    watching = api.viewers.audience("Harbour lights")["watching_now"]
    expect(figure(page, "watching")).to_have_text(str(watching))
    expect(page.get_by_test_id("series-chart")).to_be_visible()


def test_while_it_loads_nothing_is_claimed(api: ApiDouble, open_page: Open) -> None:
    api.held = True
    page = open_page(audience(api))
    for card in ("series", "breakdown"):
        expect(page.get_by_test_id(f"{card}-loading")).to_be_visible()
        expect(page.get_by_test_id(f"{card}-csv")).to_be_disabled()
    for tile in ("watching", "peak", "average", "start-up", "rebuffering", "exits", "failures"):
        expect(figure(page, tile)).to_have_text("–")
    api.held = False
    expect(figure(page, "watching")).not_to_have_text("–")


def test_while_the_service_is_away_the_figures_are_grey_and_say_of_when_they_are(
    api: ApiDouble, open_page: Open
) -> None:
    page = open_page(audience(api, "&by=cdn"), expect_errors=True)
    expect(row(page, BAD_CDN)).to_be_visible()
    expect(figure(page, "watching")).not_to_have_text("–")
    watching = figure(page, "watching").inner_text()
    api.away = api.push_blocked = True
    api.cut_sockets()
    expect(page.get_by_test_id("away")).to_be_visible()
    expect(page.get_by_test_id("tiles")).to_have_attribute("data-still", "true")
    for caption in page.get_by_test_id("as-of").all_inner_texts():
        assert re.fullmatch(r"as of \d\d:\d\d:\d\d", caption)
    expect(page.get_by_test_id("tile-watching")).to_contain_text(re.compile(r"as of \d\d:\d\d:\d\d"))
    assert figure(page, "watching").inner_text() == watching
    api.away = api.push_blocked = False
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_test_id("tiles")).to_have_attribute("data-still", "false")


def test_it_is_worked_by_keyboard(api: ApiDouble, open_page: Open) -> None:
    page = open_page(audience(api, "&by=cdn"))
    value = row(page, BAD_CDN).get_by_test_id("breakdown-value")
    value.focus()
    page.keyboard.press("Enter")
    expect(value).to_have_attribute("aria-pressed", "true")
    expect(value).to_be_focused()
    row(page, BAD_CDN).get_by_test_id("breakdown-viewers").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("viewer-row").first).to_be_visible()
    expect(page.locator("main")).to_be_focused()


def test_forced_colours_keep_the_view_and_the_value_that_are_chosen(api: ApiDouble, open_page: Open) -> None:
    page = open_page(audience(api, "&by=cdn&d.cdn=west"), forced_colors="active")
    for chosen in (page.get_by_test_id("view-audience"), row(page, BAD_CDN).get_by_test_id("breakdown-value")):
        expect(chosen).to_have_css("outline-style", "solid")
    expect(page.get_by_test_id("view-viewers")).to_have_css("outline-style", "none")


@pytest.mark.parametrize("width", [360, 768, 1440, 3840])
def test_nothing_is_wider_than_the_screen(api: ApiDouble, open_page: Open, width: int) -> None:
    api.audience.open_incident()
    page = open_page(audience(api, "&by=country&compare=day&d.country=DE"), width=width, height=900)
    expect(page.get_by_test_id("breakdown-row").first).to_be_visible()
    expect(page.get_by_test_id("incident")).to_be_visible()
    expect(page.get_by_test_id("series-chart").locator("canvas")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_ads_are_told_by_ad_creative_and_break(api: ApiDouble, open_page: Open) -> None:
    page = open_page(audience(api))
    ad = page.get_by_test_id("ad-row").first
    expect(ad).to_contain_text("Northwind Coffee")
    expect(ad.locator('[data-column="views"]')).to_have_text("80")
    expect(ad.locator('[data-column="completed"]')).to_have_text(re.compile(r"^56\s*70 %$"))
    name, (head, first, *_) = saved(page, "ads")
    assert name.startswith("ads-by-ad-")
    assert first[: head.index("views") + 1] == [
        "northwind-coffee",
        "Northwind Coffee",
        "northwind-coffee-15s",
        "",
        "80",
    ]
    page.get_by_test_id("ads-by").select_option("break")
    expect(page.get_by_test_id("ad-row").last).to_contain_text("Post-roll")
    expect(page.get_by_test_id("ad-row").last.locator('[data-column="empty_breaks"]')).to_have_text("9100 %")
    expect(page).to_have_url(re.compile(r"ads=break$"))
    api.audience.ad_views = 0
    page.get_by_test_id("ads-by").select_option("creative")
    expect(page.get_by_test_id("ads")).to_contain_text("No ad was seen in these hours.")
