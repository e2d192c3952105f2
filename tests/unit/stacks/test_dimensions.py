"""viewers.dimensions, viewers.media_id_from, audience.pinned_titles: checked, and handed to the functions."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from snowplow_analytics_sdk.event_transformer import ENRICHED_EVENT_FIELD_TYPES

from live_viewers.dimensions.columns import COLUMNS
from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimension import Dimension
from live_viewers.stage_file import StageFile, read_stage_file
from stacks.bundle import with_file
from stacks.config import load_config, parse_config
from stacks.config_errors import ConfigError
from stacks.stage_files import STAGE_FILE_NAME, page_dimensions, stage_file_of, stage_json
from tests.unit.stacks.configuration_keys import SMALLEST

CDN: dict[str, Any] = {"name": "cdn", "from": ["entity:com.example/cdn/1#/name"], "values": ["west", "east"]}


def stage_of(**sections: Any) -> StageFile:
    return stage_file_of(parse_config("dev", SMALLEST | sections))


def refused(**sections: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config("dev", SMALLEST | sections)
    return str(caught.value)


def test_without_a_word_a_stage_has_the_defaults() -> None:
    assert stage_of() == StageFile()
    assert stage_of(viewers={"dimensions": []}).dimensions == ()


def test_an_entry_is_a_definition_or_the_name_of_a_default() -> None:
    stage = stage_of(
        viewers={"dimensions": ["country", CDN, CDN | {"name": "pop", "values": "open", "map": {"a": "b"}}]}
    )
    assert stage.dimensions == (
        DEFAULT_DIMENSIONS[0],
        Dimension("cdn", ("entity:com.example/cdn/1#/name",), ("west", "east")),
        Dimension("pop", ("entity:com.example/cdn/1#/name",), None, {"a": "b"}),
    )
    names = [each.name for each in DEFAULT_DIMENSIONS]
    assert stage_of(viewers={"dimensions": names}).dimensions == DEFAULT_DIMENSIONS


def test_title_ids_and_pinned_titles() -> None:
    paths = ["entity:com.example/video/1#/id", "atomic:page_urlpath"]
    stage = stage_of(viewers={"media_id_from": paths}, audience={"pinned_titles": ["Final", "映画"]})
    assert stage.media_id_from == tuple(paths)
    assert stage.pinned_titles == ("Final", "映画")


MISTAKES: list[tuple[Any, list[str]]] = [
    (["city"], ["viewers.dimensions.0", "'city' is no default dimension", "country, device, os"]),
    (["country"] * 2, ["two are called 'country'"]),
    ([CDN | {"name": f"cdn_{number}"} for number in range(9)], ["viewers.dimensions", "up to 8"]),
    ([CDN | {"name": "media_id"}], ["'media_id' is a parameter of the API"]),
    ([CDN | {"name": "limit"}], ["'limit' is a parameter of the API"]),
    ([CDN | {"name": "CDN"}], ["viewers.dimensions.0.name", "lower-case letters", "'CDN'"]),
    ([CDN | {"from": []}], ["viewers.dimensions.0.from", "1 to 8"]),
    (
        [CDN | {"from": ["geo_country"]}],
        ["viewers.dimensions.0.from.0", "'geo_country' is no path", "such as entity:"],
    ),
    ([CDN | {"from": ["atomic:geo_land"]}], ["'geo_land' is no column of the enriched event"]),
    ([{"name": "cdn", "values": "open"}], ["viewers.dimensions.0.from"]),
    ([CDN | {"form": ["atomic:app_id"]}], ["viewers.dimensions.0.form", "known here: from, map, name, values"]),
    ([CDN | {"values": "closed"}], ["viewers.dimensions.0.values"]),
    ([CDN | {"values": []}], ["values of cdn: 0", "1 to 256, or open"]),
    ([CDN | {"values": [str(number) for number in range(257)]}], ["values of cdn: 257"]),
    ([CDN | {"values": ["west", "West "]}], ["'West ' and 'west' are the same"]),
    ([CDN | {"values": ["Other"]}], ["'Other' is what the values beside these are called"]),
    ([CDN | {"values": ["unknown"]}], ["'unknown' is what"]),
    ([CDN | {"values": [" "]}], ["' ' is what"]),
    ([CDN | {"values": ["x" * 65]}], ["viewers.dimensions.0.values", "64"]),
    ([CDN | {"map": {"w": "north"}}], ["map of cdn: 'w' becomes 'north', which is none of its values"]),
]


@pytest.mark.parametrize(("dimensions", "words"), MISTAKES)
def test_a_mistake_is_told_by_its_place_what_was_given_and_what_is_allowed(
    dimensions: Any, words: list[str]
) -> None:
    message = refused(viewers={"dimensions": dimensions})
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize(
    ("titles", "words"),
    [
        (["x"] * 21, ["audience.pinned_titles", "up to 20"]),
        (["a", "a"], ["one stands there twice"]),
        ([" a"], ["' a' is no media id"]),
        (["x" * 65], ["is no media id", "64 bytes"]),
        ([""], ["audience.pinned_titles.0"]),
    ],
)
def test_pinned_titles_are_media_ids(titles: list[str], words: list[str]) -> None:
    message = refused(audience={"pinned_titles": titles})
    assert [word for word in words if word not in message] == [], message


def test_a_path_of_the_title_s_id_is_checked_too() -> None:
    assert "viewers.media_id_from.0" in refused(viewers={"media_id_from": ["page_urlpath"]})


def test_two_keys_that_are_alike_by_chance_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dimension, "key", "abc")
    message = refused(viewers={"dimensions": ["country", CDN]})
    assert "cdn and country have the same key of three characters" in message


def test_the_functions_read_what_the_stack_wrote(tmp_path: Path) -> None:
    config = parse_config("dev", SMALLEST | {"viewers": {"dimensions": ["country", CDN]}})
    bundle = tmp_path / "bundle-1"
    (bundle / "live_viewers").mkdir(parents=True)
    (bundle / "process_events.py").write_text("handler = None\n")
    built = with_file(bundle, STAGE_FILE_NAME, stage_json(config), tmp_path)
    assert {path.name for path in built.iterdir()} == {"live_viewers", "process_events.py", "stage.json"}
    assert not (bundle / "stage.json").exists()
    assert read_stage_file(built / "stage.json") == stage_file_of(config)
    assert with_file(bundle, STAGE_FILE_NAME, stage_json(config), tmp_path) == built
    assert with_file(bundle, STAGE_FILE_NAME, b"{}", tmp_path) != built


def test_the_stage_file_is_for_people_too() -> None:
    text = stage_json(parse_config("dev", SMALLEST)).decode()
    assert json.loads(text)["dimensions"][0]["name"] == "country"
    assert msgspec.json.decode(text, type=StageFile) == StageFile()


def test_the_pages_are_told_the_names_and_which_take_any_text() -> None:
    config = parse_config(
        "dev", SMALLEST | {"viewers": {"dimensions": [CDN, CDN | {"name": "pop", "values": "open"}]}}
    )
    assert page_dimensions(config) == [{"name": "cdn", "open": False}, {"name": "pop", "open": True}]


def test_the_laptop_tells_its_viewers_app_s_version_and_cdn() -> None:
    stage = stage_file_of(load_config("local", Path(__file__).parents[3] / "config"))
    assert stage.dimensions[:6] == DEFAULT_DIMENSIONS[:6]
    assert (stage.dimensions[6].name, stage.dimensions[6].is_open) == ("app_version", True)
    assert stage.dimensions[7] == Dimension("cdn", ("entity:com.example/cdn/1#/name",), ("east", "north", "west"))


def test_the_columns_are_those_of_the_analytics_sdk() -> None:
    assert {name for name, _ in ENRICHED_EVENT_FIELD_TYPES} == COLUMNS
