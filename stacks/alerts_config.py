"""Alerts in a stage's configuration: what they may say, and what they must agree with."""

from collections.abc import Collection, Sequence

from pydantic import Field, model_validator

from live_viewers.defaults import BY_STATUS, BY_TITLE
from live_viewers.incidents.alert import LONGEST_FOR_MINUTES, Alert, Metric
from stacks.strict_model import StrictModel


class AlertConfig(StrictModel):
    """A rule over the audience's figures, judged each minute (docs/incidents.md)."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="Tells incidents apart: lower case, digits, hyphens."
    )
    version: int = Field(
        default=1, ge=1, le=9999, description="Raise it when the rule changes: incidents of the old one end."
    )
    metric: Metric = Field(description="A figure of the audience's rows (docs/metrics.md).")
    by: str | None = Field(
        default=None,
        description="A dimension: each of its values is judged, of an open one the 256 with the most sessions. "
        "`title`: each of audience.pinned_titles. Default: the whole audience.",
    )
    above: float | None = Field(default=None, description="A minute is bad beyond it. Either this or below.")
    below: float | None = Field(default=None, description="A minute is bad under it.")
    for_minutes: int = Field(
        default=1,
        ge=1,
        le=LONGEST_FOR_MINUTES,
        description="Bad minutes in a row that open an incident, good ones that end it.",
    )
    min_viewers: int = Field(
        default=10, ge=0, description="Sessions in a minute under which it isn't bad, and an incident ends."
    )

    @model_validator(mode="after")
    def _one_threshold(self) -> "AlertConfig":
        if (self.above is None) == (self.below is None):
            raise ValueError(f"alert {self.name}: give either above or below")
        if self.by == BY_STATUS:
            raise ValueError(f"alert {self.name}: nothing but who is live is counted by status")
        return self

    def alert(self) -> Alert:
        """As the functions have it."""
        return Alert(**self.model_dump())


def check_alerts(alerts: Sequence[AlertConfig], dimensions: Collection[str], pinned: Collection[str]) -> None:
    """Raises ValueError for an alert by something that the stage doesn't count, and for two of one name."""
    names = [alert.name for alert in alerts]
    for alert in alerts:
        if names.count(alert.name) > 1:
            raise ValueError(f"alert {alert.name}: there are two of this name")
        if alert.by == BY_TITLE and not pinned:
            raise ValueError(f"alert {alert.name}: titles are judged where audience.pinned_titles names them")
        if alert.by not in (None, BY_TITLE, *dimensions):
            known = ", ".join((*dimensions, BY_TITLE))
            raise ValueError(f"alert {alert.name}: by {alert.by!r} is none of {known}")
