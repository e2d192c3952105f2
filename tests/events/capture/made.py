"""Makes the golden files of shapes that no tracker at hand sends: mobile, legacy v1, the reference's viewer JSON.

    python tests/events/capture/made.py

The same files every time: ids and times are fixed. The enriched TSV comes from the collector's own code.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path[:0] = [str(ROOT / "lambdas"), str(ROOT / "localstack")]

from collector.enriched_event import RequestContext, enriched_event  # noqa: E402

MEDIA = "iglu:com.snowplowanalytics.snowplow.media"
SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
START_MS = 1_763_992_800_000  # 2025-11-24T14:00:00Z


def tsv(
    number: int, after_s: float, event: dict, entities: list[dict], delay_ms: int = 40, **fields: str
) -> bytes:
    """One line: the event made `after_s` seconds after the start and at the collector `delay_ms` later."""
    created = START_MS + int(after_s * 1000)
    payload = {
        "e": "ue",
        "eid": f"00000000-0000-4000-8000-{number:012}",
        "dtm": str(created),
        "stm": str(created + delay_ms),
        "ue_pr": json.dumps({"schema": f"{SNOWPLOW}/unstruct_event/jsonschema/1-0-0", "data": event}),
        "co": json.dumps({"schema": f"{SNOWPLOW}/contexts/jsonschema/1-0-1", "data": entities}),
    }
    context = RequestContext(
        collector_ms=created + delay_ms + 25,
        network_userid="9c1d2f54-3f0a-4f43-8a06-000000000001",
        ip_address="127.0.0.1",
        useragent="Player/1.0",
    )
    return enriched_event(payload | fields, context).line() + b"\n"


def mobile() -> bytes:
    """An app: client_session names the viewer, there is no domain_userid; integers where JSON has whole floats."""
    client_session = {
        "schema": f"{SNOWPLOW}/client_session/jsonschema/1-0-2",
        "data": {
            "userId": "8d0a6f7e-91c4-4b3f-bb58-1f3a7d1b0c11",
            "sessionId": "f2c8bd0f-8fb5-4d3c-9d4f-7a6d5b4c3e21",
            "sessionIndex": 3,
            "previousSessionId": None,
            "storageMechanism": "LOCAL_STORAGE",
            "firstEventId": None,
            "firstEventTimestamp": None,
            "eventIndex": 7,
        },
    }
    lines = []
    steps = [("ready_event", 0, 0.0, True), ("play_event", 0.4, 0.0, False), ("ping_event", 10.4, 10.0, False)]
    steps += [
        ("pause_event", 14.4, 14.0, True),
        ("play_event", 20.0, 14.0, False),
        ("end_event", 66.0, 60.0, True),
    ]
    for number, (name, after_s, position_s, paused) in enumerate(steps, start=1):
        player = {
            "currentTime": position_s,
            "duration": 60,
            "ended": name == "end_event",
            "paused": paused,
            "label": "Winter garden",
            "mediaType": "video",
            "playbackRate": 1,
            "volume": 80,
        }
        session = {
            "mediaSessionId": "m-00000001",
            "startedAt": "2025-11-24T14:00:00.000Z",
            "pingInterval": 10,
            "timePlayed": position_s,
            "contentWatched": position_s,
            "avgPlaybackRate": 1,
        }
        entities = [
            client_session,
            {"schema": f"{SNOWPLOW}/media_player/jsonschema/2-0-0", "data": player},
            {"schema": f"{MEDIA}/session/jsonschema/1-0-0", "data": session},
        ]
        event = {"schema": f"{MEDIA}/{name}/jsonschema/1-0-0", "data": {}}
        lines.append(
            tsv(number, after_s, event, entities, p="mob", aid="app", tna="app", tv="ios-6.0.6", lang="de")
        )
    return b"".join(lines)


def legacy_v1() -> bytes:
    """media_player_event 1-0-0 with media_player 1-0-0, as @snowplow/browser-plugin-media-tracking sent it."""
    lines = []
    steps = [("play", 0, 0.0), ("percentprogress", 15, 15.0), ("seeked", 16, 40.0), ("pause", 20, 44.0)]
    steps += [("play", 25, 44.0), ("ended", 41, 60.0), ("canplaythrough", 41.1, 60.0)]
    for number, (kind, after_s, position_s) in enumerate(steps, start=101):
        player = {
            "currentTime": position_s,
            "duration": 60.0,
            "ended": position_s == 60.0,
            "isLive": False,
            "loop": False,
            "muted": False,
            "paused": kind in ("pause", "ended"),
            "playbackRate": 1,
            "volume": 100,
        } | ({"percentProgress": 25} if kind == "percentprogress" else {})
        event = {
            "schema": f"{SNOWPLOW}/media_player_event/jsonschema/1-0-0",
            "data": {"type": kind, "label": "Old clip"},
        }
        entities = [
            {"schema": f"{SNOWPLOW}/media_player/jsonschema/1-0-0", "data": player},
            {
                "schema": "iglu:org.whatwg/media_element/jsonschema/1-0-0",
                "data": {"htmlId": "video", "mediaType": "VIDEO", "autoPlay": False},
            },
        ]
        lines.append(
            tsv(
                number,
                after_s,
                event,
                entities,
                p="web",
                aid="site",
                duid="4b0dfb75-a770-4f70-8e8c-3e1a7b1c0d01",
                vid="2",
                url="https://www.example.com/watch?v=7",
            )
        )
    return b"".join(lines)


def reference_viewer_json() -> bytes:
    """What the reference accelerator's Snowbridge script writes; the zeros at the end of fractions are gone."""
    steps = [
        ("play_event", "2025-11-24T14:00:00Z", 0, 0, 0),
        ("ping_event", "2025-11-24T14:00:10.1Z", 10, 0, 0),
        ("ad_break_start_event", "2025-11-24T14:00:12.25Z", 12.25, 0, 0),
        ("ping_event", "2025-11-24T14:00:20.3Z", 12.25, 0, "288"),
        ("ad_break_end_event", "2025-11-24T14:00:22.007Z", 12.25, 1, 0),
        ("play_event", "2025-11-24T14:00:22.01Z", 12.25, 1, 0),
        ("pause_event", "2025-11-24T14:00:40.5Z", 30.5, 1, 0),
        ("end_event", "2025-11-24T14:01:11.123456Z", 60, 1, 0),
    ]
    return b"".join(
        json.dumps(
            {
                "collector_tstamp": time,
                "event_id": f"00000000-0000-4000-8000-{number:012}",
                "event_name": name,
                "viewer_id": "viewer-11",
                "adsClicked": 0,
                "adsSkipped": skipped,
                "adId": ad_id,
                "video_ts": position_s,
            },
            separators=(",", ":"),
        ).encode()
        + b"\n"
        for number, (name, time, position_s, skipped, ad_id) in enumerate(steps, start=201)
    )


if __name__ == "__main__":
    for name, text in (
        ("mobile.tsv", mobile()),
        ("legacy_v1.tsv", legacy_v1()),
        ("reference_viewer_json.jsonl", reference_viewer_json()),
    ):
        (HERE.parent / name).write_bytes(text)
