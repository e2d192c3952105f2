"""Questions about the audience's figures, as a port of the API."""

from typing import Protocol

from live_viewers.audience.breakdown import BreakdownQuestion
from live_viewers.audience.breakdown_view import AudienceBreakdownView
from live_viewers.audience.subjects import Subject
from live_viewers.audience.timeseries import TimeRange
from live_viewers.audience.timeseries_view import AudienceTimeseriesView


class AudienceFigures(Protocol):
    """Raises StoreBusy; UnknownDimension and NotCounted for what isn't there to be asked."""

    def breakdown(self, question: BreakdownQuestion, now_ms: int) -> AudienceBreakdownView:
        """The audience by a dimension, by title or by status."""

    def subject(self, by: str | None, value: str | None, media_id: str | None) -> Subject:
        """Whom a series is to be of."""

    def timeseries(self, subject: Subject, asked: TimeRange, now_ms: int) -> AudienceTimeseriesView:
        """The audience over time."""
