"""What goes wrong before a demo starts is one clear line, never a traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "localstack" / "demo.py"), *arguments],
        env={**os.environ, "LIVE_VIEWERS_LOCAL": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--kafka", "somewhere"], "is none of: embedded, apache, HOST:PORT"),
        (["--viewers", "many"], "is not a number of viewers from 0 to 100000"),
        (["--aws", "4566"], "is not a URL such as"),
        (["--port", "80"], "is not a port from 1024 to 65000"),
    ],
)
def test_a_flag_that_makes_no_sense_is_refused_with_what_would(
    tmp_path: Path, flags: list[str], says: str
) -> None:
    outcome = demo(tmp_path, "run", *flags)
    assert outcome.returncode == 2
    assert says in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = demo(tmp_path, "run", "--port", str(port))
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"error: port {port} is taken")
    assert "--port" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("command", ["ps", "logs"])
def test_asking_about_a_demo_that_does_not_run_says_so(tmp_path: Path, command: str) -> None:
    outcome = demo(tmp_path, command)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("error: ")
    assert "Traceback" not in outcome.stderr


def test_down_without_a_demo_is_no_error(tmp_path: Path) -> None:
    outcome = demo(tmp_path, "down")
    assert (outcome.returncode, outcome.stdout) == (0, "no demo is running\n")
