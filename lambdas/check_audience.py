"""Lambda, each minute: writes down who watches at its end, judges alerts, rolls hours up (docs/incidents.md)."""

import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from live_viewers.audience.history import HOUR_MINUTES
from live_viewers.audience.progress import is_late
from live_viewers.audience.remembering import roll_hours, watching_at_end
from live_viewers.audience.subjects import Subjects
from live_viewers.deadline import time_left_ms
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.tables.audience_reads import AudienceReads
from live_viewers.dynamodb.tables.history_table import HistoryTable
from live_viewers.dynamodb.tables.incidents_table import IncidentsTable
from live_viewers.dynamodb.tables.progress_table import ProgressTable
from live_viewers.dynamodb.transport import Transport
from live_viewers.incidents.judging import judge
from live_viewers.incidents.measuring import MeasuredAudience
from live_viewers.incidents.telling import Publish, tell_all
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.settings import CheckAudienceSettings, stage_of
from live_viewers.sns.alarm_topic import publisher
from live_viewers.stage_file import StageFile, read_stage_file

# An hour of a large stage takes some seconds to sum and to put.
_ROLL_RESERVE_MS = 30_000

logger = Logger(service="check_audience")
# Without a service name: alarms and dashboards look for metrics by their stage alone.
metrics = Metrics(namespace="LiveViewers")
metrics.set_default_dimensions(stage=stage_of(os.environ))


class _Parts(NamedTuple):
    stage_file: StageFile
    subjects: Subjects
    counts: AudienceReads
    history: HistoryTable
    progress: ProgressTable
    incidents: IncidentsTable
    publish: Publish | None


@cache
def _settings() -> CheckAudienceSettings:
    return CheckAudienceSettings.from_environ(os.environ)


@cache
def _parts() -> _Parts:
    settings, stage_file = _settings(), read_stage_file()
    client, table = DirectClient(Transport.from_environ(os.environ)), settings.audience_table
    return _Parts(
        stage_file,
        Subjects(Dimensions(stage_file.dimensions), stage_file.pinned_titles),
        AudienceReads(client, table, settings.audience_shards),
        HistoryTable(client, table),
        ProgressTable(client, table),
        IncidentsTable(client, table),
        publisher(settings.alarm_topic_arn),
    )


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """One minute's check. Each part is tried though another one fails; the last failure is raised, so that it is
    counted and alarmed. All of it may be repeated: what was done isn't done again.
    """
    parts, now_ms = _parts(), int(time.time() * 1000)
    late = is_late(parts.progress.of_shards(), now_ms)
    report: dict[str, int] = {"AudienceLate": int(late)}
    failures: list[Exception] = []
    left_ms = time_left_ms(context)
    jobs: tuple[Callable[[], dict[str, int]], ...] = (
        lambda: _write_down(parts, now_ms, late=late),
        lambda: _judge(parts, now_ms, late=late),
        lambda: {"IncidentsTold": tell_all(parts.incidents, parts.publish)},
        lambda: _roll_up(parts, now_ms) if left_ms() > _ROLL_RESERVE_MS else {},
    )
    for job in jobs:
        try:
            report |= job()
        except Exception as problem:
            logger.exception("a part of the check failed")
            failures.append(problem)
    metrics.add_metric("AudienceChecks", MetricUnit.Count, 1)
    for name, value in report.items():
        metrics.add_metric(name, MetricUnit.Count, value)
    logger.info("checked", extra=report)
    if failures:
        raise failures[-1]
    return report


def _write_down(parts: _Parts, now_ms: int, *, late: bool) -> dict[str, int]:
    """Who watches at the end of the minute that has just ended; of one that was missed nobody can tell."""
    if late:
        return {}
    minute = now_ms // MINUTE_MS - 1
    watching = watching_at_end(parts.counts, parts.subjects, minute)
    parts.history.put_watching(minute, watching)
    return {}


def _judge(parts: _Parts, now_ms: int, *, late: bool) -> dict[str, int]:
    measuring = MeasuredAudience(parts.counts, parts.history, parts.subjects)
    judged = judge(parts.stage_file.alerts, measuring, parts.incidents, now_ms, late=late)
    return {
        "MinutesJudged": judged.judged,
        "MinutesSkipped": judged.skipped,
        "IncidentsOpened": judged.opened,
        "IncidentsResolved": judged.resolved,
    }


def _roll_up(parts: _Parts, now_ms: int) -> dict[str, int]:
    rolled = roll_hours(parts.counts, parts.history, parts.subjects, now_ms // (HOUR_MINUTES * MINUTE_MS))
    return {"HoursRolled": rolled.rolled, "HoursMissed": rolled.missed}


# A variable that is missing or wrong shows when the function starts, not with its first event.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _settings()
