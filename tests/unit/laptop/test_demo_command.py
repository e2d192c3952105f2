"""What goes wrong before a demo starts is one clear line, never a traceback."""

import contextlib
import os
import re
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


@pytest.mark.parametrize(("command", "target"), [("run", "demo"), ("up", "up")])
def test_a_taken_port_is_named_with_a_row_that_is_free(tmp_path: Path, command: str, target: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = demo(tmp_path, command, "--port", str(port))
    assert outcome.returncode == 1
    found = re.fullmatch(
        rf'error: port {port} is taken: stop what uses it, or move the demo: make {target} ARGS="--port (\d+)"\n',
        outcome.stderr,
    )
    assert found, outcome.stderr
    first = int(found.group(1))
    for free in range(first, first + 5):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", free))


def test_a_demo_on_the_usual_ports_is_not_asked_to_move_to_them(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # taken by somebody else's demo: as good
            taken.bind(("127.0.0.1", 5566))
            taken.listen()
        outcome = demo(tmp_path, "run", "--port", "5566")
    assert "port 5566 is taken" in outcome.stderr
    assert "--port 5566" not in outcome.stderr


@pytest.mark.parametrize(("command", "shown"), [("run", "make demo ARGS="), ("up", "make up ARGS=")])
def test_help_shows_the_target_as_it_is_called(tmp_path: Path, command: str, shown: str) -> None:
    outcome = demo(tmp_path, command, "--help")
    assert (outcome.returncode, outcome.stdout.startswith(f"usage: {shown}")) == (0, True)


@pytest.mark.parametrize("target", ["ps", "logs", "down"])
def test_a_fresh_clone_says_what_to_do(tmp_path: Path, target: str) -> None:
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    outcome = subprocess.run(["make", target], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert outcome.returncode == 2
    assert outcome.stderr.startswith("error: nothing is installed yet, so no demo runs")


@pytest.mark.parametrize("command", ["ps", "logs"])
def test_asking_about_a_demo_that_does_not_run_says_so(tmp_path: Path, command: str) -> None:
    outcome = demo(tmp_path, command)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("error: ")
    assert "Traceback" not in outcome.stderr


def test_down_without_a_demo_is_no_error(tmp_path: Path) -> None:
    outcome = demo(tmp_path, "down")
    assert (outcome.returncode, outcome.stdout) == (0, "no demo is running\n")
