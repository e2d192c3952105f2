"""The functions that are given batches look for cycles rarely."""

import subprocess
import sys
from pathlib import Path

import pytest

LAMBDAS = Path(__file__).parents[2] / "lambdas"


@pytest.mark.parametrize("function", ["process_events", "project_changes", "push_updates"])
def test_a_batch_is_not_walked_through_again_and_again(function: str) -> None:
    script = f"import gc, {function}; print(gc.get_threshold()[0], gc.get_freeze_count())"
    run = subprocess.run([sys.executable, "-c", script], cwd=LAMBDAS, check=True, capture_output=True, text=True)
    threshold, frozen = map(int, run.stdout.split())
    assert threshold >= 10_000
    assert frozen > 10_000
