"""Trouble for some of the viewers, for a while: their player stalls again and again, and in the end gives up."""

import argparse
from dataclasses import dataclass, replace
from typing import Any

from kafka_event_source.options import number
from simulator.setup import GROUPS, Setup, setup_of

BEGINS_S = 60.0
LASTS_S = 240.0


class IncidentRefused(ValueError):
    """Options that fit each by itself and not together; the message says what to do."""


@dataclass(frozen=True)
class Incident:
    """It strikes those whose `group` (cdn, country, ...) is `value`; times in seconds of the viewers' time."""

    group: str
    value: str
    begins_s: float = BEGINS_S
    lasts_s: float = LASTS_S

    @property
    def ends_s(self) -> float:
        return self.begins_s + self.lasts_s

    def strikes(self, setup: Setup) -> bool:
        """Whether a viewer of this setup is one of those in trouble."""
        return setup.groups[self.group] == self.value

    def arguments(self) -> list[str]:
        """The command line that gives this incident."""
        return [
            f"--incident={self.group}={self.value}",
            f"--incident-after={self.begins_s:g}",
            f"--incident-for={self.lasts_s:g}",
        ]


def add_incident_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--incident",
        type=_incident,
        metavar="NAME=VALUE",
        help=f"viewers with this value stall and fail for a while, such as cdn=west; NAME is {_listed(GROUPS)}",
    )
    parser.add_argument(
        "--incident-after",
        type=number(0, 1_000_000, "seconds"),
        metavar="S",
        help=f"seconds from the start until that begins (default {BEGINS_S:g})",
    )
    parser.add_argument(
        "--incident-for",
        type=number(1, 1_000_000, "seconds"),
        metavar="S",
        help=f"seconds until it is over (default {LASTS_S:g})",
    )


def incident_from(given: argparse.Namespace, viewers: int, seed: int) -> Incident | None:
    """The incident of the command line, None without one. Raises IncidentRefused when it would strike nobody."""
    incident: Incident | None = given.incident
    if incident is None:
        if given.incident_after is not None or given.incident_for is not None:
            raise IncidentRefused("--incident-after and --incident-for go with --incident NAME=VALUE")
        return None
    if not any(incident.strikes(setup_of(number, seed)) for number in range(viewers)):
        raise IncidentRefused(
            f"none of {viewers} simulated viewers has {incident.group}={incident.value}: "
            "take more (--viewers) or another value"
        )
    return replace(
        incident,
        begins_s=BEGINS_S if given.incident_after is None else given.incident_after,
        lasts_s=LASTS_S if given.incident_for is None else given.incident_for,
    )


def _incident(text: str) -> Incident:
    name, separator, value = text.partition("=")
    if not separator or name not in GROUPS:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE with a NAME of: {_listed(GROUPS)}")
    if value not in GROUPS[name]:
        raise argparse.ArgumentTypeError(f"{text!r}: viewers' {name} is one of: {_listed(GROUPS[name])}")
    return Incident(name, value)


def _listed(names: Any) -> str:
    return ", ".join(names)
