"""From an event on the video page to the changed pixel on the live page, by push, on the running demo."""

import math
import statistics
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.idle_page import IdlePage
from tests.browser.live_page import NOTE_CLICKS

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
    live.wait_for_function("count => window.changes.length >= count", arg=count)
    return float(live.evaluate("count => window.changes[count - 1][1]", count))


def test_an_event_on_the_video_page_changes_the_live_page_within_a_second(
    demo: dict[str, str], new_page: Callable[[], Page]
) -> None:
    viewer_id = f"fresh-{time.time_ns()}"
    video = new_page()
    video.goto(f"{demo['video_page']}?user={viewer_id}&ping=30")
    video.get_by_test_id("play").click()
    live = new_page()
    live.goto(f"{demo['live_page']}?viewer={viewer_id}")
    expect(live.get_by_test_id("connection")).to_have_attribute("data-kind", "live")
    expect(live.get_by_test_id("panel-status")).to_have_text("Playing")
    live.evaluate(WATCH_STATUS)
    video.evaluate(NOTE_CLICKS)
    idle = IdlePage(new_page())
    times_ms = []
    for number in range(CHANGES):
        video.get_by_test_id("pause" if number % 2 == 0 else "play").click()
        times_ms.append((video.evaluate("window.clicks.at(-1)"), changed_at_ms(live, number + 1)))
        time.sleep(0.4)
    delays_ms = sorted(
        changed - clicked - idle.stalled_ms(clicked, changed) for clicked, changed in times_ms[WARM_UP:]
    )
    p95 = delays_ms[math.ceil(len(delays_ms) * 0.95) - 1]
    print(
        f"video page to live page: p50 {statistics.median(delays_ms):.0f} ms, p95 {p95:.0f} ms of {len(delays_ms)}"
    )
    assert p95 < 1_000
