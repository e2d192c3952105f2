"""What programs use, held against programs whose use is known."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from laptop.usage import used_by

PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


@contextmanager
def running(program: str) -> Iterator[int]:
    """The process number of a Python that has started another one for `program`, which has said that it is up."""
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, program], start_new_session=True, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield process.pid
    finally:
        for child in subprocess.run(
            ["pgrep", "-P", str(process.pid)], capture_output=True, text=True
        ).stdout.split():
            subprocess.run(["kill", child], check=False)
        process.kill()
        process.wait()


def test_what_a_descendant_uses_counts() -> None:
    idle = "import time; print('up', flush=True); time.sleep(300)"
    with running(f"held = b'x' * 60_000_000; {idle}") as large, running(idle) as small:
        assert 55 < used_by(large, 0.2).memory_mb - used_by(small, 0.2).memory_mb < 65
        assert used_by(small, 0.5).cpu_percent < 20


class Looks:
    """The clock of `used_by`: a second goes by between two looks, in which the next of these things is done."""

    def __init__(self, *between: Callable[[], None]) -> None:
        self.now_s = 0.0
        self._between = iter(between)

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        next(self._between)()
        self.now_s += seconds


TOLD = """
import pathlib, subprocess, sys, time
folder = pathlib.Path(sys.argv[-1])
def until(name):
    while not (folder / name).exists():
        time.sleep(0.02)
"""
BEGINS_ANOTHER = """
print("up", flush=True)
until("begin")
subprocess.run([sys.executable, "-c", {told_and_another!r}, str(folder)])
(folder / "ended").touch()
time.sleep(300)
"""
BUSY = """
held = b"x" * 20_000_000
while time.process_time() < 0.5:
    pass
(folder / "busy").touch()
until("end")
"""


def test_one_that_began_meanwhile_and_ended_counts_until_it_was_seen_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell_and_await(told: str, awaited: str) -> Callable[[], None]:
        def done() -> None:
            (tmp_path / told).touch()
            until = time.monotonic() + 60
            while not (tmp_path / awaited).exists():
                assert time.monotonic() < until
                time.sleep(0.02)

        return done

    program = f"import sys; sys.argv.append({str(tmp_path)!r})" + TOLD
    program += BEGINS_ANOTHER.format(told_and_another=TOLD + BUSY)
    with running(program) as pid:
        looks = Looks(tell_and_await("begin", "busy"), tell_and_await("end", "ended"))
        with monkeypatch.context() as patched:
            patched.setattr("laptop.usage.time", looks)
            usage = used_by(pid, 2)
    assert usage.cpu_percent > 20  # half a second of two
    assert usage.most_memory_mb > usage.memory_mb + 20


def test_of_nobody_there_is_nothing() -> None:
    usage = used_by(2**22 + 1, 0.1)
    assert (usage.cpu_percent, usage.memory_mb) == (0, 0)
