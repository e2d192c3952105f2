"""An incident, and the port through which incidents are kept."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal, Protocol

import msgspec

from live_viewers.audience.subjects import Subject
from live_viewers.incidents.alert import Alert, Metric

State = Literal["open", "resolved"]
KEPT_DAYS = 400


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes are Unix minutes: `opened_minute` is the bad one that opened it, `last_bad_minute` the newest bad
    one, `resolved_minute` the one after which it was over. `value` is the worst that the metric has been,
    `minutes` how many were bad."""

    id: str
    alert: str
    version: int
    metric: Metric
    direction: Literal["above", "below"]
    threshold: float
    by: str | None
    of_value: str | None
    label: str | None
    media_id: str | None
    scope_key: str
    opened_minute: int
    value: float
    minutes: int
    last_bad_minute: int
    resolved_minute: int | None = None
    acknowledged: bool = False

    @property
    def state(self) -> State:
        """Open until it is resolved."""
        return "open" if self.resolved_minute is None else "resolved"

    @property
    def open_key(self) -> str:
        """Under which it is known while it is open: one for each rule and scope."""
        return open_key(self.alert, self.version, self.scope_key)


class OpenIncident(msgspec.Struct, frozen=True):
    """What is known of an incident while it is open, beside the incident itself: by `key`."""

    key: str
    id: str
    opened_minute: int
    alert_key: str


class Untold(msgspec.Struct, frozen=True):
    """That an incident was opened or resolved, kept with it until the alarm topic was told."""

    incident: Incident
    state: State


def open_key(alert: str, version: int, scope_key: str) -> str:
    """`<alert>@<version>#<scope>`."""
    return f"{alert}@{version}#{scope_key}"


def incident_of(alert: Alert, subject: Subject, minute: int, values: Sequence[float]) -> Incident:
    """The incident that these bad minutes, the last of which is `minute`, open. Its id follows from rule, scope
    and minute, so that whoever opens it, and how often, opens the same. Ids sort as times do."""
    worst = values[0]
    for value in values:
        worst = alert.worse(worst, value)
    scope_key = subject.scope.key
    mark = blake2b(open_key(alert.name, alert.version, scope_key).encode(), digest_size=6).hexdigest()
    return Incident(
        id=f"{minute:08d}-{mark}",
        alert=alert.name,
        version=alert.version,
        metric=alert.metric,
        direction=alert.direction,
        threshold=alert.threshold,
        by=subject.by,
        of_value=subject.value,
        label=subject.label,
        media_id=subject.media_id,
        scope_key=scope_key,
        opened_minute=minute,
        value=worst,
        minutes=len(values),
        last_bad_minute=minute,
    )


class IncidentStore(Protocol):
    """Where incidents are kept. Every write may be repeated: what was made already isn't made again."""

    def judged_until(self) -> int | None:
        """The Unix minute before which every minute was judged; None: none yet."""
        ...

    def move_judged(self, was: int | None, until: int) -> bool:
        """Set it, unless it isn't `was` any more."""
        ...

    def all_open(self) -> Sequence[OpenIncident]:
        """All that are open, read consistently."""
        ...

    def open(self, incident: Incident) -> bool:
        """Keep it and its key, both or neither; False where its rule and scope have one that is open, or where
        this one was there before."""
        ...

    def went_on(self, known: OpenIncident, minute: int, value: float, worse: Literal["above", "below"]) -> None:
        """Another bad minute of an open incident, unless this minute was noted before."""
        ...

    def resolve(self, known: OpenIncident, minute: int) -> bool:
        """Take its key away and mark it resolved, both or neither; False where that happened before."""
        ...

    def untold(self) -> Sequence[Untold]:
        """The openings and resolutions that nobody was told of yet, oldest first."""
        ...

    def told(self, untold: Untold) -> None:
        """Somebody was told of it."""
        ...
