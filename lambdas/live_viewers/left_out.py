"""What a reader leaves out because it can't be read: counted, so that an operator sees it."""

import os

from aws_lambda_powertools import Logger

from live_viewers.stored_format import UnreadableBytes

logger = Logger(service="live_viewers")


def count_left_out(unreadable: UnreadableBytes) -> None:
    """A line in the log and one in the metric SessionsLeftOut. The message holds no id."""
    # Rarely needed, and a cold start would wait for it.
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    logger.warning("left out", extra={"problem": str(unreadable)})
    stage = {"stage": os.environ.get("STAGE", "local")}
    with single_metric("SessionsLeftOut", MetricUnit.Count, 1, namespace="LiveViewers", default_dimensions=stage):
        pass
