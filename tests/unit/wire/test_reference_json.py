"""The short way of the reference's viewer JSON tells what the decoder of all forms does, whatever fields hold."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.dimensions.dimension import Dimension
from live_viewers.events.media_event import MediaEvent
from live_viewers.wire import DecodeSettings, Unreadable, decoder
from live_viewers.wire.decode import any_decoder
from live_viewers.wire.reference_json import reference_first
from live_viewers.wire.stage_paths import StagePaths
from tests.golden_events import records
from tests.unit.wire.records import MEDIA, viewer_json

DIMENSIONS = (Dimension("country", ("atomic:geo_country",)),)
STAGES = [DecodeSettings(), DecodeSettings(frozenset({"anonymous"}), StagePaths(DIMENSIONS))]
ODD_TEXTS = [
    "",
    " ",
    "0",
    "anonymous",
    "é",
    "a\x00b",
    "a\x7fb",
    "\ud83d",
    "\U0001f600",
    "a" * 300,
    "\ufffd",
    " v ",
]
TEXTS = st.sampled_from(ODD_TEXTS) | st.text(max_size=12)
TIMES = st.sampled_from(
    [
        "2025-11-24T14:00:01Z",
        "2025-11-24 14:00:01.5",
        "2025-11-24T14:00:01.123456+02:00",
        "1969-01-01 00:00:00",
        "x",
    ]
)
NUMBERS = st.integers(-2, 70_000) | st.sampled_from([0.0, 2.5, 50.0, -1.5, 2**53, 2**53 + 1, 10**30, True])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "collector_tstamp": TIMES | TEXTS,
    "event_id": TEXTS,
    "event_name": st.sampled_from(["ping_event", "play", "page_view", "media_player_event"]) | TEXTS,
    "viewer_id": TEXTS,
    "adsClicked": NUMBERS,
    "adsSkipped": NUMBERS,
    "adId": NUMBERS | TEXTS,
    "video_ts": NUMBERS,
    "event_vendor": TEXTS,
    "media_session_id": TEXTS,
    "page_view_id": TEXTS,
    "payload": st.just({"percentProgress": 25}),
    "carried": st.just({"geo_country": "DE"}),
}
CHANGES = st.lists(
    st.sampled_from(sorted(FIELDS)).flatmap(lambda name: st.tuples(st.just(name), FIELDS[name] | st.none())),
    max_size=3,
)


def outcome(decode: Any, value: bytes) -> MediaEvent | tuple[str, str] | None:
    try:
        return decode(value)
    except Unreadable as unreadable:
        return (unreadable.reason, unreadable.detail)


@pytest.mark.parametrize("settings", STAGES)
@given(CHANGES, st.booleans())
def test_it_tells_what_the_decoder_of_all_forms_tells(settings, changes, are_escaped):
    fields = json.loads(viewer_json()) | dict(changes)
    value = json.dumps(fields, ensure_ascii=are_escaped).encode(errors="surrogatepass")
    assert outcome(decoder(settings), value) == outcome(any_decoder(settings), value)


def refuse(value: bytes) -> MediaEvent | None:
    raise AssertionError(f"went the long way: {value!r}")


@pytest.mark.parametrize("settings", STAGES)
def test_the_references_records_take_the_short_way(settings):
    values = records("reference_viewer_json.jsonl")
    short = reference_first(settings, refuse)
    assert [short(value) for value in values] == [any_decoder(settings)(value) for value in values]


def test_a_stage_that_reads_an_entity_of_its_own_takes_the_long_way_for_all():
    of_ads = Dimension("advertiser", (f"entity:{MEDIA.removeprefix('iglu:')}/ad/1#/name",))
    assert reference_first(DecodeSettings(paths=StagePaths((of_ads,))), refuse) is refuse
