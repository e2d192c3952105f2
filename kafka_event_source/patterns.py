"""AWS's event pattern language, as far as Lambda's event filtering has it.

Operators: exact values, null, "", prefix, suffix, equals-ignore-case, anything-but, numeric, exists, and $or over
fields. Source: "Filter rule syntax" in AWS Lambda's documentation. Anything else is refused when the pattern is
read, so that a mapping never filters otherwise than on AWS without saying so.
"""

import operator
from collections.abc import Callable
from typing import Any

from kafka_event_source.refusal import Refused

Matcher = Callable[[Any, bool], bool]  # (the field's value, whether the field is there) -> matches

_COMPARISONS = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_pattern(pattern: Any) -> Callable[[Any], bool]:
    """A test for a decoded JSON object. `pattern` is an object of fields; raises Refused."""
    if not isinstance(pattern, dict) or not pattern:
        raise Refused("FilterCriteria: a pattern must be an object with at least one field")
    fields: list[tuple[str, Callable[[Any, bool], bool]]] = []
    alternatives: list[Callable[[Any], bool]] = []
    for name, rule in pattern.items():
        if name == "$or":
            if not isinstance(rule, list) or len(rule) < 2:
                raise Refused("FilterCriteria: $or needs a list of at least two patterns")
            alternatives = [compile_pattern(part) for part in rule]
        elif isinstance(rule, dict):
            inner = compile_pattern(rule)
            fields.append((name, _nested(inner)))
        else:
            fields.append((name, compile_rules(rule)))

    def matches(data: Any) -> bool:
        if not isinstance(data, dict):
            data = {}
        if alternatives and not any(alternative(data) for alternative in alternatives):
            return False
        return all(test(data.get(name), name in data) for name, test in fields)

    return matches


def compile_rules(rules: Any) -> Matcher:
    """A test for one field: any of `rules` (a list) must match; for a field with a list, any of its elements."""
    if not isinstance(rules, list) or not rules:
        raise Refused("FilterCriteria: a field's rules must be a list that isn't empty")
    tests = [_rule(rule) for rule in rules]

    def matches(value: Any, present: bool) -> bool:
        if isinstance(value, list) and value:
            return any(test(element, True) for test in tests for element in value)
        return any(test(value, present) for test in tests)

    return matches


def _nested(inner: Callable[[Any], bool]) -> Matcher:
    def matches(value: Any, present: bool) -> bool:
        if isinstance(value, list):
            return any(inner(element) for element in value)
        return inner(value)

    return matches


def _rule(rule: Any) -> Matcher:
    if not isinstance(rule, dict):
        if isinstance(rule, list):
            raise Refused("FilterCriteria: a rule can't be a list")
        return lambda value, present: present and _same(value, rule)
    if len(rule) != 1:
        raise Refused("FilterCriteria: a rule has exactly one operator")
    name, argument = next(iter(rule.items()))
    maker = _OPERATORS.get(name)
    if maker is None:
        raise Refused(f"FilterCriteria: the operator {name!r} is not one of Lambda's event filtering")
    return maker(argument)


def _same(value: Any, wanted: Any) -> bool:
    """JSON equality: true is not 1, and 1 is 1.0."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return bool(value == wanted)


def _text(name: str, argument: Any) -> str:
    if not isinstance(argument, str):
        raise Refused(f"FilterCriteria: {name} needs a string")
    return argument


def _prefix(argument: Any) -> Matcher:
    start = _text("prefix", argument)
    return lambda value, present: isinstance(value, str) and value.startswith(start)


def _suffix(argument: Any) -> Matcher:
    end = _text("suffix", argument)
    return lambda value, present: isinstance(value, str) and value.endswith(end)


def _ignore_case(argument: Any) -> Matcher:
    wanted = _text("equals-ignore-case", argument).casefold()
    return lambda value, present: isinstance(value, str) and value.casefold() == wanted


def _exists(argument: Any) -> Matcher:
    if not isinstance(argument, bool):
        raise Refused("FilterCriteria: exists needs true or false")
    return lambda value, present: present is argument


def _anything_but(argument: Any) -> Matcher:
    if isinstance(argument, dict):
        inner = _rule(argument)
        return lambda value, present: present and not inner(value, present)
    unwanted = argument if isinstance(argument, list) else [argument]
    return lambda value, present: present and not any(_same(value, one) for one in unwanted)


def _numeric(argument: Any) -> Matcher:
    if not isinstance(argument, list) or len(argument) not in (2, 4):
        raise Refused('FilterCriteria: numeric needs one or two comparisons, such as [">", 0, "<=", 5]')
    pairs = list(zip(argument[::2], argument[1::2], strict=True))
    for sign, bound in pairs:
        if sign not in _COMPARISONS or isinstance(bound, bool) or not isinstance(bound, int | float):
            raise Refused(f"FilterCriteria: numeric can't compare with {sign!r} {bound!r}")
    return lambda value, present: (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and all(_COMPARISONS[sign](value, bound) for sign, bound in pairs)
    )


_OPERATORS: dict[str, Callable[[Any], Matcher]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _ignore_case,
    "exists": _exists,
    "anything-but": _anything_but,
    "numeric": _numeric,
}
