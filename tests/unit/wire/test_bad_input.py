"""Every rule of docs/bad-input.md: what is rejected and why, what is cleaned, what is skipped."""

import json
from pathlib import Path

import pytest

from live_viewers.session.media_session import fold
from live_viewers.wire import DecodeSettings, RejectReason, Unreadable, decode
from tests.unit.wire.records import MEDIA, PLAYER, SNOWPLOW, contexts, tsv, unstruct, viewer_json

SETTINGS = DecodeSettings()
DEEP = "[" * 100_000 + "]" * 100_000
R = RejectReason

REJECTED = {
    "an empty value": (b"", R.UNKNOWN_FORMAT),
    "null": (b"null", R.UNKNOWN_FORMAT),
    "an empty list": (b"[]", R.UNKNOWN_FORMAT),
    "a word": (b"hello", R.UNKNOWN_FORMAT),
    "a number": (b"42", R.UNKNOWN_FORMAT),
    "an object that is no event": (b"{}", R.UNKNOWN_FORMAT),
    "a megabyte of one letter": (b"x" * 1_000_000, R.UNKNOWN_FORMAT),
    "only tabs": (b"\t" * 1_000, R.BAD_COLUMNS),
    "130 columns": (tsv().rsplit(b"\t", 1)[0], R.BAD_COLUMNS),
    "132 columns": (tsv() + b"\t", R.BAD_COLUMNS),
    "a truncated line": (tsv()[:300], R.BAD_COLUMNS),
    "131 columns of which one is not UTF-8": (tsv(page_title="X").replace(b"\tX\t", b"\t\xff\t"), R.BAD_UTF8),
    "broken contexts": (tsv(contexts=contexts()[:-5]), R.BAD_JSON),
    "contexts that are a list": (tsv(contexts="[]"), R.BAD_ENTITY),
    "contexts without data": (tsv(contexts="{}"), R.BAD_ENTITY),
    "an entity without a schema": (tsv(contexts='{"data":[{"data":{}}]}'), R.BAD_ENTITY),
    "contexts nested without end": (tsv(contexts='{"x":' + DEEP + "}"), R.BAD_JSON),
    "no unstruct_event": (tsv(unstruct_event=""), R.BAD_JSON),
    "an unstruct_event of a wrong type": (tsv(unstruct_event='{"data":7}'), R.BAD_ENTITY),
    "a player without its position": (tsv(contexts=contexts({"paused": True, "ended": False})), R.BAD_ENTITY),
    "a position that is a word": (tsv(contexts=contexts(PLAYER | {"currentTime": "12"})), R.BAD_ENTITY),
    "a position below zero": (tsv(contexts=contexts(PLAYER | {"currentTime": -1})), R.BAD_ENTITY),
    "a position that is NaN": (tsv(contexts=contexts(PLAYER | {"currentTime": float("nan")})), R.BAD_JSON),
    "a position of 1e400": (tsv(contexts=contexts().replace("12.5", "1e400")), R.BAD_ENTITY),
    "a volume of 101": (tsv(contexts=contexts(PLAYER | {"volume": 101})), R.BAD_ENTITY),
    "a label of 5,000 characters": (tsv(contexts=contexts(PLAYER | {"label": "x" * 5_000})), R.BAD_ENTITY),
    "a counter below zero": (tsv(contexts=contexts(PLAYER, {"mediaSessionId": "s", "ads": -1})), R.BAD_ENTITY),
    "a counter of 2 to the 70": (
        tsv(contexts=contexts(PLAYER, {"mediaSessionId": "s", "ads": 2**70})),
        R.BAD_ENTITY,
    ),
    "a session id that is a number": (tsv(contexts=contexts(PLAYER, {"mediaSessionId": 7})), R.BAD_ENTITY),
    "an ad without its id": (
        tsv(contexts=contexts(PLAYER, None, (f"{MEDIA}/ad/jsonschema/1-0-0", {}))),
        R.BAD_ENTITY,
    ),
    "a volume change without the new volume": (tsv(event_name="volume_change_event"), R.BAD_ENTITY),
    "no time": (tsv(collector_tstamp="", derived_tstamp=""), R.NO_TIMESTAMP),
    "a collector time that is a word": (tsv(collector_tstamp="yesterday"), R.BAD_TIMESTAMP),
    "a derived time on 30 February": (tsv(derived_tstamp="2025-02-30 14:00:00.000"), R.BAD_TIMESTAMP),
    "a derived time in the year 9999": (tsv(derived_tstamp="9999-01-01 00:00:00.000"), R.BAD_TIMESTAMP),
    "a derived time before 1970": (tsv(derived_tstamp="1969-12-31 23:59:59.999"), R.BAD_TIMESTAMP),
    "no viewer": (tsv(user_id=""), R.NO_VIEWER),
    "a viewer of blanks": (tsv(user_id="   "), R.NO_VIEWER),
    "only a null UUID": (
        tsv(user_id="", network_userid="00000000-0000-0000-0000-000000000000"),
        R.NO_VIEWER,
    ),
    "only a placeholder": (tsv(user_id="PoC user"), R.NO_VIEWER),
    "a viewer id of 10 KB": (tsv(user_id="v" * 10_240), R.UNUSABLE_ID),
    "a viewer id of 2,049 bytes in UTF-8": (tsv(user_id="é" * 1_024 + "v"), R.UNUSABLE_ID),
    "a NUL in the viewer id": (tsv(user_id="v\x001"), R.UNUSABLE_ID),
    "a NUL escaped in the viewer id": (viewer_json(viewer_id="v\x001"), R.UNUSABLE_ID),
    "a lone surrogate in the viewer id": (viewer_json(viewer_id="v\ud800"), R.UNUSABLE_ID),
    "a lone surrogate in the session id": (
        tsv(contexts=contexts().replace("s-1", "s\\ud83d")),
        R.UNUSABLE_ID,
    ),
    "a session id of 10 KB": (tsv(contexts=contexts(PLAYER, {"mediaSessionId": "s" * 10_240})), R.UNUSABLE_ID),
    "an event id of 10 KB": (tsv(event_id="e" * 10_240), R.UNUSABLE_ID),
    "an event id of 10 KB in viewer JSON": (viewer_json(event_id="e" * 10_240), R.UNUSABLE_ID),
    "a NUL escaped in the event id": (viewer_json(event_id="e\x001"), R.UNUSABLE_ID),
    "a line's end escaped in the event id": (viewer_json(event_id="e\n1"), R.UNUSABLE_ID),
    "a tab as it is in a text": (viewer_json(event_id="e-1").replace(b"e-1", b"e\t1"), R.BAD_JSON),
    "a delete in the event id": (viewer_json(event_id="e\x7f1"), R.UNUSABLE_ID),
    "a control character beyond ASCII in the event id": (
        viewer_json(event_id="e-1").replace(b"e-1", "e\x851".encode()),
        R.UNUSABLE_ID,
    ),
    "no event id": (tsv(event_id=""), R.NO_EVENT_ID),
    "viewer JSON cut short": (viewer_json()[:-10], R.BAD_JSON),
    "viewer JSON with something after it": (viewer_json() + b" x", R.BAD_JSON),
    "viewer JSON with NaN": (viewer_json(video_ts=float("nan")), R.BAD_JSON),
    "viewer JSON with 1e400": (viewer_json().replace(b"12.5", b"1e400"), R.BAD_ENTITY),
    "viewer JSON that is not UTF-8": (viewer_json().replace(b"v-1", b"v\xff"), R.BAD_UTF8),
    "viewer JSON without event_name": (viewer_json(event_name=None), R.UNKNOWN_FORMAT),
    "viewer JSON without a viewer": (viewer_json(viewer_id=None), R.NO_VIEWER),
    "viewer JSON with an empty viewer": (viewer_json(viewer_id=""), R.NO_VIEWER),
    "viewer JSON of the default viewer": (viewer_json(viewer_id="PoC user"), R.NO_VIEWER),
    "viewer JSON with a numeric viewer": (viewer_json(viewer_id=7), R.BAD_ENTITY),
    "viewer JSON with a list as adId": (viewer_json(adId=[1]), R.BAD_ENTITY),
    "viewer JSON with adId true": (viewer_json(adId=True), R.BAD_ENTITY),
    "viewer JSON with an adId of 10,000 digits": (
        viewer_json().replace(b'"adId": 0', b'"adId": ' + b"9" * 10_000),
        R.BAD_ENTITY,
    ),
    "viewer JSON with a bad time": (viewer_json(collector_tstamp="2025-11-24"), R.BAD_TIMESTAMP),
    "viewer JSON without a time": (viewer_json(collector_tstamp=None), R.NO_TIMESTAMP),
    "viewer JSON nested without end": (b'{"x":' + DEEP.encode() + b"}", R.BAD_JSON),
    "enriched JSON cut short": (b'{"event":"unstruct","event_vendor":"x","event_name"', R.BAD_JSON),
    "enriched JSON without its own data": (
        json.dumps(
            {
                "event": "unstruct",
                "event_vendor": "com.snowplowanalytics.snowplow.media",
                "event_name": "ping_event",
                "event_id": "e-1",
                "user_id": "v-1",
                "collector_tstamp": "2025-11-24T14:00:01Z",
            }
        ).encode(),
        R.BAD_ENTITY,
    ),
}


