"""What makes stored bytes unreadable, found before any byte is read, and said by name."""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

import msgspec


def check_fields(frozen: Sequence[str], struct: type[msgspec.Struct]) -> None:
    """Raises AssertionError where the fields of a struct that is stored by place aren't those of stored bytes."""
    fields = struct.__struct_fields__
    for place, field in enumerate(frozen):
        found = fields[place] if place < len(fields) else "nothing"
        assert found == field, (
            f"{struct.__name__}: stored bytes have `{field}` at place {place}, where the struct has `{found}` "
            "now. A new field goes to the end, with a default; none is moved or taken away."
        )
    defaults = msgspec.structs.fields(struct)[len(frozen) :]
    missing = [each.name for each in defaults if each.required]
    assert not missing, f"{struct.__name__}: {missing} need a default, since stored bytes don't have them"


def check_ranks(frozen: Mapping[str, int], kinds: type[IntEnum]) -> None:
    """Raises AssertionError where a kind of event isn't the number that stands for it in stored bytes."""
    for name, rank in frozen.items():
        found = kinds.__members__[name].value if name in kinds.__members__ else "gone"
        assert found == rank, (
            f"EventKind.{name} is {found}, and {rank} in stored bytes: ranks are stored, so they stay as they are"
        )


def check_readers(written: Iterable[int], readers: Mapping[int, Any], what: str) -> None:
    """Raises AssertionError where a version that a release wrote has no reader."""
    lost = sorted(set(written) - set(readers))
    assert not lost, f"{what}: the reader of version {lost} is gone, and a release wrote it"


def check_names(frozen: Sequence[str], struct: type[msgspec.Struct]) -> None:
    """Raises AssertionError where a field that is stored by name isn't there any more."""
    lost = sorted(set(frozen) - set(struct.__struct_encode_fields__))
    assert not lost, f"{struct.__name__}: stored bytes have {lost}, which the struct has not"


def check_numbers(what: str, frozen: Mapping[str, int], found: Mapping[str, int], *, may_grow: bool) -> None:
    """Raises AssertionError where a number that stands for a word in stored bytes isn't what it was, and for one
    more, which the release before couldn't read."""
    for word, number in frozen.items():
        assert found.get(word) == number, f"{what}: {word} is {found.get(word)}, and {number} in stored bytes"
    more = sorted(set(found) - set(frozen))
    assert may_grow or not more, (
        f"{what}: {more} can't be read by the release before this one: that takes a new version of the format"
    )
