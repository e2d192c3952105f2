"""The audience's figures over values and time as the API reads them."""

from live_viewers.audience.breakdown import BreakdownQuestion, read_breakdown
from live_viewers.audience.breakdown_view import AudienceBreakdownView
from live_viewers.audience.history import AudienceHistory
from live_viewers.audience.scope_counts import AudienceCounts
from live_viewers.audience.subjects import Subject, Subjects
from live_viewers.audience.timeseries import TimeRange, read_timeseries
from live_viewers.audience.timeseries_view import AudienceTimeseriesView
from live_viewers.dynamodb.tables.read_client import busy_when_it_passes


class FiguresSource:
    """See audience.asking.AudienceFigures."""

    def __init__(self, counts: AudienceCounts, history: AudienceHistory, subjects: Subjects) -> None:
        self._counts = counts
        self._history = history
        self._subjects = subjects

    def breakdown(self, question: BreakdownQuestion, now_ms: int) -> AudienceBreakdownView:
        """See AudienceFigures."""
        with busy_when_it_passes():
            return read_breakdown(self._counts, self._subjects, question, now_ms)

    def subject(self, by: str | None, value: str | None, media_id: str | None) -> Subject:
        """See AudienceFigures."""
        return self._subjects.of_question(by, value, media_id)

    def timeseries(self, subject: Subject, asked: TimeRange, now_ms: int) -> AudienceTimeseriesView:
        """See AudienceFigures."""
        with busy_when_it_passes():
            return read_timeseries(self._counts, self._history, subject, asked, now_ms)
