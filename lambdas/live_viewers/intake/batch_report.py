"""What a batch tells the operator: one log line, and metrics in CloudWatch's embedded format. No ids."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from live_viewers.intake.arrivals import Arrivals
from live_viewers.intake.store import Refused, Written

NAMESPACE = "LiveViewers"
# A metric may have a hundred values in one line, and is flushed when it has: so fewer, spread over the batch.
_MOST_LAGS = 50

# Without a service name: alarms and dashboards look for metrics by their stage alone.
metrics = Metrics(namespace=NAMESPACE)


def report_batch(
    logger: Logger,
    event: Mapping[str, Any],
    arrivals: Arrivals,
    written: Written,
    refused: Iterable[Refused],
    stage: str,
    now_ms: int,
) -> None:
    """Log topic, partition and offset range, and emit the batch's metrics under the dimension `stage`; rejected
    records also under (`stage`, `reason`). LagMs is the time from a media event to its write."""
    reasons = Counter(each.reason.value for each in refused)
    counts = {
        "Records": arrivals.records,
        "Decoded": arrivals.decoded,
        "Skipped": arrivals.skipped,
        "Rejected": reasons.total(),
        "SessionsWritten": written.sessions,
        "Conflicts": written.conflicts,
    }
    extra = {"offsets": _offset_ranges(event), "rejected_by_reason": dict(reasons), **counts}
    logger.info("batch", extra=extra)
    metrics.set_default_dimensions(stage=stage)
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    for lag in _lags_ms(arrivals, now_ms):
        metrics.add_metric("LagMs", MetricUnit.Milliseconds, lag)
    metrics.flush_metrics()
    for reason, count in reasons.items():
        with single_metric(
            "Rejected", MetricUnit.Count, count, namespace=NAMESPACE, default_dimensions={"stage": stage}
        ) as metric:
            metric.add_dimension("reason", reason)


def _offset_ranges(event: Mapping[str, Any]) -> dict[str, list[int]]:
    """The first and the last offset of each `<topic>-<partition>`."""
    return {
        name: [records[0]["offset"], records[-1]["offset"]]
        for name, records in event["records"].items()
        if records
    }


def _lags_ms(arrivals: Arrivals, now_ms: int) -> list[int]:
    parts = list(arrivals.parts.values())
    step = -(-len(parts) // _MOST_LAGS) or 1
    return [max(0, now_ms - part.events[-1].event_time_ms) for part in parts[::step] if part.events]
