"""Our Snowbridge script, run in a JavaScript engine: what it carries is decoded as the TSV it came from."""

import json
import re
from collections.abc import Iterator

import pytest

from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.profile.session_view import session_view
from live_viewers.session.media_session import fold
from live_viewers.wire import DecodeSettings, Unreadable, decode
from live_viewers.wire.stage_paths import StagePaths
from tests.golden_events import FOLDER, TSV_FILES, records
from tests.snowbridge_script import PATH, SnowbridgeScript, enriched_json, snowbridge_script

SETTINGS = DecodeSettings(paths=StagePaths(DEFAULT_DIMENSIONS))
CASES = [
    pytest.param(record, id=f"{file}:{number}")
    for file in TSV_FILES
    for number, record in enumerate(records(file), start=1)
] + [
    pytest.param(record, id=f"{file.name}:{number}")
    for file in sorted((FOLDER.parent / "players").glob("**/*.tsv"))
    for number, record in enumerate(filter(None, file.read_bytes().split(b"\n")), start=1)
]


@pytest.fixture(scope="module")
def script() -> Iterator[SnowbridgeScript]:
    with snowbridge_script() as script:
        yield script


def decoded(value: bytes) -> object:
    try:
        return decode(value, SETTINGS)
    except Unreadable as error:
        return error.reason


@pytest.mark.parametrize("record", CASES)
def test_what_the_script_writes_is_decoded_as_the_enriched_event_is(script: SnowbridgeScript, record: bytes):
    output = script.run(enriched_json(record))
    expected = decoded(record)
    if output.get("FilterOut"):
        assert expected is None
    else:
        assert expected is not None
        assert decoded(json.dumps(output["Data"]).encode()) == expected


@pytest.mark.parametrize("record", CASES)
def test_the_partition_key_is_the_viewer(script: SnowbridgeScript, record: bytes):
    output = script.run(enriched_json(record))
    viewer_id = getattr(decoded(record), "viewer_id", None)
    if output.get("FilterOut"):
        assert viewer_id is None, "an event of a viewer was left out"
    else:
        assert output.get("PartitionKey") == viewer_id


def test_an_object_is_taken_as_well_as_a_string(script: SnowbridgeScript):
    record = records("mobile.tsv")[1]
    text = enriched_json(record)
    assert script.run(json.loads(text)) == script.run(text)


def test_the_references_fields_come_first_and_mean_the_same(script: SnowbridgeScript):
    record = next(r for r in records("web_ad_breaks.tsv") if b"\tad_skip_event\t" in r)
    data = script.run(enriched_json(record))["Data"]
    assert data["viewer_id"] == "viewer-5"
    assert (data["adsClicked"], data["adsSkipped"], data["adId"]) == (1, 1, "ad-2")
    assert data["video_ts"] == data["player"]["currentTime"]
    assert data["event_name"] == "ad_skip_event"


def test_placeholders_give_way_to_the_next_id(script: SnowbridgeScript):
    fields = json.loads(enriched_json(records("web_signed_in.tsv")[2])) | {"user_id": "PoC user"}
    output = script.run(json.dumps(fields))
    assert output["PartitionKey"] == fields["domain_userid"]


def test_the_script_keeps_to_what_snowbridges_engine_knows():
    for syntax in (r"=>", r"\?\.", r"\?\?", r"`", r"\b(const|let|class|import|async)\b"):
        code = "\n".join(line.split("//")[0] for line in PATH.read_text().splitlines())
        assert not re.search(syntax, code), syntax


@pytest.mark.parametrize("file", ["kafka-to-kafka.hcl", "kinesis-to-kafka.hcl"])
def test_the_configuration_keeps_order_and_has_one_transform_block(file: str):
    text = (FOLDER.parent.parent / "snowbridge" / file).read_text()
    assert len(re.findall(r"^transform \{", text, re.MULTILINE)) == 1
    assert re.findall(r'use "(\w+)"', text.split("transform {")[1].split("target {")[0]) == [
        "spEnrichedFilter",
        "spEnrichedToJson",
        "js",
    ]
    assert re.search(r"worker_pool\s*= 1\b", text)
    assert re.search(r"max_concurrent_batches\s*= 1\b", text)


def test_the_bitrate_of_a_quality_change_is_shown_from_each_of_the_formats(script: SnowbridgeScript):
    (record,) = [one for one in records("web_signed_in.tsv") if b'"bitrate"' in one]
    as_json = enriched_json(record)
    values = (record, as_json.encode(), json.dumps(script.run(as_json)["Data"]).encode())
    own_data = json.loads(as_json)["unstruct_event_com_snowplowanalytics_snowplow_media_quality_change_event_1"]
    assert own_data["bitrate"] > 0
    for value in values:
        event = decode(value, SETTINGS)
        assert event is not None
        assert session_view(fold([event]), event.event_time_ms).bitrate == own_data["bitrate"]
