"""FilterCriteria: which records pass by their value, as with AWS's event filtering."""

import json
from typing import Any

import pytest

from kafka_event_source.filtering import RecordFilter
from kafka_event_source.refusal import Refused
from tests.unit.kafka_event_source.making import record


def passes(pattern: Any, value: Any = None, key: bytes | None = b"k", **more: Any) -> bool:
    data = value if isinstance(value, bytes) or value is None else json.dumps(value).encode()
    criteria = {"Filters": [{"Pattern": json.dumps(pattern)}]}
    return RecordFilter.from_criteria(criteria).passes(record(5, data, key, **more))


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (["play"], "play", True),
        (["play"], "pause", False),
        (["play", "pause"], "pause", True),
        ([None], None, True),
        ([""], "", True),
        ([1], 1.0, True),
        ([1], True, False),
        ([True], True, True),
        ([{"prefix": "ad_"}], "ad_break", True),
        ([{"prefix": "ad_"}], 7, False),
        ([{"suffix": "_end"}], "buffer_end", True),
        ([{"equals-ignore-case": "PLAY"}], "play", True),
        ([{"anything-but": ["ping"]}], "play", True),
        ([{"anything-but": ["ping"]}], "ping", False),
        ([{"anything-but": {"prefix": "ad_"}}], "ad_break", False),
        ([{"numeric": [">", 0, "<=", 5]}], 5, True),
        ([{"numeric": [">", 0, "<=", 5]}], 0, False),
        ([{"numeric": ["=", 3]}], "3", False),
        ([{"exists": True}], "x", True),
        ([{"exists": False}], "x", False),
        (["b"], ["a", "b"], True),
        (["c"], ["a", "b"], False),
    ],
)
def test_each_operator_over_a_json_value(rule: Any, value: Any, expected: bool) -> None:
    assert passes({"value": {"event_name": rule}}, {"event_name": value}) is expected


def test_exists_false_matches_an_absent_field() -> None:
    assert passes({"value": {"adId": [{"exists": False}]}}, {"event_name": "play"})
    assert not passes({"value": {"adId": [{"anything-but": ["x"]}]}}, {"event_name": "play"})


def test_nested_fields_and_or() -> None:
    pattern = {"value": {"player": {"muted": [False]}, "$or": [{"a": [1]}, {"b": [{"numeric": [">", 9]}]}]}}
    assert passes(pattern, {"player": {"muted": False}, "b": 10})
    assert not passes(pattern, {"player": {"muted": False}, "b": 9})
    assert not passes(pattern, {"player": {"muted": True}, "a": 1})


@pytest.mark.parametrize(
    "value", [b"plain text", b"{broken", b"[1]", b'{"a":' * 100_000, b" " + b"[" * 100_000, None]
)
def test_a_json_pattern_drops_what_is_no_json_object(value: bytes | None) -> None:
    assert not passes({"value": {"event_name": [{"exists": False}]}}, value)


def test_a_pattern_of_strings_matches_plain_text_and_never_json() -> None:
    assert passes({"value": ["hello", {"prefix": "bye"}]}, b"bye bye")
    assert not passes({"value": [{"prefix": "{"}]}, {"a": 1})


def test_a_record_passes_when_any_filter_matches() -> None:
    filters = [{"Pattern": json.dumps({"value": [text]})} for text in ("1", "2")]
    criteria = RecordFilter.from_criteria({"Filters": filters})
    assert [criteria.passes(record(0, value, b"a")) for value in (b"1", b"2", b"3")] == [True, True, False]


def test_five_filters_are_taken_and_a_sixth_is_refused() -> None:
    filters = [{"Pattern": json.dumps({"value": [str(number)]})} for number in range(6)]
    assert RecordFilter.from_criteria({"Filters": filters[:5]}).passes(record(0, b"4", None))
    with pytest.raises(Refused, match="6 filters, where Lambda takes 5"):
        RecordFilter.from_criteria({"Filters": filters})


@pytest.mark.parametrize("criteria", [None, {}, {"Filters": []}])
def test_without_filters_everything_passes(criteria: Any) -> None:
    assert RecordFilter.from_criteria(criteria).passes(record(0, None, None))


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("{", "not JSON"),
        ("[]", "must be an object"),
        ('{"headers": ["x"]}', "filters on headers"),
        ('{"key": ["x"]}', "filters on key"),
        ('{"value": ["x"], "partition": [1], "offset": [5]}', "filters on offset, partition"),
        ('{"value": {"a": "x"}}', "list"),
        ('{"value": {"a": []}}', "list"),
        ('{"value": {"a": [{"wildcard": "*"}]}}', "'wildcard'"),
        ('{"value": {"a": [{"numeric": [">"]}]}}', "numeric"),
        ('{"value": {"a": [{"numeric": ["~", 1]}]}}', "numeric"),
        ('{"value": {"a": [{"exists": "yes"}]}}', "exists"),
        ('{"value": {"a": [{"prefix": 1}]}}', "prefix"),
        ('{"value": {"$or": [{"a": [1]}]}}', "$or"),
        ('{"value": {}}', "at least one field"),
    ],
)
def test_a_pattern_that_would_filter_otherwise_than_on_aws_is_refused(pattern: str, says: str) -> None:
    with pytest.raises(Refused, match="FilterCriteria") as refused:
        RecordFilter.from_criteria({"Filters": [{"Pattern": pattern}]})
    assert says in str(refused.value)
