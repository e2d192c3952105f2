"""A figure: the median of its runs, their spread, the same of a baseline run in turn with it, and its bar."""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bar:
    """What a figure has to reach: at least `least`, or at most `most`."""

    least: float | None = None
    most: float | None = None

    def is_met(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        sides = ((">=", self.least), ("<=", self.most))
        return " ".join(f"{sign} {limit:,g}" for sign, limit in sides if limit is not None)


@dataclass(frozen=True)
class Figure:
    """`value` is the median of `runs` runs, `lowest` and `highest` bound them; a count has one run and no spread.

    `load` is the machine's load average (1 minute) when it had been taken: far above its cores, another program
    took its time.
    """

    name: str
    value: float
    unit: str
    lowest: float
    highest: float
    runs: int
    baseline: float | None = None
    bar: Bar | None = None
    notes: dict[str, float | str] = field(default_factory=dict)
    load: float = 0.0

    @property
    def ratio(self) -> float | None:
        return None if not self.baseline else self.value / self.baseline

    @property
    def is_met(self) -> bool | None:
        return None if self.bar is None else self.bar.is_met(self.value)

    def as_json(self) -> dict[str, object]:
        return {
            "value": rounded(self.value),
            "unit": self.unit,
            "baseline": None if self.baseline is None else rounded(self.baseline),
            "ratio": None if self.ratio is None else rounded(self.ratio),
            "lowest": rounded(self.lowest),
            "highest": rounded(self.highest),
            "runs": self.runs,
            "bar": None if self.bar is None else str(self.bar),
            "met": self.is_met,
            "load": round(self.load, 1),
            "notes": {
                name: rounded(each) if isinstance(each, float) else each for name, each in self.notes.items()
            },
        }


def rounded(number: float) -> float:
    """Four digits are more than any of these figures deserves."""
    return number if number == 0 else float(f"{number:.4g}")


def figure(
    name: str,
    unit: str,
    ours: Sequence[float],
    baseline: Sequence[float] = (),
    bar: Bar | None = None,
    **notes: float | str,
) -> Figure:
    """The figure of some runs of ours and of the baseline."""
    return Figure(
        name,
        statistics.median(ours),
        unit,
        min(ours),
        max(ours),
        len(ours),
        statistics.median(baseline) if baseline else None,
        bar,
        notes,
        os.getloadavg()[0],
    )


def ratio(
    name: str, ours: Sequence[float], baseline: Sequence[float], bar: Bar | None = None, **notes: float | str
) -> Figure:
    """Runs of ours over those of the baseline that were made in turn with them, each pair by itself."""
    return figure(
        name, "x", [mine / theirs for mine, theirs in zip(ours, baseline, strict=True)], (), bar, **notes
    )


def in_turn(
    times: int, ours: Callable[[], float], baseline: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Both `times` times, one after the other, so that a slow minute of the machine slows both."""
    mine, theirs = [], []
    for _ in range(times):
        mine.append(ours())
        theirs.append(baseline())
    return mine, theirs


@dataclass
class Elapsed:
    wall_s: float = 0.0
    cpu_s: float = 0.0


@contextmanager
def measured() -> Iterator[Elapsed]:
    """Wall and CPU seconds of this process inside the block."""
    elapsed = Elapsed()
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield elapsed
    finally:
        elapsed.wall_s = time.perf_counter() - wall
        elapsed.cpu_s = time.process_time() - cpu
