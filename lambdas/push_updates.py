"""Lambda: the stream of sessions -> the pages that watch them. Best effort: it never fails its batch."""

import os
import time
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from live_viewers.api_gateway.connections import ApiGatewayConnections
from live_viewers.collecting import collect_rarely
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.tables.sockets_table import SocketsTable
from live_viewers.dynamodb.tables.stream_records import changes_of
from live_viewers.dynamodb.transport import Transport
from live_viewers.push.posting import Pusher
from live_viewers.settings import PushUpdatesSettings, stage_of
from live_viewers.stage_file import read_stage_file

# Old news is no news: one more try.
_ATTEMPTS = 2

logger = Logger(service="push_updates")
# Without a service name: alarms and dashboards look for metrics by their stage alone.
metrics = Metrics(namespace="LiveViewers")
metrics.set_default_dimensions(stage=stage_of(os.environ))


@cache
def _settings() -> PushUpdatesSettings:
    return PushUpdatesSettings.from_environ(os.environ)


@cache
def _pusher() -> Pusher:
    settings = _settings()
    client = DirectClient(Transport.from_environ(os.environ), attempts=_ATTEMPTS)
    sockets = SocketsTable(client, settings.sockets_table)
    connections = ApiGatewayConnections.from_environ(settings.socket_endpoint, os.environ)
    dimensions = Dimensions(read_stage_file().dimensions)
    return Pusher(sockets, connections, time.monotonic, settings.default_ping_interval_s, dimensions=dimensions)


@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> None:
    """One batch of one stream shard. Whatever goes wrong is logged and left: the page reads its rows again."""
    try:
        changes = changes_of(event, _settings().default_ping_interval_s)
        report = _pusher().push(changes, int(time.time() * 1000))
    except Exception:
        # Failing would have the batch delivered again, late, and hold up the changes behind it.
        logger.exception("changes were not pushed")
        metrics.add_metric("PushFailures", MetricUnit.Count, 1)
        return
    for name, value in (
        ("MessagesSent", report.sent),
        ("MessagesFailed", report.failed + report.timed_out + report.unsent),
        ("ConnectionsDropped", report.dropped),
        ("SessionsLeftOut", report.left_out),
    ):
        metrics.add_metric(name, MetricUnit.Count, value)


collect_rarely()

# A variable that is missing or wrong shows when the function starts, not with its first event.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _settings()
