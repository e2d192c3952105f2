"""Tokens: one value of one dimension in a few bytes, as a session's item has it for filters and counts.

A token is the dimension's key, a sign and a value: `.` and the place in `values` in base 36 for a closed dimension
(`~` any other, `-` unknown), `=` and the text for an open one (no text: unknown). An item has a token for every
dimension of its stage between bars, `|aB3.0|xY7.~|q_1=Berlin|`, so a filter is a search for `|token|`.
"""

from collections.abc import Iterable

from live_viewers.dimensions.dimension import KEY_CHARACTERS, Dimension
from live_viewers.events.short_text_cache import Memo, cache_short_texts
from live_viewers.events.title import cut_to_bytes

BAR = "|"
PINNED = "|*"
"""Before the tokens of a session whose title is counted by each closed value, as the stage pinned it then."""
CLOSED, OPEN = ".", "="
OTHER, UNKNOWN = "~", "-"
OPEN_BYTES = 24
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def closed_token(key: str, code: str) -> str:
    """Of a closed dimension: `code` is `code_of` a place, OTHER or UNKNOWN."""
    return f"{key}{CLOSED}{code}"


def open_token(key: str, text: str) -> str:
    """Of an open dimension: `text` as `open_text` makes it."""
    return f"{key}{OPEN}{text}"


def unknown_token(dimension: Dimension) -> str:
    """Of a session that tells no value of the dimension."""
    return open_token(dimension.key, "") if dimension.is_open else closed_token(dimension.key, UNKNOWN)


def open_text(text: str) -> str:
    """A text as a value of an open dimension: at most OPEN_BYTES, without bars and what can't be shown."""
    plain = "".join(" " if not each.isprintable() else each for each in text[: OPEN_BYTES * 2])
    return cut_to_bytes(plain.replace(BAR, "/").strip(), OPEN_BYTES).rstrip()


def code_of(place: int) -> str:
    """A place in `values`, in base 36."""
    code = _DIGITS[place % 36]
    while place := place // 36:
        code = _DIGITS[place % 36] + code
    return code


def place_of(code: str) -> int | None:
    """The inverse of `code_of`; None for what it never writes."""
    return int(code, 36) if code and all(digit in _DIGITS for digit in code) else None


def key_of(token: str) -> str:
    """The key of a token's dimension."""
    return token[:KEY_CHARACTERS]


def is_unknown(token: str) -> bool:
    """Whether it is the token of no value."""
    return token[KEY_CHARACTERS:] in (CLOSED + UNKNOWN, OPEN)


def joined(tokens: Iterable[str]) -> str:
    """The tokens as an item's text, each between two bars; empty for none."""
    text = BAR.join(tokens)
    return BAR + text + BAR if text else ""


_TOKENS: Memo[str, str] = Memo(str)


@cache_short_texts  # viewers who are alike have the same
def split(text: str) -> tuple[str, ...]:
    """The tokens of an item's text; what is none is left out. Of a token there is one text in memory, so that it
    stays in the processor's caches."""
    return tuple(
        _TOKENS[each] for each in text.split(BAR) if each[KEY_CHARACTERS : KEY_CHARACTERS + 1] in (CLOSED, OPEN)
    )
