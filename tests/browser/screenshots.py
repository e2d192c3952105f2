"""Makes the pictures in docs/images: `python -m tests.browser.screenshots` after `npm run build` in frontend/.

The audience is made up, the same in every run; the pages, their style and their browser are the real ones.
"""

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "lambdas")]

from playwright.sync_api import Browser, Page, expect  # noqa: E402 - the path is set above

from tests.browser.api_double import ApiDouble  # noqa: E402
from tests.browser.chromium import chromium  # noqa: E402
from tests.browser.viewers_double import ViewersDouble, now_ms, rfc3339  # noqa: E402

PAGES = ROOT / "frontend" / "dist"
IMAGES = ROOT / "docs" / "images"
Prepare = Callable[[Page, ApiDouble], None]
WIDE, NARROW = (1440, 900), (360, 780)


def audience(count: int) -> ViewersDouble:
    viewers = ViewersDouble(count)
    heron = viewers.add("quiet-heron-412", "WATCHING_VIDEO", title=1)
    totals = heron["totals"]
    totals.update(time_played_s=1392.0, content_watched_s=1310.0, time_paused_s=41.0, time_buffering_s=2.3)
    totals.update(ad_breaks=1, ads_seen=2, ads_completed=1, ads_skipped=1, ads_clicked=0, time_spent_ads_s=22.0)
    heron["experience"].update(rebuffer_ratio=0.0016, start_up_s=1.2)
    viewers.set("quiet-heron-412", "WATCHING_VIDEO", position=1480.0)
    viewers.watched_before("quiet-heron-412", 0, 22.4, 5061.0)
    viewers.watched_before("quiet-heron-412", 4, 47.1, 712.0)
    for viewer_id, status in (
        ("keen-finch-208", "WATCHING_AD"),
        ("amber-lark-731", "BUFFERING_VIDEO"),
        ("daring-otter-590", "PAUSED_VIDEO"),
    ):
        session = viewers.add(viewer_id, status)
        viewers.set(viewer_id, status, position=session["duration_s"] * 0.4)
    for minutes, viewer_id in enumerate(
        ("amber-lark-731", "daring-otter-590", "keen-finch-208", "quiet-heron-412")
    ):
        viewers.sessions[viewer_id]["first_seen"] = rfc3339(now_ms() - minutes * 8 * 60_000)
    viewers.sessions["quiet-heron-412"]["first_seen"] = rfc3339(now_ms() - 26 * 60_000)
    return viewers


def take(
    browser: Browser,
    api: ApiDouble,
    name: str,
    path: str,
    prepare: Prepare,
    size: tuple[int, int] = WIDE,
    scheme: str = "light",
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        timezone_id="UTC",
        locale="en-GB",
        device_scale_factor=2 if size is NARROW else 1,
    )
    page = context.new_page()
    page.goto(api.url + path)
    prepare(page, api)
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()
    print(f"docs/images/{name}.png")


def rows(page: Page, _: ApiDouble) -> None:
    expect(page.get_by_test_id("viewer-row").first).to_be_visible()
    expect(page.get_by_test_id("connection")).to_have_attribute("data-kind", "live")
    expect(page.get_by_test_id("hour-chart").locator("canvas")).to_be_visible()


def panel(page: Page, api: ApiDouble) -> None:
    rows(page, api)
    expect(page.get_by_test_id("timeline-chart")).to_be_visible()


def feed(page: Page, api: ApiDouble) -> None:
    rows(page, api)
    for _ in range(4):
        api.push(*(api.viewers.step() for _ in range(30)))
        page.wait_for_timeout(250)
    expect(page.get_by_test_id("feed-entry").nth(8)).to_be_visible()


def figures(page: Page, _: ApiDouble) -> None:
    expect(page.get_by_test_id("breakdown-row").first).to_be_visible()
    expect(page.get_by_test_id("ad-row").first).to_be_visible()
    expect(page.get_by_test_id("series-chart").locator("canvas")).to_be_visible()


def away(page: Page, api: ApiDouble) -> None:
    rows(page, api)
    api.away = api.push_blocked = True
    api.cut_sockets()
    expect(page.get_by_test_id("away")).to_be_visible(timeout=12_000)
    page.wait_for_timeout(3000)
    api.away = api.push_blocked = False


def all_rows(page: Page, _: ApiDouble) -> None:
    expect(page.get_by_test_id("shown")).to_have_text("10,000 live", timeout=60_000)


def playing(page: Page, _: ApiDouble) -> None:
    page.get_by_test_id("play").click()
    page.get_by_test_id("seek").fill("16")
    page.wait_for_timeout(2500)
    page.locator('[data-event-name="play_event"]').get_by_role("button").click()


def in_an_ad(page: Page, _: ApiDouble) -> None:
    page.get_by_test_id("play").click()
    page.get_by_test_id("seek").fill("30.5")
    expect(page.get_by_test_id("ad")).to_be_visible()
    page.wait_for_timeout(600)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    watching = "?viewer=quiet-heron-412"
    with chromium() as browser:
        with ApiDouble(audience(180), PAGES) as api:
            take(browser, api, "live-page", "/index.html", rows)
            take(browser, api, "live-page-dark", "/index.html" + watching, panel, scheme="dark")
            take(browser, api, "live-page-viewer", "/index.html" + watching, panel)
            take(browser, api, "live-page-cards", "/index.html?view=cards&group=title", rows)
            take(browser, api, "live-page-phone", "/index.html", rows, NARROW)
            take(browser, api, "live-page-phone-viewer", "/index.html" + watching, panel, NARROW, "dark")
            take(browser, api, "video-page", "/video.html?user=quiet-heron-412", playing)
            take(browser, api, "video-page-ad", "/video.html?user=quiet-heron-412", in_an_ad, scheme="dark")
            take(browser, api, "live-page-changes", "/index.html?feed=1", feed)
            take(browser, api, "live-page-away", "/index.html", away)
            api.audience.open_incident()
            by_cdn = "/index.html?show=audience&by=cdn&compare=day"
            take(browser, api, "live-page-audience", by_cdn, figures)
            take(browser, api, "live-page-audience-dark", f"{by_cdn}&d.cdn=west", figures, scheme="dark")
            take(browser, api, "live-page-audience-phone", by_cdn, figures, NARROW)
        with ApiDouble(ViewersDouble(0), PAGES) as api:
            heading = "Nobody is watching right now"
            take(
                browser,
                api,
                "live-page-empty",
                "/index.html",
                lambda page, _: expect(page.get_by_text(heading)).to_be_visible(),
            )
        with ApiDouble(ViewersDouble(10_000), PAGES) as api:
            take(browser, api, "live-page-10000", "/index.html?group=title", all_rows)
        with ApiDouble(ViewersDouble(3), PAGES, needs_sign_in=True) as api:
            take(
                browser,
                api,
                "live-page-signed-out",
                "/index.html",
                lambda page, _: expect(page.get_by_test_id("signed-out")).to_be_visible(),
            )


if __name__ == "__main__":
    main()
