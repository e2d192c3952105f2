"""Lambda: removes what is kept of erased viewers. Started by a DELETE of the API, and by a schedule."""

import os
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.tables.erasures_table import ErasuresTable
from live_viewers.dynamodb.tables.tombstone_rewriting import TombstoneRewriting
from live_viewers.dynamodb.transport import Transport
from live_viewers.erasure.jobs import RejectedRecords, work_on
from live_viewers.settings import EraseViewersSettings, stage_of

# Left at the end of an invocation for the write that is under way.
_RESERVE_MS = 10_000
# Nobody waits for an answer, so a busy table is waited for: half a minute, as botocore's client does.
_ATTEMPTS = 10

logger = Logger(service="erase_viewers")
# Without a service name: alarms and dashboards look for metrics by their stage alone.
metrics = Metrics(namespace="LiveViewers")
metrics.set_default_dimensions(stage=stage_of(os.environ))


@cache
def _settings() -> EraseViewersSettings:
    return EraseViewersSettings.from_environ(os.environ)


@cache
def _table() -> DirectClient:
    """The table's client, for all that is kept in it."""
    return DirectClient(Transport.from_environ(os.environ), attempts=_ATTEMPTS)


@cache
def _rejected() -> RejectedRecords:
    import botocore.session  # 25 MB that a run without erasures does without

    from live_viewers.s3.rejected_erasure import BUCKET_CONFIG, RejectedErasure

    client: Any = botocore.session.Session().create_client("s3", config=BUCKET_CONFIG)
    return RejectedErasure(client, _settings().rejected_bucket)


class _RejectedWhenNeeded:
    """See erasure.RejectedRecords. Mostly no erasure is due, and then nobody needs a client of S3."""

    def remove_of(self, viewer_ids: Sequence[str], after: str | None, may_go_on: Callable[[], bool]) -> str | None:
        return _rejected().remove_of(viewer_ids, after, may_go_on)


@cache
def _parts() -> tuple[ErasuresTable, RejectedRecords]:
    settings = _settings()
    erasures = ErasuresTable(_table(), settings.viewer_profiles_table, settings.tombstone_secret)
    return erasures, _RejectedWhenNeeded()


@cache
def _rewriting() -> TombstoneRewriting:
    settings = _settings()
    return TombstoneRewriting(_table(), settings.viewer_profiles_table, settings.tombstone_secret)


def _now_ms() -> int:
    return int(time.time() * 1000)


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Goes on with every erasure that is due, in whatever state the last invocation left it, until time is
    short; then with the old tombstones, until all are rewritten.

    One erasure that fails doesn't keep the others waiting; the last failure is raised once all were tried, so that
    it is counted and alarmed. The next start goes on where this one stopped.
    """
    erasures, rejected = _parts()

    def may_go_on() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE_MS)

    report = work_on(erasures.due(_now_ms()), erasures, rejected, _now_ms, may_go_on)
    metrics.add_metric("ErasurePassesDone", MetricUnit.Count, report.done)
    metrics.add_metric("ErasurePassesLeft", MetricUnit.Count, report.left)
    logger.info("erased", extra={"passes_done": report.done, "passes_left": report.left})
    if report.failure is not None:
        logger.error("an erasure failed", extra={"error": type(report.failure).__name__})
    try:
        rewritten = _rewriting().go_on(_now_ms(), may_go_on)
    except Exception as problem:
        raise report.failure or problem from None
    if rewritten:
        logger.info("rewrote old tombstones", extra={"tombstones": rewritten})
    if report.failure is not None:
        raise report.failure
    return {"passes_done": report.done, "passes_left": report.left}


# A variable that is missing or wrong shows when the function starts, not with its first event.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _settings()
