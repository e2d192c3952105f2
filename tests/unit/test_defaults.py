"""What stands a second time in another language is what the functions have (live_viewers.defaults)."""

import json
import re
from pathlib import Path

from live_viewers.defaults import LONGEST_PING_INTERVAL_S, PLACEHOLDER_VIEWER_IDS
from live_viewers.events.viewer import viewer_of

ROOT = Path(__file__).parents[2]


def found(path: str, pattern: str) -> str:
    matched = re.search(pattern, (ROOT / path).read_text(encoding="utf-8"))
    assert matched, f"{pattern} is not in {path}"
    return matched.group(1)


def test_snowbridge_s_script_knows_the_same_nobodies() -> None:
    nobody = json.loads(found("snowbridge/viewer_json.js", r"var NOBODY = (\[[^\]]*\])").replace("'", '"'))
    assert set(PLACEHOLDER_VIEWER_IDS) <= set(nobody)
    placeholders = frozenset(PLACEHOLDER_VIEWER_IDS)
    assert [each for each in nobody if viewer_of(each, None, None, None, placeholders)] == []


def test_the_video_page_takes_ping_intervals_as_long_as_count() -> None:
    longest = found("frontend/src/video/settings.ts", r"ping <= (\d+)")
    assert int(longest) == LONGEST_PING_INTERVAL_S
