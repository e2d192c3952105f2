"""Viewings whose events reach the collector several in one POST, in each of the wire formats.

Only what the reference's state machine gets right in order: no pause in or before an ad break, no end of a paused
video. What goes wrong with these goes wrong by the loss of order alone.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from live_viewers.session.status import Status
from tests.kafka_records import START_MS, enriched_json, tstamp
from tests.unit.wire import records as wire

NEXT = {
    Status.WATCHING_VIDEO: ("pause", "ping", "ping", "ad_break_start", "end"),
    Status.PAUSED_VIDEO: ("play", "play", "ping"),
    Status.WATCHING_AD: ("ad_break_end", "ad_break_end", "ping"),
    Status.COMPLETED_VIDEO: (),
}
AFTER = {
    "play": Status.WATCHING_VIDEO,
    "pause": Status.PAUSED_VIDEO,
    "ad_break_start": Status.WATCHING_AD,
    "ad_break_end": Status.WATCHING_VIDEO,
    "end": Status.COMPLETED_VIDEO,
}


@dataclass(frozen=True)
class Step:
    """One event on the device; `status` is what the viewer then sees. All of a POST have its `collector_ms`."""

    viewer: str
    name: str
    event_id: str
    device_ms: int
    collector_ms: int
    status: Status

    @property
    def position_s(self) -> float:
        """Rises with every event, so that (collector's time, position) is distinct."""
        return (self.device_ms - START_MS) / 1000

    @property
    def player(self) -> dict[str, Any]:
        ended = self.status is Status.COMPLETED_VIDEO
        paused = ended or self.status is Status.PAUSED_VIDEO
        return {"currentTime": self.position_s, "paused": paused, "ended": ended}

    @property
    def ad_break(self) -> dict[str, Any] | None:
        if self.status is not Status.WATCHING_AD and self.name != "ad_break_end":
            return None
        return {"breakId": "b-1", "startTime": 0, "breakType": "linear"}


def viewing(viewer: str, rng: Random) -> list[list[Step]]:
    """The POSTs of one viewing, three to eight of one to five events."""
    posts: list[list[Step]] = []
    device_ms, status, name = START_MS + rng.randrange(300_000), Status.WATCHING_VIDEO, "play"
    for _ in range(rng.randint(3, 8)):
        happened = []
        for _ in range(rng.randint(1, 5)):
            happened.append((name, device_ms, status))
            if not NEXT[status]:
                break
            name = rng.choice(NEXT[status])
            status = AFTER.get(name, status)
            device_ms += rng.randrange(1, 2_000)
        collector_ms = happened[-1][1] + 150
        number = len(posts)
        posts.append(
            [
                Step(viewer, was, f"{viewer}-{number}-{at}", when_ms, collector_ms, then)
                for at, (was, when_ms, then) in enumerate(happened)
            ]
        )
        if not NEXT[happened[-1][2]]:
            break
        device_ms += rng.randrange(3_000, 20_000)
    return posts


def as_enriched_tsv(step: Step) -> bytes:
    def column(at_ms: int) -> str:
        return tstamp(at_ms).replace("T", " ").removesuffix("Z")

    more = [] if step.ad_break is None else [(f"{wire.MEDIA}/ad_break/jsonschema/1-0-0", step.ad_break)]
    return wire.tsv(
        event_name=f"{step.name}_event",
        event_id=step.event_id,
        user_id=step.viewer,
        collector_tstamp=column(step.collector_ms),
        derived_tstamp=column(step.device_ms + 100),
        dvce_created_tstamp=column(step.device_ms),
        contexts=wire.contexts(step.player, wire.SESSION, *more),
    )


def as_enriched_json(step: Step) -> bytes:
    return enriched_json(
        f"{step.name}_event",
        step.device_ms,
        viewer=step.viewer,
        event_id=step.event_id,
        collected_after_ms=step.collector_ms - step.device_ms,
        player=step.player,
        ad_break=step.ad_break,
    )


def as_reference_json(step: Step) -> bytes:
    """The reference's own: the collector's time is the only one."""
    return json.dumps(_reference_fields(step)).encode()


def as_our_viewer_json(step: Step) -> bytes:
    """What snowbridge/viewer_json.js makes: the reference's fields and the device's time, session and entities."""
    added = {
        "derived_tstamp": tstamp(step.device_ms + 100),
        "dvce_created_tstamp": tstamp(step.device_ms),
        "media_session_id": "session",
        "player": step.player,
        "session": {"mediaSessionId": "session"},
        "ad_break": step.ad_break,
    }
    fields = _reference_fields(step) | added
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def _reference_fields(step: Step) -> dict[str, Any]:
    return {
        "collector_tstamp": tstamp(step.collector_ms),
        "event_id": step.event_id,
        "event_name": f"{step.name}_event",
        "viewer_id": step.viewer,
        "adsClicked": 0,
        "adsSkipped": 0,
        "adId": "ad-1" if step.name.startswith("ad_") else 0,
        "video_ts": step.position_s,
    }


FORMATS: dict[str, Callable[[Step], bytes]] = {
    "enriched TSV": as_enriched_tsv,
    "enriched JSON": as_enriched_json,
    "our viewer JSON": as_our_viewer_json,
    "the reference's viewer JSON": as_reference_json,
}
