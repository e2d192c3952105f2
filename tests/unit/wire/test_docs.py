"""The example in docs/wire-formats.md is read as the page says."""

import re
from pathlib import Path

from live_viewers.events.media_event import EventKind
from live_viewers.wire import DecodeSettings, decode

PAGE = Path(__file__).parents[3] / "docs" / "wire-formats.md"


def test_the_example_of_viewer_json_is_read_whole():
    (example,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    event = decode(example.encode(), DecodeSettings())
    assert event is not None
    assert (event.viewer_id, event.session_id, event.kind) == ("viewer-1", "m-00000001", EventKind.AD_QUARTILE)
    assert event.event_time_ms % 60_000 == 10_025
    assert event.order_time_ms % 60_000 == 10_400
    assert event.player is not None
    assert event.totals is not None
    assert event.ad is not None
    assert event.ad_break is not None
    assert (event.position_s, event.totals.ads_skipped) == (12.25, 1)
    assert event.payload == {"percent_progress": 50}
    assert not event.totals_partial
