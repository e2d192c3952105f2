"""A key that replaces what can't be replaced is marked so in docs/configuration.md, and no other is."""

import json
from functools import cache
from typing import Any

import pytest

from operations.replacements import refusals
from stacks.config import parse_config
from tests.unit.stacks.configuration_keys import OWN, SMALLEST, VALUES, Key, every_key
from tests.unit.stacks.synthesis import synthesize_config

KEYS = {key.place: key for key in every_key()}
FIXED = [key.place for key in KEYS.values() if key.marked]


@cache
def template(values: str) -> dict[str, Any]:
    return dict(synthesize_config("dev", parse_config("dev", json.loads(values))).template.to_json())


def change(key: Key) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after = key.configurations()
    return template(json.dumps(before)), template(json.dumps(after))


def test_every_key_has_another_value() -> None:
    for key in KEYS.values():
        before, after = key.configurations()
        assert before != after, key.place
        parse_config("dev", before)
        parse_config("dev", after)


def test_no_value_is_named_for_a_key_that_is_gone() -> None:
    assert set(VALUES) - set(KEYS) <= {"account", "region"}


@pytest.mark.parametrize("place", FIXED)
def test_a_key_that_is_marked_fixed_replaces_what_can_t_be_replaced(place: str) -> None:
    assert refusals(*change(KEYS[place])) != []


@pytest.mark.slow
@pytest.mark.parametrize("place", [place for place in KEYS if place not in FIXED])
def test_any_other_key_can_be_changed_in_a_stage_that_runs(place: str) -> None:
    before, after = change(KEYS[place])
    assert before != after, "the key changes nothing"
    assert refusals(before, after) == []


@pytest.mark.parametrize("source", [{"type": "msk_serverless"}, OWN])
def test_the_pipeline_can_be_added_to_a_stage_that_runs_and_taken_away(source: dict[str, Any]) -> None:
    values = SMALLEST | {"kafka": {"source": source}}
    without = template(json.dumps(values))
    with_it = template(json.dumps(values | {"pipeline": {"accept_limited_use_licence": True}}))
    assert refusals(without, with_it) == []
    assert refusals(with_it, without) == []


def test_the_smallest_change_of_nothing_is_refused_by_nobody() -> None:
    smallest = template(json.dumps(SMALLEST))
    assert refusals(smallest, smallest) == []
