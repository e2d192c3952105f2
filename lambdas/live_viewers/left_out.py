"""What a reader leaves out because it can't be read or shown: counted, so that an operator sees it."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from aws_lambda_powertools import Logger

from live_viewers.settings import stage_of
from live_viewers.stored_format import UnreadableBytes

logger = Logger(service="live_viewers")
Item = TypeVar("Item")
View = TypeVar("View")


def each_shown(items: Iterable[Item], show: Callable[[Item], View]) -> Iterator[View]:
    """What `show` makes of each item. One that it can't show, for a time beyond the calendar, say, is left out
    alone."""
    for item in items:
        try:
            view = show(item)
        except (ArithmeticError, ValueError) as problem:
            _count(type(problem).__name__)
        else:
            yield view


def count_left_out(unreadable: UnreadableBytes) -> None:
    """A line in the log and one in the metric SessionsLeftOut. The message holds no id."""
    _count(str(unreadable))


def _count(problem: str) -> None:
    # Rarely needed, and a cold start would wait for it.
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    logger.warning("left out", extra={"problem": problem})
    stage = {"stage": stage_of(os.environ)}
    with single_metric("SessionsLeftOut", MetricUnit.Count, 1, namespace="LiveViewers", default_dimensions=stage):
        pass
