"""An alert: a figure of the audience's rows, a threshold, and for how long and how many viewers it must be bad."""

from typing import Literal, get_args

import msgspec

Metric = Literal[
    "watching_now",
    "sessions",
    "attempts",
    "starts",
    "start_up_p50_s",
    "start_up_p95_s",
    "rebuffer_ratio",
    "exits_before_start",
    "failed",
    "left_buffering",
]
METRICS: tuple[str, ...] = get_args(Metric)
"""A row's figures, by the names that the API gives them."""
MOST_ALERTS = 20
LONGEST_FOR_MINUTES = 30


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """As the configuration has it under `alerts`. `by`: a dimension's name, `title` (of pinned titles), None
    for the whole audience. Of `above` and `below` one is given: beyond it a minute is bad."""

    name: str
    metric: Metric
    version: int = 1
    by: str | None = None
    above: float | None = None
    below: float | None = None
    for_minutes: int = 1
    min_viewers: int = 10

    @property
    def direction(self) -> Literal["above", "below"]:
        """On which side of the threshold it is bad."""
        return "above" if self.above is not None else "below"

    @property
    def threshold(self) -> float:
        """The bound, which itself isn't bad."""
        given = self.above if self.above is not None else self.below
        return 0.0 if given is None else given

    @property
    def key(self) -> str:
        """Name and version: incidents of a rule that was changed are apart."""
        return f"{self.name}@{self.version}"

    def is_bad(self, value: float) -> bool:
        """Whether the value is beyond the threshold."""
        return value > self.threshold if self.above is not None else value < self.threshold

    def worse(self, one: float, other: float) -> float:
        """The one of two values that is further on the bad side."""
        return max(one, other) if self.above is not None else min(one, other)
