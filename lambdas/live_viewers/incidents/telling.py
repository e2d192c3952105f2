"""Telling the alarm topic of incidents: each opening and each resolution, from what is kept until it was told."""

from collections.abc import Callable

from live_viewers.incidents.incident import Incident, IncidentStore, State
from live_viewers.rfc3339 import rfc3339
from live_viewers.session.bounded_sets import MINUTE_MS

Publish = Callable[[str, str], None]
"""Given a subject of at most 100 characters of ASCII, and a text."""
_LONGEST_SUBJECT = 100


def tell_all(store: IncidentStore, publish: Publish | None) -> int:
    """Publish what is untold, oldest first; without a topic nobody is there to be told. How many were told.

    A call that is killed between publishing and noting it publishes again: the text holds the incident's id.
    """
    told = 0
    for each in store.untold():
        if publish is not None:
            publish(subject_of(each.incident, each.state), text_of(each.incident, each.state))
            told += 1
        store.told(each)
    return told


def subject_of(incident: Incident, state: State) -> str:
    """One line of what SNS takes as a subject: printable ASCII."""
    word = "resolved" if state == "resolved" else "opened"
    text = f"Live viewers: {incident.alert} {word}, {_of(incident)}"
    return text.encode("ascii", "replace").decode()[:_LONGEST_SUBJECT]


def text_of(incident: Incident, state: State) -> str:
    """What happened, of whom, since when, and what to look at."""
    lines = [
        f"incident {incident.id} {state}",
        f"{incident.metric} {incident.direction} {incident.threshold:g}: {incident.value:g} at worst, "
        f"{incident.minutes} bad minutes",
        f"of: {_of(incident)}",
        f"opened at {rfc3339((incident.opened_minute + 1) * MINUTE_MS)}",
    ]
    if state == "resolved" and incident.resolved_minute is not None:
        lines.append(f"resolved at {rfc3339((incident.resolved_minute + 1) * MINUTE_MS)}")
    lines.append("GET /v1/incidents names viewers (docs/incidents.md)")
    return "\n".join(lines)


def _of(incident: Incident) -> str:
    if incident.by is None:
        return "the whole audience"
    return f"{incident.by} {incident.label or incident.of_value}"
