"""The tables of figures in the docs are what their commands print of bench/results.json."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)


@pytest.mark.parametrize(
    ("page", "command"), [("performance.md", ["bench", "--markdown"]), ("scale.md", ["bench.scale"])]
)
def test_a_page_has_the_tables_that_its_command_prints(page: str, command: list[str]) -> None:
    run = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=True)
    printed = _TABLE.findall(run.stdout)
    assert printed
    there = _TABLE.findall((ROOT / "docs" / page).read_text())
    assert set(printed) <= set(there), f"put the tables of `python -m {' '.join(command)}` into docs/{page}"
