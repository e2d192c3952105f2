"""Tracker protocol -> the 131 columns, with the Analytics SDK reading them back."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snowplow_analytics_sdk.event_transformer import transform

from collector.enriched_event import COLUMNS, RequestContext, enriched_event
from collector.tracker_payload import BadPayload, event_of_query, events_of_body

NOON = 1_763_985_600_000  # 2025-11-24T12:00:00Z
CONTEXT = RequestContext(
    NOON, "6f2d1f2e-0000-4000-8000-000000000001", "127.0.0.1", "Agent/1", "https://a.example/b"
)
PLAY = {"schema": "iglu:com.snowplowanalytics.snowplow.media/play_event/jsonschema/1-0-0", "data": {}}
PLAYER = {
    "schema": "iglu:com.snowplowanalytics.snowplow/media_player/jsonschema/2-0-0",
    "data": {"currentTime": 1.5, "paused": False, "ended": False, "label": "Zoë\tand\nco"},
}
UE = json.dumps({"schema": "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0", "data": PLAY})
CO = json.dumps({"schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1", "data": [PLAYER]})


def fields(event: dict[str, str], context: RequestContext = CONTEXT) -> dict:
    """The event's columns as the SDK reads the line."""
    return transform(enriched_event(event, context).line().decode())


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_page_view_of_the_web_tracker():
    read = fields(
        {
            "e": "pv",
            "eid": "e-1",
            "aid": "shop",
            "p": "web",
            "tv": "js-4.6.9",
            "tna": "sp",
            "uid": "v-1",
            "duid": "d-1",
            "vid": "3",
            "sid": "s-1",
            "dtm": str(NOON - 500),
            "stm": str(NOON - 300),
            "url": "https://shop.example:8443/watch?v=1#t=2",
            "page": "Watch\tnow",
            "refr": "http://search.example/?q=x",
            "cs": "UTF-8",
            "ds": "1200x3000",
            "vp": "1200x800",
            "res": "2560x1440",
            "cd": "24",
            "lang": "de",
            "tz": "Europe/Berlin",
            "cookie": "1",
        }
    )
    assert read == {
        "app_id": "shop",
        "platform": "web",
        "etl_tstamp": "2025-11-24T12:00:00.000Z",
        "collector_tstamp": "2025-11-24T12:00:00.000Z",
        "dvce_created_tstamp": "2025-11-24T11:59:59.500Z",
        "dvce_sent_tstamp": "2025-11-24T11:59:59.700Z",
        "derived_tstamp": "2025-11-24T11:59:59.800Z",
        "event": "page_view",
        "event_id": "e-1",
        "event_vendor": "com.snowplowanalytics.snowplow",
        "event_name": "page_view",
        "event_format": "jsonschema",
        "event_version": "1-0-0",
        "event_fingerprint": read["event_fingerprint"],
        "name_tracker": "sp",
        "v_tracker": "js-4.6.9",
        "v_collector": read["v_collector"],
        "v_etl": read["v_etl"],
        "user_id": "v-1",
        "user_ipaddress": "127.0.0.1",
        "domain_userid": "d-1",
        "domain_sessionidx": 3,
        "domain_sessionid": "s-1",
        "network_userid": "6f2d1f2e-0000-4000-8000-000000000001",
        "useragent": "Agent/1",
        "page_url": "https://shop.example:8443/watch?v=1#t=2",
        "page_title": "Watch    now",
        "page_referrer": "http://search.example/?q=x",
        "page_urlscheme": "https",
        "page_urlhost": "shop.example",
        "page_urlport": 8443,
        "page_urlpath": "/watch",
        "page_urlquery": "v=1",
        "page_urlfragment": "t=2",
        "refr_urlscheme": "http",
        "refr_urlhost": "search.example",
        "refr_urlport": 80,
        "refr_urlpath": "/",
        "refr_urlquery": "q=x",
        "doc_charset": "UTF-8",
        "doc_width": 1200,
        "doc_height": 3000,
        "br_viewwidth": 1200,
        "br_viewheight": 800,
        "dvce_screenwidth": 2560,
        "dvce_screenheight": 1440,
        "br_colordepth": "24",
        "br_lang": "de",
        "br_cookies": True,
        "os_timezone": "Europe/Berlin",
    }


@pytest.mark.parametrize(
    "carried",
    [
        {"ue_pr": UE, "co": CO},
        {"ue_px": encoded(UE), "cx": encoded(CO)},
        {"ue_px": base64.b64encode(UE.encode()).decode(), "cx": base64.b64encode(CO.encode()).decode()},
    ],
    ids=["plain", "url-safe base64 without padding", "base64"],
)
def test_a_self_describing_event_comes_plain_or_in_base64(carried: dict[str, str]):
    read = fields({"e": "ue", "eid": "e-1"} | carried)
    assert read["event_name"] == "play_event"
    assert read["event_vendor"] == "com.snowplowanalytics.snowplow.media"
    assert (read["event_format"], read["event_version"]) == ("jsonschema", "1-0-0")
    assert read["unstruct_event_com_snowplowanalytics_snowplow_media_play_event_1"] == {}
    assert read["contexts_com_snowplowanalytics_snowplow_media_player_2"] == [PLAYER["data"]]


