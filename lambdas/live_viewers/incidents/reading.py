"""Reading incidents, as a port of the API, and the views that are made of them."""

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from live_viewers.audience.progress import ShardProgress
from live_viewers.incidents.alert import Metric
from live_viewers.incidents.incident import Incident, State
from live_viewers.incidents.incident_view import IncidentScopeView, IncidentView
from live_viewers.rfc3339 import rfc3339
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.status import Status

STATUS_OF_METRIC: dict[Metric, Status] = {
    "rebuffer_ratio": Status.BUFFERING_VIDEO,
    "left_buffering": Status.BUFFERING_VIDEO,
    "failed": Status.FAILED_VIDEO,
    "exits_before_start": Status.READY,
}
"""Viewers of this status are named first: theirs is what the metric counts."""


class IncidentsPage(msgspec.Struct, frozen=True):
    """Newest first. `then`: the id before which the next page goes on; None: that was all."""

    incidents: Sequence[Incident]
    then: str | None


class Checked(msgspec.Struct, frozen=True):
    """The Unix minute before which every minute was judged (None: none yet), and how far behind counting is."""

    judged_until: int | None
    shards: Sequence[ShardProgress]


class Incidents(Protocol):
    """Incidents that are kept. Raises StoreBusy."""

    def page(self, state: State | None, before: str | None, limit: int) -> IncidentsPage:
        """At most `limit` (fewer where few are in this state: go on at `then`)."""

    def acknowledge(self, incident_id: str) -> Incident | None:
        """Mark it acknowledged; None: there is none with this id."""

    def checked(self) -> Checked:
        """How far judging is."""


def incident_view(incident: Incident, viewers: Collection[str] = ()) -> IncidentView:
    """As the API shows it."""
    return IncidentView(
        id=incident.id,
        alert=incident.alert,
        version=incident.version,
        metric=incident.metric,
        direction=incident.direction,
        scope=IncidentScopeView(
            by=incident.by, value=incident.of_value, label=incident.label, media_id=incident.media_id
        ),
        state=incident.state,
        opened_at=_end_of(incident.opened_minute),
        resolved_at=None if incident.resolved_minute is None else _end_of(incident.resolved_minute),
        value=incident.value,
        threshold=incident.threshold,
        minutes=incident.minutes,
        acknowledged=incident.acknowledged,
        viewers=list(viewers),
    )


def _end_of(minute: int) -> str:
    return rfc3339((minute + 1) * MINUTE_MS)
