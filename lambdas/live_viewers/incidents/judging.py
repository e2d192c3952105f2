"""Judging minutes: each alert over its subjects, once a minute, in order; what opens an incident and what ends it.

Whatever is killed or repeated, an incident opens once and is resolved once: its id follows from rule, scope and
minute, and every step is conditional. A minute counts as judged when all of it was, so one that wasn't is
judged again."""

from collections.abc import Mapping, Sequence

import msgspec

from live_viewers.incidents.alert import Alert
from live_viewers.incidents.incident import IncidentStore, OpenIncident, incident_of, open_key
from live_viewers.incidents.measuring import Measured, Measuring
from live_viewers.session.bounded_sets import MINUTE_MS

JUDGED_AFTER_MS = 30_000
"""Since a minute's end: its last events have come by then."""
MOST_MISSED = 30
"""Minutes that were missed are judged in order, so many at the most; older ones are skipped."""


class JudgeReport(msgspec.Struct):
    """`late`: counting was behind, so that nothing was judged. `superseded`: another call is at it."""

    judged: int = 0
    skipped: int = 0
    opened: int = 0
    resolved: int = 0
    late: bool = False
    superseded: bool = False


def newest_to_judge(now_ms: int) -> int:
    """The newest Unix minute that ended long enough ago."""
    return (now_ms - JUDGED_AFTER_MS) // MINUTE_MS - 1


def judge(
    alerts: Sequence[Alert], measuring: Measuring, store: IncidentStore, now_ms: int, *, late: bool
) -> JudgeReport:
    """Judge every minute that is due and wasn't judged. While counting is late none is: they follow once it has
    caught up, or are skipped with the others that are too old."""
    report = JudgeReport(late=late)
    if late:
        return report
    newest = newest_to_judge(now_ms)
    until = store.judged_until()
    minute = newest if until is None else until
    if newest - minute >= MOST_MISSED:
        oldest = newest - MOST_MISSED + 1
        if not store.move_judged(until, oldest):
            report.superseded = True
            return report
        report.skipped = oldest - minute
        minute = until = oldest
    while minute <= newest:
        _judge_minute(alerts, measuring, store, minute, report)
        if not store.move_judged(until, minute + 1):
            report.superseded = True
            return report
        report.judged += 1
        minute = until = minute + 1
    return report


def _judge_minute(
    alerts: Sequence[Alert], measuring: Measuring, store: IncidentStore, minute: int, report: JudgeReport
) -> None:
    known = {each.key: each for each in store.all_open()}
    rules = {alert.key for alert in alerts}
    for each in known.values():
        if each.alert_key not in rules:  # the rule was changed or taken away
            report.resolved += store.resolve(each, minute)
    for alert in alerts:
        measured = measuring.measure(alert, minute)
        listed = {open_key(alert.name, alert.version, subject.scope.key) for subject in measured}
        for subject, window in measured.items():
            one = known.get(open_key(alert.name, alert.version, subject.scope.key))
            if one is not None:
                _go_on(alert, one, window, store, minute, report)
            elif bad := bad_values(alert, window):
                report.opened += store.open(incident_of(alert, subject, minute, bad))
        for each in known.values():
            if each.alert_key == alert.key and each.key not in listed:  # nobody is left in it
                _go_on(alert, each, (Measured(None, 0),) * alert.for_minutes, store, minute, report)


def bad_values(alert: Alert, window: Sequence[Measured]) -> list[float]:
    """The values of a window whose minutes are all bad; empty for any other."""
    values = [each.value for each in window if _is_bad(alert, each) and each.value is not None]
    return values if len(values) == len(window) else []


def is_over(alert: Alert, window: Sequence[Measured]) -> bool:
    """Whether it is over for good: no minute of the window is bad, or too few viewers are left in the last."""
    return window[-1].viewers < alert.min_viewers or not any(_is_bad(alert, each) for each in window)


def _is_bad(alert: Alert, measured: Measured) -> bool:
    return measured.value is not None and measured.viewers >= alert.min_viewers and alert.is_bad(measured.value)


def _go_on(
    alert: Alert,
    known: OpenIncident,
    window: Sequence[Measured],
    store: IncidentStore,
    minute: int,
    report: JudgeReport,
) -> None:
    if minute <= known.opened_minute:
        return
    last = window[-1]
    if _is_bad(alert, last) and last.value is not None:
        store.went_on(known, minute, last.value, alert.direction)
    elif last.viewers < alert.min_viewers or (
        minute - known.opened_minute >= alert.for_minutes and is_over(alert, window)
    ):
        report.resolved += store.resolve(known, minute)


def would_open(alert: Alert, minutes: Mapping[int, Measured], start: int, end: int) -> list[tuple[int, int]]:
    """What a rule would have opened for one subject in the minutes from `start` to `end`: first and last minute of
    each incident. A minute that isn't there had nobody."""
    incidents: list[tuple[int, int]] = []
    opened: int | None = None
    for minute in range(start + alert.for_minutes - 1, end):
        window = [
            minutes.get(each, Measured(None, 0)) for each in range(minute - alert.for_minutes + 1, minute + 1)
        ]
        if opened is None:
            opened = minute if bad_values(alert, window) else None
        elif window[-1].viewers < alert.min_viewers or (
            minute - opened >= alert.for_minutes and is_over(alert, window)
        ):
            incidents.append((opened, minute))
            opened = None
    return incidents if opened is None else [*incidents, (opened, end - 1)]
