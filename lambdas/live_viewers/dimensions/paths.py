"""Where in an enriched event a text is found: `atomic:<column>` or `entity:<vendor>/<name>/<model>#/<pointer>`."""

import re
from typing import NamedTuple

_ATOMIC = re.compile(r"atomic:([a-z0-9_]+)")
_ENTITY = re.compile(r"entity:([\w.-]+)/([\w-]+)/([1-9][0-9]*)#(/.+)", re.ASCII)
LONGEST_PATH = 256


class AtomicPath(NamedTuple):
    """A column of the enriched event."""

    column: str


class EntityPath(NamedTuple):
    """A value in an entity, in the newest version of its model. `pointer`: the segments of a JSON pointer."""

    vendor: str
    name: str
    model: int
    pointer: tuple[str, ...]


class BadPath(ValueError):
    """A path that can't be read; the message says how it should look."""


def parse_path(text: str) -> AtomicPath | EntityPath:
    """Raises BadPath."""
    if len(text) <= LONGEST_PATH:
        if match := _ATOMIC.fullmatch(text):
            return AtomicPath(match[1])
        if match := _ENTITY.fullmatch(text):
            segments = tuple(each.replace("~1", "/").replace("~0", "~") for each in match[4][1:].split("/"))
            if all(segments):
                return EntityPath(match[1], match[2], int(match[3]), segments)
    raise BadPath(
        f"{text[:LONGEST_PATH]!r} is no path: atomic:<column> or entity:<vendor>/<name>/<model>#/<pointer>, "
        "such as entity:nl.basjes/yauaa_context/1#/deviceClass"
    )