@pytest.mark.parametrize(("value", "reason"), REJECTED.values(), ids=REJECTED.keys())
def test_rejected_with_a_reason(value: bytes, reason: RejectReason):
    with pytest.raises(Unreadable) as caught:
        decode(value, SETTINGS)
    assert caught.value.reason is reason
    assert not any(identifier in caught.value.detail for identifier in ("v-1", "e-1", "s-1"))


def test_every_reason_that_a_decoder_gives_has_an_example_and_a_line_in_the_docs():
    given_by_others = {RejectReason.UNSTORABLE, RejectReason.DAMAGED, RejectReason.INTERNAL_ERROR}
    assert {reason for _, reason in REJECTED.values()} == set(RejectReason) - given_by_others
    page = (Path(__file__).parents[3] / "docs" / "bad-input.md").read_text()
    assert all(f"`{reason}`" in page for reason in RejectReason)


SKIPPED = {
    "a page view": tsv(event="page_view", event_vendor="com.snowplowanalytics.snowplow", event_name="page_view"),
    "a page view with broken contexts": tsv(event="page_view", contexts="{", user_id=""),
    "a structured event": tsv(event="struct", event_name="event"),
    "an own event without the player": tsv(
        event_vendor="com.example", event_name="reaction", contexts=contexts(None)
    ),
    "a media event that Snowplow may add one day": tsv(event_name="new_event", contexts=contexts(None)),
    "viewer JSON of a page view": viewer_json(event_name="page_view"),
    "enriched JSON of a page view": b'{"event":"page_view","event_vendor":"x","contexts_x_1":7}',
}


