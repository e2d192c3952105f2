"""FilterCriteria for Kafka records: patterns over the value, which is all that Lambda filters of them.

AWS's rules: a record passes when any filter matches. A JSON pattern matches only a value that is JSON, a pattern
of plain strings only one that isn't.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kafka_event_source.patterns import compile_pattern, compile_rules
from kafka_event_source.record import Record
from kafka_event_source.refusal import Refused

MOST_FILTERS = 5
"""Of a mapping. Lambda's quota, which AWS raises on request."""
_VALUE = "value"


@dataclass(frozen=True)
class RecordFilter:
    """Without filters everything passes."""

    filters: tuple[Callable[[Record], bool], ...] = ()

    @classmethod
    def from_criteria(cls, criteria: Mapping[str, Any] | None) -> "RecordFilter":
        """From `{"Filters": [{"Pattern": "<JSON>"}]}`. Raises Refused for a pattern AWS wouldn't take."""
        filters = [_decoded(one.get("Pattern", "{}")) for one in (criteria or {}).get("Filters") or []]
        problem = problem_of(filters)
        if problem is not None:
            raise Refused(f"FilterCriteria: {problem}")
        return cls(tuple(_value_test(pattern[_VALUE]) for pattern in filters if pattern))

    def passes(self, record: Record) -> bool:
        return not self.filters or any(one(record) for one in self.filters)


def problem_of(patterns: Iterable[Mapping[str, Any]]) -> str | None:
    """What AWS wouldn't take of decoded filter patterns, as a sentence; None where it takes them."""
    patterns = list(patterns)
    if len(patterns) > MOST_FILTERS:
        return f"{len(patterns)} filters, where Lambda takes {MOST_FILTERS}"
    others = sorted({key for pattern in patterns for key in pattern} - {_VALUE})
    return f"filters on {', '.join(others)}: of Kafka records Lambda filters the value alone" if others else None


def _decoded(pattern_text: str) -> dict[str, Any]:
    try:
        pattern = json.loads(pattern_text)
    except ValueError:
        raise Refused(f"FilterCriteria: the pattern is not JSON: {pattern_text[:80]}") from None
    if not isinstance(pattern, dict):
        raise Refused("FilterCriteria: a pattern must be an object")
    return pattern


def _value_test(rule: Any) -> Callable[[Record], bool]:
    if isinstance(rule, dict):
        as_json = compile_pattern(rule)

        def json_matches(record: Record) -> bool:
            data = _json_object(record.value)
            return data is not None and as_json(data)

        return json_matches
    as_text = compile_rules(rule)

    def text_matches(record: Record) -> bool:
        if _json_object(record.value) is not None:
            return False
        return as_text(_text(record.value), record.value is not None)

    return text_matches


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
