"""The golden stories of real players on the live page: badges, progress and the timeline as the story says."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.stories_double import StoriesDouble
from tests.players.steps import STORIES, expected

# The chart's own measures (timeline-chart.tsx), to read positions from what is drawn.
LEFT, RIGHT, THINNEST = 92, 470, 2
TOLERANCE_S = 1.0  # events tell where playback was to within the moment at which they are sent
# What no event tells (docs/limits.md): the page shows what was told.
NEVER_KNOWN = {"hls_error_with_a_full_buffer"}
LIVE = [story for story in STORIES if expected(story).get("livestream")]
TITLES = [story for story in STORIES if story not in LIVE]

Span = tuple[float, float]


@pytest.fixture
def stories() -> StoriesDouble:
    return StoriesDouble(STORIES)


@pytest.fixture
def show(
    serve: Callable[..., ApiDouble], open_page: Callable[..., Page], stories: StoriesDouble
) -> Callable[..., Page]:
    """Opens the page with all stories in its list, and one's panel beside it."""

    def opened(story: str = "") -> Page:
        address = serve(stories, push=False).live_page + (f"?viewer={story}" if story else "")
        return open_page(address, width=1440, height=1600)

    return opened


def row(page: Page, story: str) -> Locator:
    return page.locator(f'[data-testid="viewer-row"][data-viewer-id="{story}"]')


def shown_at_the_end(story: str) -> str:
    step = expected(story)["steps"][-1]
    return step[3]["shown"] if len(step) > 3 else step[2]


def joined(spans: list[Span]) -> list[Span]:
    """Stretches that touch are one: a pause parts them on the page, and not in what was played."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start - out[-1][1] < 0.5:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif end - start > 0.1:
            out.append((start, end))
    return out


def drawn(panel: Locator, duration_s: float) -> list[Span]:
    """The stretches of the chart, in seconds of the content."""
    rects = panel.get_by_test_id("timeline-chart").locator("rect:has(> title)")
    scale = duration_s / (RIGHT - LEFT)
    spans = []
    for rect in rects.all():
        x, width = (float(rect.get_attribute(name) or "nan") for name in ("x", "width"))
        if width > THINNEST:  # what is shorter is drawn as wide, so that it can be seen
            spans.append(((x - LEFT) * scale, (x - LEFT + width) * scale))
    return joined(spans)


def test_every_story_has_its_badge(show: Callable[..., Page]) -> None:
    page = show()
    for story in STORIES:
        badge = row(page, story).get_by_test_id("viewer-status")
        expect(badge).to_have_attribute("data-status", shown_at_the_end(story))


@pytest.mark.parametrize("story", LIVE)
def test_a_live_stream_is_shown_as_live_and_not_along_a_length(show: Callable[..., Page], story: str) -> None:
    page = show(story)
    progress = row(page, story).get_by_test_id("progress-time")
    expect(progress).to_contain_text("LIVE")
    expect(progress).not_to_contain_text("0:00 / 0:00")
    panel = page.get_by_test_id("viewer-panel")
    expect(panel.get_by_test_id("panel-status")).to_be_visible()
    expect(panel.get_by_test_id("timeline-chart")).to_have_count(0)


@pytest.mark.parametrize("story", TITLES)
def test_the_bar_and_the_timeline_are_those_of_the_story(
    show: Callable[..., Page], stories: StoriesDouble, story: str
) -> None:
    page = show(story)
    session = stories.sessions[story]
    duration_s = session["duration_s"]
    # A playlist's session is of several titles: what is drawn is along the newest.
    progress = row(page, story).get_by_test_id("progress-time")
    expect(progress).to_have_text(re.compile(rf"^\d+:\d\d / {int(duration_s // 60)}:{int(duration_s % 60):02d}$"))
    panel = page.get_by_test_id("viewer-panel")
    expect(panel.get_by_test_id("panel-status")).to_have_attribute("data-status", shown_at_the_end(story))
    expect(panel.get_by_test_id("timeline-chart")).to_be_visible()
    if story in NEVER_KNOWN:
        return
    plays_on = session["status"] == "WATCHING_VIDEO"

    def playhead_s() -> float:
        played_on_s = time.time() - stories.made_ms / 1000
        return min(duration_s, session["position_s"] + played_on_s)

    def is_last(start: float, end: float) -> bool:
        """The viewer was in this stretch when the story ended."""
        return plays_on and start - TOLERANCE_S <= session["position_s"] <= end + TOLERANCE_S

    at_least_s, until = playhead_s(), time.monotonic() + 30
    found = drawn(panel, duration_s)
    # The page moves the last one on once a second, when the machine lets it.
    while any(is_last(*span) and span[1] < at_least_s - TOLERANCE_S for span in found):
        assert time.monotonic() < until, (found, at_least_s)
        page.wait_for_timeout(100)
        found = drawn(panel, duration_s)
    at_most_s = playhead_s()
    played = joined([(start, end) for start, end in expected(story)["played"]])
    assert len(found) == len(played), (found, played)
    for (start, end), (began, ended) in zip(found, played, strict=True):
        first_s, last_s = (at_least_s, at_most_s) if is_last(began, ended) else (ended, ended)
        assert abs(start - began) <= TOLERANCE_S, (found, played)
        assert first_s - TOLERANCE_S <= end <= last_s + TOLERANCE_S, (found, played)
