"""laptop: what the demo uses with 20 viewers and the live page open, as a slow browser test measures it."""

import os
import re
import subprocess
import sys

from bench.figures import Bar, Figure, figure
from bench.services import ROOT, Services

TEST = "tests/browser/test_demo_uses_little.py"
_TOLD = re.compile(r"live page on (\w+): at most (\d+) MB, ([\d.]+) % of a core")


def laptop(_: Services) -> list[Figure]:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", "-q", "-m", "slow", "-p", "no:cacheprovider", TEST],
        cwd=ROOT,
        env={**os.environ, "CI": "1"},  # a browser that is missing fails, rather than skips
        capture_output=True,
        text=True,
        check=False,
    )
    told = _TOLD.findall(run.stdout)
    if len(told) != 2:
        raise RuntimeError(f"the browser test measured nothing:\n{run.stdout[-1500:]}")
    return [
        each
        for view, memory_mb, cpu_percent in told
        for each in (
            figure(f"laptop_{view}_memory", "MB", [float(memory_mb)], bar=Bar(most=400)),
            figure(f"laptop_{view}_cpu", "% of a core", [float(cpu_percent)], bar=Bar(most=15)),
        )
    ]
