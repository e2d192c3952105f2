"""Incidents and history in memory, with a fuse: the process is killed before or after any write of the test's
choice."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from live_viewers.incidents.incident import Incident, OpenIncident, Untold


class Killed(BaseException):
    """The process is gone; nothing catches it."""


class Fuse:
    """Burns down with each write; at 0 the process is killed, before the write (`before`) or just after it."""

    def __init__(self, writes: int | None = None, *, before: bool = True) -> None:
        self.left = writes
        self.before = before

    def write(self, make: Callable[[], Any]) -> Any:
        """Make a write, if the process lives."""
        if self.left is None:
            return make()
        self.left -= 1
        if self.left < 0 and self.before:
            raise Killed
        made = make()
        if self.left < 0:
            raise Killed
        return made


class Kept:
    """See IncidentStore. `opened` and `resolved` have each that was, in order."""

    def __init__(self) -> None:
        self.fuse = Fuse()
        self.until: int | None = None
        self.incidents: dict[str, Incident] = {}
        self.known: dict[str, OpenIncident] = {}
        self.to_tell: dict[str, tuple[str, Literal["open", "resolved"]]] = {}
        self.opened: list[str] = []
        self.resolved: list[str] = []

    def judged_until(self) -> int | None:
        """See IncidentStore."""
        return self.until

    def move_judged(self, was: int | None, until: int) -> bool:
        """See IncidentStore."""

        def move() -> bool:
            if self.until != was:
                return False
            self.until = until
            return True

        return bool(self.fuse.write(move))

    def all_open(self) -> Sequence[OpenIncident]:
        """See IncidentStore."""
        return list(self.known.values())

    def open(self, incident: Incident) -> bool:
        """See IncidentStore."""

        def put() -> bool:
            if incident.open_key in self.known or incident.id in self.incidents:
                return False
            rule = f"{incident.alert}@{incident.version}"
            self.known[incident.open_key] = OpenIncident(
                incident.open_key, incident.id, incident.opened_minute, rule
            )
            self.incidents[incident.id] = incident
            self.to_tell[f"{incident.id}#open"] = (incident.id, "open")
            self.opened.append(incident.id)
            return True

        return bool(self.fuse.write(put))

    def went_on(self, known: OpenIncident, minute: int, value: float, worse: Literal["above", "below"]) -> None:
        """See IncidentStore."""

        def note() -> None:
            incident = self.incidents[known.id]
            if incident.last_bad_minute < minute:
                worst = (max if worse == "above" else min)(incident.value, value)
                self.incidents[known.id] = msgspec.structs.replace(
                    incident, minutes=incident.minutes + 1, last_bad_minute=minute, value=worst
                )

        self.fuse.write(note)

    def resolve(self, known: OpenIncident, minute: int) -> bool:
        """See IncidentStore."""

        def end() -> bool:
            if self.known.get(known.key) != known:
                return False
            del self.known[known.key]
            self.incidents[known.id] = msgspec.structs.replace(self.incidents[known.id], resolved_minute=minute)
            self.to_tell[f"{known.id}#resolved"] = (known.id, "resolved")
            self.resolved.append(known.id)
            return True

        return bool(self.fuse.write(end))

    def untold(self) -> Sequence[Untold]:
        """See IncidentStore."""
        return [Untold(self.incidents[each], state) for _, (each, state) in sorted(self.to_tell.items())]

    def told(self, untold: Untold) -> None:
        """See IncidentStore."""
        self.fuse.write(lambda: self.to_tell.pop(f"{untold.incident.id}#{untold.state}", None))
