"""Versions of what is stored: the first byte of packed bytes, and a reader for every version ever written.

A format changes in two releases: one that reads the new version, then one that writes it (docs/upgrading.md). So
bytes of the version after the newest one known are a newer release's; all else that can't be read is damaged.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def stored_name(field: str) -> str:
    """A field's name where it is stored by name: two letters of its first word, one of each other (`playback_rate`
    is `plr`). msgspec refuses a struct in which two fields come out the same."""
    first, *others = field.split("_")
    return first[:2] + "".join(word[0] for word in others)


class UnreadableBytes(ValueError):
    """Stored bytes that can't be read; the message tells what they should be."""


class NewerFormat(UnreadableBytes):
    """A newer release wrote them."""


class Damaged(UnreadableBytes):
    """No release wrote them, or one that is two versions ahead."""


def format_of(item: Mapping[str, Mapping[str, Any]]) -> int:
    """The format version of an item that is stored by name: its `f`, which version 1 has not."""
    return int(item["f"]["N"]) if "f" in item else 1


def read_stored(readers: Mapping[int, Callable[..., T]], data: bytes, what: str, *given: Any) -> T:
    """What the reader of the version in the first byte makes of what is given and the rest, as a memoryview.

    Raises UnreadableBytes; `what` names the bytes in its message.
    """
    version = data[0] if data else None
    reader = readers.get(version) if version is not None else None
    if reader is None:
        newest = max(readers)
        problem = f"{what} of version {version}, this release reads {', '.join(map(str, sorted(readers)))}"
        raise (NewerFormat if version == newest + 1 else Damaged)(problem)
    try:
        return reader(*given, memoryview(data)[1:])
    except Exception as damage:  # whatever it is: the bytes aren't what the reader's release wrote
        problem = str(damage) if isinstance(damage, msgspec.MsgspecError) else type(damage).__name__
        raise Damaged(f"{what} of version {version} is damaged: {problem}") from damage
