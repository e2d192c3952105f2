"""Lambda: the stream of sessions and ad views -> audience counts and ad counts (exact), and profile items."""

import os
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from live_viewers.ads.ad_counting import AdChange, count_ads
from live_viewers.audience.counting import count_changes
from live_viewers.audience.progress import ProgressTeller
from live_viewers.audience.reading import watching_now
from live_viewers.collecting import collect_rarely
from live_viewers.deadline import time_left_ms
from live_viewers.dynamodb.direct_client import DirectClient, Unavailable
from live_viewers.dynamodb.tables.ads_table import AdCountsTable
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.dynamodb.tables.profiles_table import ProfilesTable
from live_viewers.dynamodb.tables.progress_table import ProgressTable
from live_viewers.dynamodb.tables.stream_records import Record, ad_changes_of, changes_of, shard_of
from live_viewers.dynamodb.transport import ErrorAnswer, Transport
from live_viewers.profile.projection_writing import Projector, ProjectReport
from live_viewers.session.session_change import SessionChange, until_held
from live_viewers.settings import ProjectChangesSettings, stage_of

_THREADS = 16
_REPORTED_EVERY_MS = 60_000
# Of 120 s: a slice takes a few seconds, and what is left over begins the next delivery.
_CHANGES_A_SLICE = 1_000
_RESERVE_MS = 30_000
# Ads that can't be counted make a batch come again for so long; then they are left out, and hold nothing up.
_ADS_HELD_MS = 10 * 60_000

logger = Logger(service="project_changes")
# Without a service name: alarms and dashboards look for metrics by their stage alone.
metrics = Metrics(namespace="LiveViewers")
metrics.set_default_dimensions(stage=stage_of(os.environ))


# When this instance last reported how many are watching. A new one reports again: no count depends on it.
_reported_ms = 0


class _Parts(NamedTuple):
    settings: ProjectChangesSettings
    audience: AudienceTable
    ads: AdCountsTable
    projector: Projector
    progress: ProgressTeller


@cache
def _settings() -> ProjectChangesSettings:
    return ProjectChangesSettings.from_environ(os.environ)


@cache
def _parts() -> _Parts:
    settings = _settings()
    client = DirectClient(Transport.from_environ(os.environ))
    profiles = ProfilesTable(
        client, settings.viewer_profiles_table, settings.profile_retention_days, settings.tombstone_secret
    )
    return _Parts(
        settings,
        AudienceTable(client, settings.audience_table, settings.audience_shards, _THREADS),
        AdCountsTable(client, settings.audience_table, settings.audience_shards, _THREADS),
        Projector(profiles, settings.default_ping_interval_s, _THREADS),
        ProgressTeller(ProgressTable(client, settings.audience_table)),
    )


