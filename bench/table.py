"""The figures as a table for people."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, rounded

_VERDICT = {None: "", True: "[green]met[/]", False: "[red]not met[/]"}


def print_table(figures: Iterable[Figure]) -> None:
    """One row a figure, in the order given."""
    table = Table(box=None, header_style="bold")
    for heading, justify in (
        ("figure", "left"),
        ("median", "right"),
        ("spread", "right"),
        ("unit", "left"),
        ("baseline", "right"),
        ("ratio", "right"),
        ("bar", "right"),
        ("", "left"),
        ("load", "right"),
    ):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]  # rich names them
    for each in figures:
        spread = "" if each.lowest == each.highest else f"{_text(each.lowest)} – {_text(each.highest)}"
        table.add_row(
            each.name,
            _text(each.value),
            spread,
            each.unit,
            "" if each.baseline is None else _text(each.baseline),
            "" if each.ratio is None else f"{each.ratio:.2f}",
            "" if each.bar is None else str(each.bar),
            _VERDICT[each.is_met],
            f"{each.load:.1f}",
        )
    Console(width=140).print(table)


def markdown(results: Mapping[str, Any]) -> str:
    """What bench/results.json holds, as the table of docs/performance.md."""
    headings = ("figure", "median", "spread of runs", "unit", "baseline", "ratio", "bar", "met", "load")
    lines = [f"| {' | '.join(headings)} |", "|---|---:|---:|---|---:|---:|---:|---|---:|"]
    for name, each in sorted(results.items()):
        spread = (
            "" if each["runs"] == 1 else f"{_text(each['lowest'])} – {_text(each['highest'])} of {each['runs']}"
        )
        met = {None: "", True: "yes", False: "**no**"}[each["met"]]
        baseline, ratio = ("" if each[side] is None else _text(each[side]) for side in ("baseline", "ratio"))
        load = f"{each['load']:.0f}"
        value = _text(each["value"])
        cells = (name, value, spread, each["unit"], baseline, ratio, each["bar"] or "", met, load)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _text(number: float) -> str:
    return f"{rounded(number):,g}" if abs(number) < 1e6 else f"{number:,.0f}"
