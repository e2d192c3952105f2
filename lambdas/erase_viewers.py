"""Lambda: removes what is kept of erased viewers. Started by a DELETE of the API, and by a schedule."""

import os
import time
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from live_viewers.dynamodb.erasures_table import ErasuresTable
from live_viewers.erasure import work_on
from live_viewers.s3.rejected_erasure import BUCKET_CONFIG, RejectedErasure
from live_viewers.settings import Settings

# Left at the end of an invocation for the write that is under way.
_RESERVE_MS = 10_000

logger = Logger(service="erase_viewers")
# Without a service name: alarms and dashboards look for metrics by their stage alone.
metrics = Metrics(namespace="LiveViewers")
metrics.set_default_dimensions(stage=os.environ.get("STAGE", "local"))


@cache
def _parts() -> tuple[ErasuresTable, RejectedErasure]:
    settings = Settings.from_environ(os.environ)
    erasures = ErasuresTable(
        boto3.client("dynamodb"), settings.viewer_profiles_table, settings.profile_retention_days
    )
    return erasures, RejectedErasure(boto3.client("s3", config=BUCKET_CONFIG), settings.rejected_bucket)


def _now_ms() -> int:
    return int(time.time() * 1000)


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Goes on with every erasure that is due, in whatever state the last invocation left it, until time is
    short.

    What it raises it has logged; the next start goes on where this one stopped.
    """
    erasures, rejected = _parts()
    done = left = 0
    for job in erasures.due(_now_ms()):
        if work_on(job, erasures, rejected, _now_ms, lambda: context.get_remaining_time_in_millis() > _RESERVE_MS):
            done += 1
        else:
            left += 1
    metrics.add_metric("ErasurePassesDone", MetricUnit.Count, done)
    metrics.add_metric("ErasurePassesLeft", MetricUnit.Count, left)
    logger.info("erased", extra={"passes_done": done, "passes_left": left})
    return {"passes_done": done, "passes_left": left}
