"""Lambda: the stream of sessions -> audience counts (exact) and profile items."""

import os
import time
from functools import cache
from typing import Any, NamedTuple

import botocore.session
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from live_viewers.audience.counting import count_changes
from live_viewers.audience.reading import watching_now
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.dynamodb.tables.profiles_table import ProfilesTable
from live_viewers.dynamodb.tables.stream_records import changes_of, shard_of
from live_viewers.profile.projection_writing import Projector
from live_viewers.session.session_change import until_held
from live_viewers.settings import ProjectChangesSettings

_THREADS = 16
_REPORTED_EVERY_MS = 60_000
# Retries of the client are few: what lasts fails the invocation, and the stream delivers the batch again.
_CONFIG = Config(
    parameter_validation=False,
    max_pool_connections=2 * _THREADS,
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 4},
)

logger = Logger(service="project_changes")
# Without a service name: alarms and dashboards look for metrics by their stage alone.
metrics = Metrics(namespace="LiveViewers")
metrics.set_default_dimensions(stage=os.environ.get("STAGE", "local"))


# When this instance last reported how many are watching. A new one reports again: no count depends on it.
_reported_ms = 0


class _Parts(NamedTuple):
    settings: ProjectChangesSettings
    audience: AudienceTable
    projector: Projector


@cache
def _settings() -> ProjectChangesSettings:
    return ProjectChangesSettings.from_environ(os.environ)


@cache
def _parts() -> _Parts:
    settings = _settings()
    client = botocore.session.Session().create_client("dynamodb", config=_CONFIG)
    profiles = ProfilesTable(client, settings.viewer_profiles_table, settings.profile_retention_days)
    return _Parts(
        settings,
        AudienceTable(client, settings.audience_table, settings.audience_shards, _THREADS),
        Projector(profiles, settings.default_ping_interval_s, _THREADS),
    )


class UnreadableChange(RuntimeError):
    """A change of the last minutes can't be read: a release that reads it may be on its way."""


@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """One batch of one stream shard. Raises when a table can't be written, and for ten minutes when a change can't
    be read: the batch comes again. After that such a change counts by what is beside the packed session, and is
    skipped otherwise.

    The answer holds `state`, which a mapping with a tumbling window asks for; the last call of a window may be
    empty. No state is needed: what was counted is told by the audience's items.
    """
    parts, now_ms = _parts(), int(time.time() * 1000)
    shard_id = shard_of(event)
    changes, held = until_held(list(changes_of(event, parts.settings.default_ping_interval_s)), now_ms)
    if changes and shard_id is not None:
        counted = count_changes(changes, shard_id, parts.audience, now_ms)
        projected = parts.projector.project(changes, now_ms)
        for name, value in (
            ("ChangesProjected", len(changes)),
            ("ChangesSkipped", sum(1 for change in changes if change.problem)),
            ("AudienceItemsWritten", counted.items),
            ("AudienceWritesRefused", counted.refused),
            ("ProfilesWritten", projected.written),
            ("ProfilesRemoved", projected.removed),
        ):
            metrics.add_metric(name, MetricUnit.Count, value)
        logger.info(
            "projected",
            extra={"changes": len(changes), "first": changes[0].sequence, "last": changes[-1].sequence},
        )
    if held is not None:
        raise UnreadableChange(held.problem)
    _report_watching_now(parts.audience, now_ms)
    return {"state": {}}


def _report_watching_now(audience: AudienceTable, now_ms: int) -> None:
    """Once a minute, for the dashboard. Instances of several shards report the same number."""
    global _reported_ms
    if now_ms - _reported_ms < _REPORTED_EVERY_MS:
        return
    _reported_ms = now_ms
    try:
        metrics.add_metric("WatchingNow", MetricUnit.Count, watching_now(audience, now_ms))
    except (ClientError, BotoCoreError) as problem:  # the batch is counted: it must not come again for a dashboard
        logger.warning("watching now could not be reported", extra={"error": type(problem).__name__})


# A variable that is missing or wrong shows when the function starts, not with its first event.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _settings()
