"""Viewers differ in what they watch with, where and over which CDN, and their events say so."""

import json
from itertools import islice
from pathlib import Path

import pytest
from py_mini_racer import MiniRacer
from snowplow_analytics_sdk.event_transformer import transform

from live_viewers.wire import DecodeSettings, decode
from live_viewers.wire.stage_paths import StagePaths
from simulator.kafka_output import enriched_line
from simulator.run import events_of
from simulator.setup import CDN, CDNS, COUNTRIES, DEVICES, GROUPS, setup_of
from stacks.config import load_config
from stacks.stage_files import stage_file_of
from tests.unit.wire.test_stage_paths import FORMATS, SCRIPT, in_format

TWENTY = [setup_of(number, 1) for number in range(20)]


def test_the_same_seed_gives_the_same_setups() -> None:
    assert [setup_of(number, 1) for number in range(20)] == TWENTY
    assert [setup_of(number, 2) for number in range(20)] != TWENTY


@pytest.mark.parametrize("group", GROUPS)
def test_the_demos_twenty_viewers_differ_in_each(group: str) -> None:
    found = {setup.groups[group] for setup in TWENTY}
    assert len(found) >= min(3, len(GROUPS[group]))
    assert found <= set(GROUPS[group])


def test_each_value_is_somebodys() -> None:
    many = [setup_of(number, 1).groups for number in range(2_000)]
    assert {group: {groups[group] for groups in many} for group in GROUPS} == {
        group: set(values) for group, values in GROUPS.items()
    }


def test_a_cdn_has_a_third_of_the_viewers() -> None:
    assert sorted(sum(setup.cdn == cdn for setup in TWENTY) for cdn in CDNS) == [6, 7, 7]


def test_an_event_says_all_of_it_through_the_collectors_enrichments() -> None:
    seen = set()
    for event in islice(events_of(200, 1), 2_000):
        setup = event.setup
        read = transform(enriched_line(event, 1_800_000_000_000).decode())
        assert (read["geo_country"], read["app_id"]) == (setup.country, setup.app)
        assert read["platform"] == setup.device.platform
        assert read["user_ipaddress"] == setup.ip_address
        assert ("Mobile" in read["ip_isp"]) is (setup.device.kind == "Phone")
        (yauaa,) = read["contexts_nl_basjes_yauaa_context_1"]
        assert (yauaa["deviceClass"], yauaa["agentName"]) == (setup.device.kind, setup.device.browser)
        name = "mobile" if setup.device.platform == "mob" else "snowplow"
        (application,) = read[f"contexts_com_snowplowanalytics_{name}_application_1"]
        assert application["version"] == setup.app_version
        assert read["contexts_com_example_cdn_1"] == [{"name": setup.cdn}]
        seen.add(setup)
    assert {setup.device for setup in seen} == set(DEVICES)
    assert {setup.country for setup in seen} == set(COUNTRIES)


PATHS = StagePaths(stage_file_of(load_config("local", Path(__file__).parents[3] / "config")).dimensions)


@pytest.mark.parametrize("name", FORMATS)
def test_the_demo_s_stage_shows_the_setup_from_each_format(name: str) -> None:
    engine = MiniRacer()
    engine.eval(SCRIPT)
    shown = {}
    for event in islice(events_of(60, 1), 400):
        line = enriched_line(event, 1_800_000_000_000)
        decoded = decode(in_format(engine, line, name), DecodeSettings(paths=PATHS))
        assert decoded
        values = PATHS.dimensions.shown(decoded.dimensions)
        assert values == {**event.setup.groups, "platform": event.setup.device.platform}
        shown[event.viewer_id] = values
    engine.close()
    assert len(shown) > 30


def test_the_cdn_is_an_entity_of_the_sites_own() -> None:
    assert CDN == "iglu:com.example/cdn/jsonschema/1-0-0"
    assert json.loads(json.dumps(TWENTY[0].entities[1])) == {"schema": CDN, "data": {"name": TWENTY[0].cdn}}
