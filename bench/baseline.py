"""The baseline: a consumer with the shape of the one this product replaces, written for this measurement.

One record at a time, the state of every viewer in memory, one synchronous PutItem per change of state, pings never
written. In Python with the same JSON parser and the same AWS client as ours, so that the shape is what differs.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

STATES = {
    ("WATCHING_VIDEO", "pause_event"): "PAUSED_VIDEO",
    ("WATCHING_VIDEO", "ad_break_start_event"): "WATCHING_AD",
    ("WATCHING_VIDEO", "end_event"): "COMPLETED_VIDEO",
    ("PAUSED_VIDEO", "play_event"): "WATCHING_VIDEO",
    ("WATCHING_AD", "ad_break_end_event"): "WATCHING_VIDEO",
    ("WATCHING_AD", "end_event"): "COMPLETED_VIDEO",
}


class OneAtATime:
    """`client` is a DynamoDB client, or None for a store that answers at once."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._states: dict[str, str] = {}
        self.writes = 0

    def consume(self, values: Iterable[bytes]) -> None:
        for value in values:
            event = msgspec.json.decode(value)
            viewer = event["viewer_id"]
            known = viewer in self._states
            before = self._states.get(viewer, "WATCHING_VIDEO")
            after = STATES.get((before, event["event_name"]), before)
            if after != before or not known:
                self._states[viewer] = after
                self._write(event, after)

    def _write(self, event: dict[str, Any], state: str) -> None:
        self.writes += 1
        if self._client is None:
            return
        self._client.put_item(
            TableName=self._table,
            Item={
                "viewer_id": {"S": event["viewer_id"]},
                "sk": {"S": event["collector_tstamp"]},
                "state": {"S": state},
                "event_name": {"S": event["event_name"]},
                "adId": {"S": str(event["adId"])},
                "adsClicked": {"N": str(event["adsClicked"])},
                "adsSkipped": {"N": str(event["adsSkipped"])},
                "video_ts": {"N": str(event["video_ts"])},
            },
        )