@pytest.mark.parametrize(
    ("created", "sent", "true", "derived"),
    [
        (NOON - 5_000, NOON - 4_000, None, "2025-11-24T11:59:59.000Z"),
        (NOON - 999, NOON - 1_000, None, "2025-11-24T12:00:00.000Z"),  # whole seconds in stm: no negative delay
        (0, 2_000, None, "2025-11-24T11:59:58.000Z"),  # a device in 1970
        (None, NOON, None, "2025-11-24T12:00:00.000Z"),
        (NOON - 9_000, None, None, "2025-11-24T12:00:00.000Z"),
        (NOON - 5_000, NOON - 4_000, NOON - 60_000, "2025-11-24T11:59:00.000Z"),
    ],
)
def test_derived_time_is_the_collectors_less_the_events_wait_on_the_device(created, sent, true, derived):
    times = {"dtm": created, "stm": sent, "ttm": true}
    event = {"e": "pv"} | {name: str(value) for name, value in times.items() if value is not None}
    assert fields(event)["derived_tstamp"] == derived


def test_a_retry_has_the_same_fingerprint_and_another_event_another():
    event = {"e": "ue", "ue_pr": UE, "dtm": str(NOON), "eid": "a", "stm": str(NOON)}
    first = fields(event)["event_fingerprint"]
    assert fields(event | {"stm": str(NOON + 60_000), "eid": "b"})["event_fingerprint"] == first
    assert fields(event | {"dtm": str(NOON + 1)})["event_fingerprint"] != first


def test_an_event_without_an_id_gets_one():
    assert len(fields({"e": "pv"})["event_id"]) == 36


def test_the_page_is_the_referer_where_the_tracker_names_none():
    assert fields({"e": "pv"})["page_urlhost"] == "a.example"


BAD_EVENTS = {
    "no type": {},
    "an unknown type": {"e": "xx"},
    "a self-describing event without data": {"e": "ue"},
    "base64 that isn't": {"e": "ue", "ue_px": "%%%"},
    "base64 of no JSON": {"e": "ue", "ue_px": encoded("{")},
    "base64 of no UTF-8": {"e": "ue", "ue_px": base64.urlsafe_b64encode(b"\xff\xfe").decode()},
    "no schema": {"e": "ue", "ue_pr": '{"data":{"data":{}}}'},
    "a schema that is no Iglu URI": {"e": "ue", "ue_pr": '{"data":{"schema":"play","data":{}}}'},
    "data that is a number": {"e": "ue", "ue_pr": UE.replace('"data": {}', '"data": 7')},
    "NaN": {"e": "ue", "ue_pr": UE.replace('"data": {}', '"data": {"x": NaN}')},
    "1e400": {"e": "ue", "ue_pr": UE.replace('"data": {}', '"data": {"x": 1e400}')},
    "contexts that are an object": {"e": "pv", "co": '{"data":{}}'},
    "contexts that are a number": {"e": "pv", "co": "7"},
    "contexts nested without end": {"e": "pv", "co": "[" * 100_000},
    "a time that is a word": {"e": "pv", "dtm": "noon"},
    "a time below zero": {"e": "pv", "dtm": "-5"},
    "a time no calendar has": {"e": "pv", "stm": "99999999999999999"},
    "a visit count that is a word": {"e": "pv", "vid": "many"},
    "a size that is no size": {"e": "pv", "vp": "widexhigh"},
}


@pytest.mark.parametrize("event", BAD_EVENTS.values(), ids=BAD_EVENTS.keys())
def test_what_enrich_would_refuse_is_a_bad_event(event: dict[str, str]):
    with pytest.raises(BadPayload):
        enriched_event(event, CONTEXT)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"schema":"iglu:com.acme/x/jsonschema/1-0-0","data":[{}]}',
        b'{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":[]}',
        b'{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":{}}',
        b'{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":['
        + b",".join([b"{}"] * 1001)
        + b"]}",
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_body_that_no_tracker_sends_is_refused(body: bytes):
    with pytest.raises(BadPayload):
        events_of_body(body)


def test_a_query_without_an_event_is_refused():
    with pytest.raises(BadPayload):
        event_of_query([("p", "web")])


PROTOCOL_FIELDS = ["aid", "p", "dtm", "stm", "ttm", "eid", "uid", "duid", "vid", "url", "refr", "vp", "co", "cx"]


@given(
    st.sampled_from(["pv", "pp", "se", "tr", "ti"]),
    st.dictionaries(st.sampled_from(PROTOCOL_FIELDS), st.text(max_size=30), max_size=6),
)
def test_whatever_the_fields_hold_the_line_has_131_columns_or_the_event_is_bad(kind: str, event: dict[str, str]):
    try:
        line = enriched_event(event | {"e": kind}, CONTEXT).line()
    except BadPayload:
        return
    assert line.count(b"\t") == len(COLUMNS) - 1
    assert b"\n" not in line
    line.decode()
