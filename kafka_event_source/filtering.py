"""FilterCriteria for Kafka records: patterns over the key, the value and the metadata.

AWS's rules: a record passes when any filter matches. A JSON pattern for the key or value matches only data that is
JSON; a pattern of plain strings matches only data that isn't; a filter that doesn't mention the value doesn't look
at it. AWS documents the value for Kafka; the key follows the same rules here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kafka_event_source.patterns import compile_pattern, compile_rules
from kafka_event_source.record import Record
from kafka_event_source.refusal import Refused

MAX_FILTERS = 10  # five by default, ten after a quota increase
METADATA = ("topic", "partition", "offset", "timestamp")


@dataclass(frozen=True)
class RecordFilter:
    """Without filters everything passes."""

    filters: tuple[Callable[[Record], bool], ...] = ()

    @classmethod
    def from_criteria(cls, criteria: Mapping[str, Any] | None) -> "RecordFilter":
        """From `{"Filters": [{"Pattern": "<JSON>"}]}`. Raises Refused for a pattern AWS wouldn't take."""
        filters = (criteria or {}).get("Filters") or []
        if len(filters) > MAX_FILTERS:
            raise Refused(f"FilterCriteria: at most {MAX_FILTERS} filters")
        return cls(tuple(_filter(one.get("Pattern", "{}")) for one in filters))

    def passes(self, record: Record) -> bool:
        return not self.filters or any(one(record) for one in self.filters)


def _filter(pattern_text: str) -> Callable[[Record], bool]:
    try:
        pattern = json.loads(pattern_text)
    except ValueError:
        raise Refused(f"FilterCriteria: the pattern is not JSON: {pattern_text[:80]}") from None
    if not isinstance(pattern, dict):
        raise Refused("FilterCriteria: a pattern must be an object")
    tests = []
    metadata: dict[str, Any] = {}
    for name, rule in pattern.items():
        if name in ("key", "value"):
            tests.append(_data_test(name, rule))
        elif name in METADATA:
            metadata[name] = rule
        else:
            raise Refused(f"FilterCriteria: {name!r} is none of key, value, {', '.join(METADATA)}")
    if metadata:
        tests.append(_metadata_test(metadata))
    return lambda record: all(test(record) for test in tests)


def _data_test(name: str, rule: Any) -> Callable[[Record], bool]:
    if isinstance(rule, dict):
        as_json = compile_pattern(rule)

        def json_matches(record: Record) -> bool:
            data = _json_object(getattr(record, name))
            return data is not None and as_json(data)

        return json_matches
    as_text = compile_rules(rule)

    def text_matches(record: Record) -> bool:
        data = getattr(record, name)
        if data is not None and _json_object(data) is not None:
            return False
        return as_text(_text(data), data is not None)

    return text_matches


def _metadata_test(rules: dict[str, Any]) -> Callable[[Record], bool]:
    matches = compile_pattern(rules)
    return lambda record: matches(
        {
            "topic": record.partition.topic,
            "partition": record.partition.number,
            "offset": record.offset,
            "timestamp": record.timestamp_ms,
        }
    )


def _json_object(data: bytes | None) -> dict[str, Any] | None:
    if data is None or data[:1] not in (b"{", b" ", b"\n", b"\t", b"\r"):
        return None
    try:
        decoded = json.loads(data)
    except (ValueError, RecursionError):  # nested more deeply than can be read: not JSON to this filter
        return None
    return decoded if isinstance(decoded, dict) else None


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "replace")
