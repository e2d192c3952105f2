"""freshness: from a click on the video page to the painted pixel on the live page, as the browser test measures it
on a whole running demo. MiniStack's stream delay is 5 ms; AWS's is about 210 ms in the median, 550 ms at p99."""

import os
import re
import subprocess
import sys

from bench.figures import Bar, Figure, figure
from bench.services import ROOT, Services

_TOLD = re.compile(r"p50 (\d+) ms, p95 (\d+) ms of (\d+)")
TEST = "tests/browser/test_freshness.py::test_an_event_on_the_video_page_changes_the_live_page_within_a_second"


def freshness(_: Services) -> list[Figure]:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", "-s", "-q", "-p", "no:cacheprovider", TEST],
        cwd=ROOT,
        env={**os.environ, "CI": "1"},  # a browser that is missing fails, rather than skips
        capture_output=True,
        text=True,
        check=False,
    )
    told = _TOLD.search(run.stdout)
    if told is None:
        raise RuntimeError(f"the browser test measured nothing:\n{run.stdout[-1500:]}")
    p50, p95, count = map(int, told.groups())
    return [
        figure("freshness_p50", "ms", [p50], bar=Bar(most=300), changes=count),
        figure("freshness_p95", "ms", [p95], bar=Bar(most=1000), changes=count),
    ]
