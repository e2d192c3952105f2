"""The event set that the reference was measured with: 200,000 viewer-JSON events of 1,000 viewers, about 19.8 % of
which change a viewer's state; the rest are pings. Interleaved as they would arrive. Seeded, so always the same
but for the day. `adId` is a number, as the reference's consumer wants it.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

# Noon of the day before: within one UTC day (a session without an id is a viewer's day), and nothing expires.
BEGINS = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
EVERY_S = 10.0  # between two events of one viewer
EVENTS_EACH = 200
# When the last of them has happened: the time to process them at, as if just collected, so that all of it is live.
ENDS_MS = int((BEGINS + timedelta(seconds=EVERY_S * (EVENTS_EACH + 1))).timestamp() * 1000)
# The changes of state in a viewing, between which pings fall.
SCRIPT = [
    *("play_event", "ad_break_start_event", "ad_break_end_event", "pause_event", "play_event"),
    *("pause_event", "play_event", "ad_break_start_event", "ad_break_end_event", "pause_event", "play_event"),
]


def viewer_json_events(
    viewers: int = 1_000, events_each: int = EVENTS_EACH, seed: int = 1, who: str = "viewer"
) -> Iterator[tuple[str, bytes]]:
    """(viewer id, viewer JSON as bytes), `viewers` x `events_each` of them, in the order of their time.

    `who` begins the ids: a store that is filled already wants other viewers.
    """
    rng = Random(seed)
    names = [_names(Random(f"{seed}-{viewer}"), events_each) for viewer in range(viewers)]
    starts = [rng.uniform(0, EVERY_S) for _ in range(viewers)]
    order = sorted(range(viewers), key=starts.__getitem__)
    for number in range(events_each):
        for viewer in order:
            at = BEGINS + timedelta(seconds=starts[viewer] + number * EVERY_S)
            viewer_id = f"{who}-{viewer:06d}"
            yield viewer_id, _event(viewer_id, number, names[viewer][number], at, rng)


def _names(rng: Random, count: int) -> list[str]:
    changes = iter(SCRIPT * (count // len(SCRIPT) + 1))
    names = [next(changes)]
    while len(names) < count:
        names.append(next(changes) if rng.random() < 0.209 else "ping_event")
    return names


def _event(viewer_id: str, number: int, name: str, at: datetime, rng: Random) -> bytes:
    return json.dumps(
        {
            "collector_tstamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "event_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "event_name": name,
            "viewer_id": viewer_id,
            "adsClicked": number // 80,
            "adsSkipped": number // 120,
            "adId": number // 40 + 1 if name.startswith("ad_break") else 0,
            "video_ts": round(number * EVERY_S, 3),
        },
        separators=(",", ":"),
    ).encode()
