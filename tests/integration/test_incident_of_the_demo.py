"""The simulator's incident, found by the running demo: opened once, naming the CDN, and resolved once."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from services.service import free_row_of_ports
from simulator.setup import DEFAULT_SEED, setup_of
from stacks.config import load_config
from stacks.stage_files import stage_file_of

ROOT = Path(__file__).parents[2]
BEGINS_S, LASTS_S = 45, 120
FOUND_WITHIN_S = 90
(ALERT,) = stage_file_of(load_config("local", ROOT / "config")).alerts
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def demo(folder: Path, *arguments: str) -> None:
    command = [sys.executable, str(ROOT / "localstack/demo.py"), *arguments]
    environment = {**os.environ, "LIVE_VIEWERS_LOCAL": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def api(tmp_path: Path) -> Iterator[str]:
    """A demo of its own, whose west CDN is about to fail."""
    incident = ["--incident", "cdn=west", "--incident-after", str(BEGINS_S), "--incident-for", str(LASTS_S)]
    demo(tmp_path, "up", "--port", str(free_row_of_ports(5)), *incident)
    try:
        yield json.loads((tmp_path / "endpoints.json").read_text())["api"]
    finally:
        demo(tmp_path, "down")
        for log in ("serve_api", "check_audience", "aws"):  # shown where the test fails
            path = tmp_path / "demo" / "logs" / f"{log}.log"
            print(f"{log}:", *(path.read_text().splitlines()[-5:] if path.exists() else ["nothing"]), sep="\n  ")


def get(url: str) -> Any:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        pytest.fail(f"{url}: {error.code} {error.read()[:500]!r}")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def eventually(holds: Callable[[], Any], within_s: float) -> Any:
    until = time.monotonic() + within_s
    while not (found := holds()) and time.monotonic() < until:
        time.sleep(1)
    return found


def bad_minutes(api: str, since: datetime, value: str) -> list[datetime]:
    """The begins of the CDN's minutes that the alert calls bad, as the time series shows them."""
    asked = {
        "from": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "to": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:00Z"),
        "step": "1m",
        "by": "cdn",
        "value": value,
    }
    points = get(f"{api}/v1/audience/timeseries?{urlencode(asked)}")["points"]
    return [
        at(point["at"])
        for point in points
        if ALERT.is_bad(point["rebuffer_ratio"] or 0) and (point["sessions"] or 0) >= ALERT.min_viewers
    ]


def test_the_simulator_s_incident_is_opened_once_names_the_cdn_and_is_resolved_once(api: str) -> None:
    began = datetime.now(UTC).replace(second=0, microsecond=0)

    def incidents(state: str | None = None, cdn: str = "west") -> list[dict[str, Any]]:
        found = get(f"{api}/v1/incidents" + (f"?state={state}" if state else ""))["incidents"]
        return [each for each in found if (each["scope"]["by"], each["scope"]["value"]) == ("cdn", cdn)]

    (opened,) = eventually(lambda: incidents("open"), BEGINS_S + 60 + FOUND_WITHIN_S + 30)
    seen = datetime.now(UTC)
    assert (opened["metric"], opened["threshold"]) == (ALERT.metric, ALERT.threshold)
    assert ALERT.is_bad(opened["value"])
    first_bad = at(opened["opened_at"]) - timedelta(minutes=1)
    bad = bad_minutes(api, began, "west")
    assert first_bad in bad
    # In the minute in which they began viewers tell of the wait for the first frame alone: it isn't judged.
    assert all(minute <= began for minute in bad if minute < first_bad)
    assert seen - at(opened["opened_at"]) < timedelta(seconds=FOUND_WITHIN_S)
    west = {f"viewer-{number + 1:04d}" for number in range(20) if setup_of(number, DEFAULT_SEED).cdn == "west"}
    assert opened["viewers"]
    assert set(opened["viewers"]) <= west

    (resolved,) = eventually(lambda: incidents("resolved"), LASTS_S + 300)
    assert resolved["id"] == opened["id"]
    assert resolved["minutes"] >= 2
    assert at(resolved["resolved_at"]) > at(resolved["opened_at"])
    assert incidents("open") == []

    time.sleep(65)  # another minute is judged, in which there is only noise
    (alone,) = incidents()
    assert (alone["id"], alone["state"]) == (opened["id"], "resolved")
    for other in ("east", "north"):  # on a machine that others load simulated players of these buffer, too
        assert bad_minutes(api, began, other) or not incidents(cdn=other)
