"""A campaign of two ads in 44 ad breaks of eleven sessions, and four breaks without an ad: as enriched TSV, with
the figures that are right, counted by hand.

Ad 1: 20 seen whole, 4 whole and clicked, 6 skipped at once, 5 after a quarter, 4 after a half, 3 left after a
quarter, and 2 of which only a ping and the midpoint arrived. Ad 2: 28 seen whole, 4 clicked and skipped after a
quarter, 11 skipped at once, 1 left after a quarter. Six sessions share the ids of their four breaks, five have ids
of their own.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "localstack"))

from collector.enriched_event import RequestContext, enriched_event

START_MS = 1_795_518_000_000  # 2026-11-24T11:00:00Z
HOURS = 5  # the last session begins 200 minutes later
TITLE = "Harbour lights"

_MEDIA = "iglu:com.snowplowanalytics.snowplow.media"
_SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
_START, _SKIP, _CLICK, _COMPLETE = "ad_start", "ad_skip", "ad_click", "ad_complete"
_WHOLE = (_START, 25, 50, 75, _COMPLETE)
_OF_AD_1 = (
    *(20 * [_WHOLE]),
    *(4 * [(_START, 25, 50, _CLICK, _CLICK, 75, _COMPLETE)]),
    *(6 * [(_START, _SKIP)]),
    *(5 * [(_START, 25, _SKIP)]),
    *(4 * [(_START, 25, 50, _SKIP)]),
    *(3 * [(_START, 25)]),
    *(2 * [("ping", 50)]),
)
_OF_AD_2 = (*(28 * [_WHOLE]), *(4 * [(_START, 25, _CLICK, _SKIP)]), *(11 * [(_START, _SKIP)]), (_START, 25))
_CREATIVE = "spot-30"

# views, reached 25, 50, 75 %, completed, clicks, skips
BY_AD = {
    "ad-1": (44, 38, 30, 24, 24, 4, 15),
    "ad-2": (44, 33, 28, 28, 28, 4, 15),
}
BY_CREATIVE = {_CREATIVE: (88, 71, 58, 52, 52, 8, 30)}
SHARED_BREAKS = ("pre", "mid-1", "mid-2", "post")
VIEWS_OF_A_SHARED_BREAK, BREAKS_OF_THEIR_OWN = 12, 20
EMPTY_BREAK, EMPTY_BREAKS = "late", 4
VIEWERS = 6
VIEWS_OF_A_VIEWER = {"viewer-0": 16, "viewer-5": 8}  # two sessions of four breaks with two ads each, or one


def lines() -> list[bytes]:
    """One enriched TSV line an event, in the order of their time."""
    return [line for _, line in sorted(_lines())]


def _lines() -> Iterator[tuple[int, bytes]]:
    number = 0
    for session in range(11):
        at_ms = START_MS + session * 1_200_000
        steps: list[tuple[str, int | None, dict | None, dict | None]] = [("ready", None, None, None)]
        for place in range(4):
            break_id = SHARED_BREAKS[place] if session < 6 else f"{session}-{place}-7c0d"
            ad_break = {"breakId": break_id, "name": "a break", "startTime": place * 60.0, "breakType": "linear"}
            shown = session * 4 + place
            steps.append(("ad_break_start", None, None, ad_break))
            for ad, outcomes in ((1, _OF_AD_1), (2, _OF_AD_2)):
                entity = {
                    "adId": f"ad-{ad}",
                    "name": f"Ad {ad}",
                    "creativeId": _CREATIVE,
                    "podPosition": ad,
                    "duration": 4.0,
                }
                for what in outcomes[shown * 7 % 44]:
                    if isinstance(what, int):
                        steps.append(("ad_quartile", what, entity, ad_break))
                    else:
                        steps.append((what, None, entity, ad_break))
            steps.append(("ad_break_end", None, None, ad_break))
            steps.append(("play", None, None, None))
            steps += [("ping", None, None, None)] * 2
        if session < EMPTY_BREAKS:
            empty = {"breakId": EMPTY_BREAK, "startTime": 300.0}
            steps += [("ad_break_start", None, None, empty), ("ad_break_end", None, None, empty)]
        for name, percent, ad, ad_break in steps:
            number += 1
            at_ms += 1_000
            yield at_ms, _line(number, session, at_ms, name, percent, ad, ad_break)


def _line(
    number: int,
    session: int,
    at_ms: int,
    name: str,
    percent: int | None,
    ad: dict | None,
    ad_break: dict | None,
) -> bytes:
    player = {
        "currentTime": 12.5,
        "duration": 600.0,
        "ended": False,
        "paused": ad_break is not None,
        "label": TITLE,
    }
    media_session = {"mediaSessionId": f"session-{session}"}
    entities = [("media_player", "2-0-0", _SNOWPLOW, player), ("session", "1-0-0", _MEDIA, media_session)]
    if ad is not None:
        entities.append(("ad", "1-0-0", _MEDIA, ad))
    if ad_break is not None:
        entities.append(("ad_break", "1-0-0", _MEDIA, ad_break))
    event = {
        "schema": f"{_MEDIA}/{name}_event/jsonschema/1-0-0",
        "data": {} if percent is None else {"percentProgress": percent},
    }
    contexts = [
        {"schema": f"{vendor}/{entity}/jsonschema/{version}", "data": data}
        for entity, version, vendor, data in entities
    ]
    payload = {
        "e": "ue",
        "eid": f"00000000-0000-4000-8000-{number:012}",
        "dtm": str(at_ms),
        "stm": str(at_ms + 40),
        "uid": f"viewer-{session % VIEWERS}",
        "ue_pr": json.dumps({"schema": f"{_SNOWPLOW}/unstruct_event/jsonschema/1-0-0", "data": event}),
        "co": json.dumps({"schema": f"{_SNOWPLOW}/contexts/jsonschema/1-0-1", "data": contexts}),
    }
    request = RequestContext(
        collector_ms=at_ms + 65,
        network_userid="9c1d2f54-3f0a-4f43-8a06-000000000001",
        ip_address="127.0.0.1",
        useragent="Player/1.0",
    )
    return bytes(enriched_event(payload, request).line())
