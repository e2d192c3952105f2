"""Whole numbers written as `50.0`, as typed languages do, and one entity in two versions."""

import json

import pytest
from snowplow_analytics_sdk.event_transformer import transform

from live_viewers.wire import DecodeSettings, Unreadable, decode
from tests.unit.wire.records import MEDIA, PLAYER, SESSION, SNOWPLOW, contexts, tsv, unstruct, viewer_json

SETTINGS = DecodeSettings()
AD = {"adId": "a-1", "podPosition": 2.0, "duration": 30.0}
LOUD = {**PLAYER, "volume": 50.0, "currentTime": 12.0}
COUNTED = {**SESSION, "pingInterval": 30.0, "ads": 1.0, "adsClicked": 1e0, "timePlayed": 12.0}


def as_json(line: bytes) -> bytes:
    return json.dumps(transform(line.decode())).encode()


QUARTILE = tsv(
    event_name="ad_quartile_event",
    contexts=contexts(LOUD, COUNTED, (f"{MEDIA}/ad/jsonschema/1-0-0", AD)),
    unstruct_event=unstruct("ad_quartile_event", {"percentProgress": 25.0}),
)
VIEWER_JSON = viewer_json(
    event_name="ad_quartile_event", player=LOUD, session=COUNTED, ad=AD, payload={"percentProgress": 25.0}
)


@pytest.mark.parametrize("record", [QUARTILE, as_json(QUARTILE), VIEWER_JSON], ids=["TSV", "JSON", "viewer JSON"])
def test_a_whole_number_may_be_written_with_a_point(record):
    event = decode(record, SETTINGS)
    assert event is not None
    assert (event.player.volume, event.player.position_s) == (50, 12.0)
    assert (event.totals.ping_interval_s, event.totals.ads, event.totals.ads_clicked) == (30, 1, 1)
    assert (event.ad.pod_position, event.ad.duration_s) == (2, 30.0)
    assert event.payload == {"percent_progress": 25}
    whole = (event.player.volume, event.totals.ads, event.ad.pod_position, event.payload["percent_progress"])
    assert all(isinstance(number, int) for number in whole)


@pytest.mark.parametrize("volume", ["50.5", "1e400", "-0.5", "101.0"])
def test_what_is_no_whole_number_or_out_of_range_is_rejected(volume):
    text = contexts({**PLAYER, "volume": "?"}).replace('"?"', volume)
    with pytest.raises(Unreadable):
        decode(tsv(contexts=text), SETTINGS)


def test_numbers_in_texts_are_left_alone():
    label = 'Ferrari 50.0 "2.0"\\'
    event = decode(tsv(contexts=contexts({**PLAYER, "label": label, "volume": 50.0})), SETTINGS)
    assert event is not None
    assert (event.player.label, event.player.volume) == (label, 50)


def test_of_two_versions_of_an_entity_the_higher_is_read_in_every_format():
    older = (f"{SNOWPLOW}/media_player/jsonschema/1-0-0", {**PLAYER, "currentTime": 5.0, "label": "Older"})
    for first, second in ((older, ("x", None)), (("x", None), older)):
        entities = contexts(PLAYER, SESSION, second)
        if first is older:  # the older one before the newer
            data = json.loads(entities)
            data["data"].insert(0, {"schema": older[0], "data": older[1]})
            entities = json.dumps(data)
        line = tsv(contexts=entities)
        for record in (line, as_json(line)):
            event = decode(record, SETTINGS)
            assert event is not None
            assert (event.position_s, event.player.label) == (12.5, "Harbour")
