"""From an event on the video page to the changed pixel on the live page, by push, on the running demo."""

import statistics
import time

from playwright.sync_api import Browser, Page, expect

CHANGES = 24
WARM_UP = 4

# Notes when the word of the status changed, after the frame that shows it was painted.
WATCH_STATUS = """() => {
  window.changes = []
  const badge = () => document.querySelector('[data-testid="panel-status"]')?.textContent
  let last = badge()
  new MutationObserver(() => {
    const now = badge()
    if (now === last) return
    last = now
    requestAnimationFrame(() => setTimeout(() => window.changes.push([now, Date.now()])))
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
}"""


def changed_at_ms(live: Page, count: int) -> float:
    live.wait_for_function("count => window.changes.length >= count", arg=count, timeout=10_000)
    return float(live.evaluate("count => window.changes[count - 1][1]", count))


def test_an_event_on_the_video_page_changes_the_live_page_within_a_second(
    demo: dict[str, str], browser: Browser
) -> None:
    viewer_id = f"fresh-{time.time_ns()}"
    video = browser.new_page()
    video.goto(f"{demo['video_page']}?user={viewer_id}&ping=30")
    video.get_by_test_id("play").click()
    live = browser.new_page()
    live.goto(f"{demo['live_page']}?viewer={viewer_id}")
    expect(live.get_by_test_id("connection")).to_have_attribute("data-kind", "live", timeout=20_000)
    expect(live.get_by_test_id("panel-status")).to_have_text("Playing", timeout=20_000)
    live.evaluate(WATCH_STATUS)
    delays_ms = []
    for number in range(CHANGES):
        clicked_ms = video.evaluate("() => Date.now()")
        video.get_by_test_id("pause" if number % 2 == 0 else "play").click()
        delays_ms.append(changed_at_ms(live, number + 1) - clicked_ms)
        time.sleep(0.4)
    delays_ms = sorted(delays_ms[WARM_UP:])
    p95 = delays_ms[int(len(delays_ms) * 0.95)]
    print(
        f"video page to live page: p50 {statistics.median(delays_ms):.0f} ms, p95 {p95:.0f} ms of {len(delays_ms)}"
    )
    assert p95 < 1_000
