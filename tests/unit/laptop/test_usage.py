"""What programs use, held against programs whose use is known."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from laptop.usage import used_by

PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


@contextmanager
def running(program: str) -> Iterator[int]:
    """The process number of a Python that has started another one for `program`."""
    process = subprocess.Popen([sys.executable, "-c", PARENT, program], start_new_session=True)
    try:
        time.sleep(0.5)
        yield process.pid
    finally:
        for child in subprocess.run(
            ["pgrep", "-P", str(process.pid)], capture_output=True, text=True
        ).stdout.split():
            subprocess.run(["kill", child], check=False)
        process.kill()
        process.wait()


def test_what_a_descendant_uses_counts() -> None:
    idle = "import time; time.sleep(60)"
    with running(f"held = b'x' * 60_000_000; {idle}") as large, running(idle) as small:
        assert 55 < used_by(large, 0.2).memory_mb - used_by(small, 0.2).memory_mb < 65
        assert used_by(small, 0.5).cpu_percent < 20


def test_one_that_began_meanwhile_and_ended_counts_until_it_was_seen_last() -> None:
    busy = "import time; ends = time.monotonic() + 1; [None for _ in iter(lambda: time.monotonic() < ends, False)]"
    later = f"import subprocess, sys, time; time.sleep(1); subprocess.run([sys.executable, '-c', {busy!r}])"
    with running(f"{later}; time.sleep(60)") as pid:
        usage = used_by(pid, 3, every_s=0.1)
    assert usage.cpu_percent > 5  # a second of three on an idle machine
    assert usage.most_memory_mb > usage.memory_mb


def test_of_nobody_there_is_nothing() -> None:
    usage = used_by(2**22 + 1, 0.1)
    assert (usage.cpu_percent, usage.memory_mb) == (0, 0)