@pytest.mark.parametrize("value", SKIPPED.values(), ids=SKIPPED.keys())
def test_skipped_because_it_is_no_media_event(value: bytes):
    assert decode(value, SETTINGS) is None


def test_an_id_of_exactly_the_keys_length_is_taken():
    assert decode(tsv(user_id="é" * 1024), SETTINGS).viewer_id == "é" * 1024
    assert decode(tsv(event_id="e" * 1004), SETTINGS).event_id == "e" * 1004
    session = {"mediaSessionId": "s" * 1016}
    assert decode(tsv(contexts=contexts(PLAYER, session)), SETTINGS).session_id == "s" * 1016


def test_a_title_cut_in_the_middle_of_an_emoji_is_cleaned():
    event = decode(tsv(contexts=contexts().replace("Harbour", "Harbour \\ud83d")), SETTINGS)
    assert event.player.label == "Harbour \ufffd"


def test_a_nul_in_a_title_is_cleaned_and_an_escaped_backslash_is_left_alone():
    event = decode(tsv(contexts=contexts().replace("Harbour", "a\\u0000b \\\\ud83d \\ud83d\\ude00")), SETTINGS)
    assert event.player.label == "a\ufffdb \\ud83d 😀"


def test_a_missing_blank_or_null_session_id_makes_the_viewers_day():
    for column in (contexts(PLAYER, None), contexts(PLAYER, {"mediaSessionId": "  "})):
        event = decode(tsv(contexts=column), SETTINGS)
        assert (event.session_id, event.session_is_synthetic) == ("day-2025-11-24", True)


