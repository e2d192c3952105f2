"""The dimensions of a stage, made ready: raw texts to tokens, and tokens to what people read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.tokens import (
    CLOSED,
    OPEN,
    OTHER,
    UNKNOWN,
    closed_token,
    code_of,
    key_of,
    open_text,
    place_of,
    unknown_token,
)

OTHER_NAME, UNKNOWN_NAME = "other", "unknown"
"""What the values beside those of a closed dimension are called, and the lack of one."""
LONGEST_RAW = 256
"""Characters of a raw text that are looked at."""
_RAW_TUPLES_KEPT = 4096
# What Snowplow's enrichments write where they know nothing.
_NO_VALUES = frozenset(("", "unknown", "unknown unknown", "??"))


class UnknownDimension(ValueError):
    """A filter by a dimension or a value that isn't there; the message tells which there are."""


class Dimensions:
    """The stage's dimensions in their order. `tokens_of` is called with every event, so it remembers."""

    def __init__(self, definitions: Sequence[Dimension]) -> None:
        self.definitions = tuple(definitions)
        self.by_key = {each.key: each for each in self.definitions}
        self.names = tuple(each.name for each in self.definitions)
        self.unknown = tuple(map(unknown_token, self.definitions))
        token_makers = [_token_maker(each) for each in self.definitions]

        @lru_cache(maxsize=_RAW_TUPLES_KEPT)
        def tokens_of(*raw: str | None) -> tuple[str, ...]:
            return tuple(make(text) for make, text in zip(token_makers, raw, strict=True))

        self.tokens_of: Callable[..., tuple[str, ...]] = tokens_of
        """The tokens of an event by its raw texts, one for each dimension, None where there is none. The same
        texts give the same tuple, not only an equal one. Texts are at most LONGEST_RAW characters long."""

    def shown(self, tokens: Iterable[str]) -> dict[str, str | None]:
        """By the dimensions' names the values of a session; None: unknown, or of another definition."""
        by_key = {key_of(token): token for token in tokens}
        return {each.name: _shown(each, by_key.get(key)) for key, each in self.by_key.items()}

    def token_of_value(self, name: str, value: str) -> str:
        """The token of a value as people write it: one of the values, `other`, `unknown`, or any text of an open
        dimension. Raises UnknownDimension."""
        definition = next((each for each in self.definitions if each.name == name), None)
        if definition is None:
            known = ", ".join(self.names) or "none"
            raise UnknownDimension(f"{name} is no dimension of this stage; there are: {known}")
        if not value.strip():
            any_text = "it takes any text, and unknown" if definition.is_open else _values_of(definition)
            raise UnknownDimension(f"{name} has no value ''; {any_text}")
        if value == OTHER_NAME and not definition.is_open:
            return closed_token(definition.key, OTHER)
        token = _token_maker(definition)(value)
        if definition.values is not None and token == closed_token(definition.key, OTHER):
            raise UnknownDimension(f"{name} has no value {value[:64]!r}; {_values_of(definition)}")
        return token


NO_DIMENSIONS = Dimensions(())


def has_value(text: str) -> bool:
    """Whether a raw text tells anything: it isn't blank, nor a word for nothing known."""
    return text.strip().casefold() not in _NO_VALUES


def value_name(definition: Dimension, code: str) -> str | None:
    """A closed dimension's value by its code, OTHER and UNKNOWN by their names; None for a code of no value."""
    if code in (OTHER, UNKNOWN):
        return OTHER_NAME if code == OTHER else UNKNOWN_NAME
    place = place_of(code)
    values = definition.values or ()
    return values[place] if place is not None and place < len(values) else None


def _values_of(definition: Dimension) -> str:
    """The values of a closed dimension, the first of many, for a message."""
    values = definition.values or ()
    some = (*values[:20], "...") if len(values) > 20 else values
    return f"it has: {', '.join((*some, OTHER_NAME, UNKNOWN_NAME))}"


def _shown(definition: Dimension, token: str | None) -> str | None:
    if token is None:
        return None
    value = token[len(definition.key) + 1 :]
    if definition.is_open:
        return value or None
    return None if value == UNKNOWN else value_name(definition, value)


def _token_maker(definition: Dimension) -> Callable[[str | None], str]:
    key, is_open = definition.key, definition.is_open
    mapped: Mapping[str, str] = {text.strip().casefold(): to for text, to in definition.map.items()}
    codes = {value.casefold(): code_of(place) for place, value in enumerate(definition.values or ())}

    def token(raw: str | None) -> str:
        text = "" if raw is None else raw.strip()
        text = mapped.get(text.casefold(), text)
        if is_open:
            return f"{key}{OPEN}{open_text(text) if has_value(text) else ''}"
        code = codes.get(text.casefold())
        if code is None:
            code = OTHER if has_value(text) else UNKNOWN
        return f"{key}{CLOSED}{code}"

    return token