class UnreadableChange(RuntimeError):
    """A change of the last minutes can't be read: a release that reads it may be on its way."""


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One batch of one stream shard. Raises when a table can't be written, and for ten minutes when a change can't
    be read: the batch comes again. After that such a change counts by what is beside the packed session, and is
    skipped otherwise. Ads are counted after the audience, and what fails there keeps nothing else from being done.

    Counts touch at most `audience_items_a_batch` items, or those of one change.

    The answer holds `state`, which a mapping with a tumbling window asks for; the last call of a window may be
    empty. No state is needed: what was counted is told by the audience's items. When items or time run out it
    also holds `batchItemFailures`: the batch comes again from that change on, so that however much there is to do,
    the shard goes on.
    """
    parts, now_ms = _parts(), int(time.time() * 1000)
    shard_id = shard_of(event)
    ad_records: list[Record] = []
    read = list(changes_of(event, parts.settings.default_ping_interval_s, ad_records))
    changes, held = until_held(read, now_ms)
    done, ads_failed = len(changes), None
    if shard_id is not None:
        if changes:
            _tell_progress(parts.progress, shard_id, changes[0].created_ms, now_ms)
        counted = count_changes(changes, shard_id, parts.audience, parts.settings.audience_items_a_batch)
        ads, ads_failed = _count_ads(parts.ads, ad_records, held, shard_id, now_ms)
        taken = changes[: counted.changes]
        projected, done = _project(parts.projector, taken, ads, now_ms, time_left_ms(context))
        if changes:
            for name, value in (
                ("ChangesProjected", done),
                ("ChangesSkipped", sum(1 for change in changes[:done] if change.problem)),
                ("AudienceItemsWritten", counted.items),
                ("AudienceWritesRefused", counted.refused),
                ("ProfilesWritten", projected.written),
                ("ProfilesRemoved", projected.removed),
                ("ProfilesSkipped", projected.skipped),
            ):
                metrics.add_metric(name, MetricUnit.Count, value)
            logger.info(
                "projected",
                extra={"changes": done, "first": changes[0].sequence, "last": changes[done - 1].sequence},
            )
    if ads_failed is not None:
        raise ads_failed
    if done < len(changes):
        return {"state": {}, "batchItemFailures": [{"itemIdentifier": str(changes[done].sequence)}]}
    if held is not None:
        raise UnreadableChange(held.problem)
    _report_watching_now(parts.audience, now_ms)
    return {"state": {}}


def _count_ads(
    ads: AdCountsTable, records: Sequence[Record], held: SessionChange | None, shard_id: str, now_ms: int
) -> tuple[list[AdChange], Exception | None]:
    """Count the ads of a batch; its changes of ads, and what failed, if the batch is to come again for it."""
    changes: list[AdChange] = []
    skipped = 0
    try:
        changes += (each for each in ad_changes_of(records) if held is None or each.sequence < held.sequence)
        if not changes:
            return changes, None
        counted = count_ads(changes, shard_id, ads, now_ms)
    except Exception as failure:  # whatever it is: sessions and profiles don't wait for it
        if now_ms - max((change.created_ms for change in changes), default=0) < _ADS_HELD_MS:
            return changes, failure
        logger.error("ads are not counted", extra={"error": type(failure).__name__, "changes": len(changes)})
        skipped = max(1, len(changes))
        return changes, None
    finally:
        metrics.add_metric("AdChangesSkipped", MetricUnit.Count, skipped)
    metrics.add_metric("AdItemsWritten", MetricUnit.Count, counted.items)
    metrics.add_metric("AdWritesRefused", MetricUnit.Count, counted.refused)
    return changes, None


def _project(
    projector: Projector,
    changes: Sequence[SessionChange],
    ads: Sequence[AdChange],
    now_ms: int,
    left_ms: Callable[[], int],
) -> tuple[ProjectReport, int]:
    """The profile items of the changes of ads and of as many others as there is time for, at least of a slice; and
    of how many others."""
    report = projector.project(changes[:_CHANGES_A_SLICE], now_ms, ads)
    done = len(changes[:_CHANGES_A_SLICE])
    while done < len(changes) and left_ms() >= _RESERVE_MS:
        some = changes[done : done + _CHANGES_A_SLICE]
        report += projector.project(some, now_ms)
        done += len(some)
    return report, done


def _tell_progress(progress: ProgressTeller, shard_id: str, oldest_change_ms: int, now_ms: int) -> None:
    """How long these changes waited, for who would judge what isn't counted yet. Told before they are counted: a
    batch that fails again and again is late, too."""
    try:
        progress.take_up(shard_id, oldest_change_ms, now_ms)
    except (Unavailable, ErrorAnswer) as problem:  # counting goes on, or fails by itself
        logger.warning("progress could not be told", extra={"error": str(problem)})


def _report_watching_now(audience: AudienceTable, now_ms: int) -> None:
    """Once a minute, for the dashboard. Instances of several shards report the same number."""
    global _reported_ms
    if now_ms - _reported_ms < _REPORTED_EVERY_MS:
        return
    _reported_ms = now_ms
    try:
        metrics.add_metric("WatchingNow", MetricUnit.Count, watching_now(audience, now_ms))
    except (Unavailable, ErrorAnswer) as problem:  # the batch is counted: it must not come again for a dashboard
        logger.warning("watching now could not be reported", extra={"error": str(problem)})


collect_rarely()

# A variable that is missing or wrong shows when the function starts, not with its first event.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _settings()