def test_a_device_time_that_cannot_be_read_takes_no_part():
    event = decode(tsv(dvce_created_tstamp="0000-00-00 00:00:00.000"), SETTINGS)
    assert event.device_time_ms is None
    assert event.order_time_ms == event.event_time_ms


def test_a_session_start_that_cannot_be_read_is_left_out():
    session = {"mediaSessionId": "s-1", "startedAt": "soon"}
    event = decode(tsv(contexts=contexts(PLAYER, session)), SETTINGS)
    assert fold([event]).counters.started_at_ms is None


def test_a_ping_interval_is_capped_and_none_counts_as_unknown():
    for given, kept in ((10, 10), (65_535, 300), (0, 0), (None, 0)):
        session = {"mediaSessionId": "s-1", "pingInterval": given}
        event = decode(tsv(contexts=contexts(PLAYER, session)), SETTINGS)
        assert fold([event]).counters.ping_interval_s == kept


def test_an_unknown_kind_of_ad_break_counts_as_untyped():
    ad_break = (f"{MEDIA}/ad_break/jsonschema/1-0-0", {"breakId": "b", "startTime": 0, "breakType": "hologram"})
    assert decode(tsv(contexts=contexts(PLAYER, None, ad_break)), SETTINGS).ad_break.break_type is None


def test_a_later_version_of_a_schema_is_read_for_the_fields_we_know():
    later = contexts(PLAYER | {"spatialAudio": True}).replace("/2-0-0", "/2-1-13")
    assert decode(tsv(contexts=later), SETTINGS).player.position_s == 12.5


def test_an_entity_of_another_model_is_not_taken_for_ours():
    other = (f"{SNOWPLOW}/media_player/jsonschema/3-0-0", {"anything": 1})
    assert decode(tsv(contexts=contexts(None, None, other)), SETTINGS).player is None


def test_a_line_end_and_blanks_around_json_do_no_harm():
    assert decode(tsv() + b"\n", SETTINGS) == decode(tsv(), SETTINGS)
    assert decode(b"\n  " + viewer_json() + b"\n", SETTINGS) == decode(viewer_json(), SETTINGS)


@pytest.mark.parametrize(
    ("given", "kept"), [(0, None), ("", None), (None, None), ("0", "0"), (288, "288"), (2.0, "2"), ("a-1", "a-1")]
)
def test_the_ad_id_of_viewer_json_is_a_string_or_a_number_and_zero_is_none(given: object, kept: str | None):
    ad = decode(viewer_json(adId=given), SETTINGS).ad
    assert (ad and ad.ad_id) == kept


@pytest.mark.parametrize("name", ["play", "ad_break_start", "ad_break_start_event"])
def test_viewer_json_names_its_event_with_or_without_the_suffix(name: str):
    assert decode(viewer_json(event_name=name), SETTINGS).kind.event_name.startswith(name)


def test_a_media_event_may_carry_no_entity_at_all():
    event = decode(tsv(contexts=""), SETTINGS)
    assert (event.player, event.totals, event.position_s) == (None, None, None)


def test_payloads_are_snake_case_with_what_is_missing_as_none():
    column = unstruct("quality_change_event", {"newQuality": "360p", "bitrate": 9_007_199_254_740_991})
    event = decode(tsv(event_name="quality_change_event", unstruct_event=column), SETTINGS)
    assert event.payload == {
        "previous_quality": None,
        "new_quality": "360p",
        "bitrate": 9_007_199_254_740_991,
        "frames_per_second": None,
        "automatic": None,
    }
