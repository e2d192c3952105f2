"""What is left of `make demo` while the demo runs, attending a process that stands for the process manager."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from laptop.attend import STOPPED_BY

LOCALSTACK = Path(__file__).parents[3] / "localstack"
START = """
import signal, subprocess, sys
from laptop.attend import STOPPED_BY, attend
signal.pthread_sigmask(signal.SIG_BLOCK, STOPPED_BY)  # the manager may be up before it is attended to
manager = subprocess.Popen([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(300)"])
attend(manager.pid, "the manager's log")
"""


def attending(folder: Path) -> "subprocess.Popen[str]":
    """With its manager up, and nothing in this folder that says of a demo that it runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", START],
        env={**os.environ, "PYTHONPATH": str(LOCALSTACK), "LIVE_VIEWERS_LOCAL": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def outcome(process: "subprocess.Popen[str]", manager: psutil.Process) -> tuple[int, str, str]:
    try:
        output, errors = process.communicate(timeout=60)
        return process.returncode, output, errors
    finally:
        if manager.is_running():
            manager.kill()


@pytest.mark.parametrize("sent", STOPPED_BY)
def test_what_would_end_it_has_the_demo_stopped(tmp_path: Path, sent: signal.Signals) -> None:
    process = attending(tmp_path)
    (manager,) = psutil.Process(process.pid).children()
    process.send_signal(sent)
    process.send_signal(signal.SIGINT)  # an impatient user's second one
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["\n", "Stopping …\n"]
    manager.kill()  # what is told of no demo doesn't end it
    assert outcome(process, manager) == (0, "no demo is running\n", "")


def test_it_says_so_when_the_manager_ends_by_itself(tmp_path: Path) -> None:
    process = attending(tmp_path)
    (manager,) = psutil.Process(process.pid).children()
    manager.kill()
    assert outcome(process, manager) == (
        1,
        "",
        "error: the process manager ended by itself; see the manager's log\n",
    )
