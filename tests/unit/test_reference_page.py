"""docs/reference.md names, for each row of its table, a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "integration"
ROWS_FILE = "reference/test_reference_rows.py"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "reference.md").read_text().splitlines()
    if line.startswith("|") and line.count("|") == 5 and not line.startswith(("|---", "| what happens"))
]


def test_the_table_has_all_rows():
    assert len(ROWS) == 17


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_is_shown_by_a_test(row: list[str]):
    shown_by = row[3]
    files = re.findall(r"`([\w/]+\.py)`", shown_by) or [ROWS_FILE]
    names = re.findall(r"`(test_\w+)(?:…)?`", shown_by)
    text = "".join((TESTS / file).read_text() for file in files)
    assert "def test_" in text
    for name in names:
        assert f"def {name}" in text
