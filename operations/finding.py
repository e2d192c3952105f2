"""What a check of the doctor says."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    GOOD = "good"
    WRONG = "wrong"
    UNKNOWN = "unknown"  # it could not be looked at from here


@dataclass(frozen=True)
class Finding:
    """`what` was looked at, what was `seen`, and, unless all is good, what to `do`."""

    what: str
    health: Health
    seen: str
    do: str = ""


def good(what: str, seen: str) -> Finding:
    return Finding(what, Health.GOOD, seen)


def wrong(what: str, seen: str, do: str) -> Finding:
    return Finding(what, Health.WRONG, seen, do)


def unknown(what: str, seen: str, do: str = "") -> Finding:
    return Finding(what, Health.UNKNOWN, seen, do)
