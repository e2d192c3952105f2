"""The audience by the values of a dimension, by title or by status, read from the counts."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from live_viewers.audience.breakdown_view import AudienceBreakdownView, AudienceRowView
from live_viewers.audience.figures import (
    Window,
    by_minute_of_all,
    is_empty,
    live_by_status,
    live_of,
    row_of,
    status_row,
)
from live_viewers.audience.scope_counts import AudienceCounts, ByMinute, leases_end
from live_viewers.audience.subjects import Subject, Subjects
from live_viewers.defaults import BY_STATUS, BY_TITLE
from live_viewers.dimensions.dimensions import OTHER_NAME
from live_viewers.rfc3339 import rfc3339
from live_viewers.scope import Scope, title_or_all

LONGEST_WINDOW = 60
MOST_ROWS = 200
READ_WITHIN_S = 1.0


class BreakdownQuestion(msgspec.Struct, frozen=True):
    """`by` a dimension's name, `title` or `status`; `window` in minutes, 1 to LONGEST_WINDOW; `limit` rows at the
    most, up to MOST_ROWS, the rest in one more."""

    by: str
    media_id: str | None = None
    window: int = 5
    limit: int = 50


def read_breakdown(
    counts: AudienceCounts, subjects: Subjects, question: BreakdownQuestion, now_ms: int
) -> AudienceBreakdownView:
    """The rows of a question, most watching first, the unknown and the others last. Raises UnknownDimension and
    NotCounted."""
    read = _Reading(counts, subjects, Window(now_ms, question.window))
    whole = title_or_all(question.media_id)
    total = read.scopes([whole]).get(whole, {})
    partial = False
    if question.by == BY_STATUS:
        by_status = live_by_status(total, read.window.end)
        rows = sorted((status_row(*each) for each in by_status.items() if each[1]), key=_rank)
    else:
        found, partial = read.values(question, total)
        rows = _rows(found, question.limit, read.window)
    return AudienceBreakdownView(
        as_of=rfc3339(now_ms),
        by=question.by,
        media_id=question.media_id,
        window_minutes=question.window,
        partial=partial,
        total=row_of(None, None, total, read.window),
        rows=rows,
    )


_Counted = tuple[Subject, ByMinute]


class _Reading:
    """Reads of one window, with who is live now."""

    def __init__(self, counts: AudienceCounts, subjects: Subjects, window: Window) -> None:
        self._counts = counts
        self._subjects = subjects
        self.window = window
        self._leases_end = leases_end(window.end)

    def scopes(self, scopes: Collection[Scope]) -> Mapping[Scope, ByMinute]:
        return self._counts.of_scopes(scopes, self.window.start, self.window.end, self._leases_end)

    def values(self, question: BreakdownQuestion, total: ByMinute) -> tuple[list[_Counted], bool]:
        """The counts by value, and whether some are missing."""
        subjects, media_id, window = self._subjects, question.media_id, self.window
        if question.by == BY_TITLE:
            if media_id is not None:
                return [(subjects.of_title(media_id), total)], False
            read = self._counts.of_titles(window.start, window.end, READ_WITHIN_S, self._leases_end)
            titles = (subjects.of_title(scope.id, read.names.get(scope, ())) for scope in read.counts)
            return list(zip(titles, read.counts.values(), strict=True)), read.partial
        dimension = subjects.dimension(question.by)
        if media_id is not None:
            subjects.check_pinned(dimension, media_id)
        read = self._counts.of_dimension(
            dimension.key, window.start, window.end, READ_WITHIN_S, self._leases_end, media_id
        )
        values = (subjects.of_scope(dimension, scope, read.names.get(scope, ())) for scope in read.counts)
        return list(zip(values, read.counts.values(), strict=True)), read.partial


def _rows(values: Sequence[_Counted], limit: int, window: Window) -> list[AudienceRowView]:
    """At most `limit` rows of values, and one of the rest together with the values that aren't listed."""
    rest = [counts for subject, counts in values if subject.is_rest]
    listed = [
        (subject.is_unknown, _rank(row), row, counts)
        for subject, counts in values
        if not subject.is_rest and not is_empty(row := row_of(subject.value, subject.label, counts, window))
    ]
    listed.sort(key=lambda each: each[:2])
    rest += [counts for _, _, _, counts in listed[limit:]]
    rows = [row for _, _, row, _ in listed[:limit]]
    others = row_of(OTHER_NAME, None, by_minute_of_all(rest), window)
    return rows if is_empty(others) else [*rows, others]


def _rank(row: AudienceRowView) -> tuple[int, int, int, str]:
    return -row.watching_now, -live_of(row), -(row.sessions or 0), row.value or ""
