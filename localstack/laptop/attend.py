"""What is left of `make demo` while the demo runs: waits for Ctrl-C, SIGTERM or a closed terminal, then stops it.

It takes the place of the process that started the demo, which has imported 50 MB to do so.

    python -I -S attend.py MANAGER LOG      its process manager, a child of this process, and where that logs

It begins with the signals blocked, so that none is lost. The standard library alone.
"""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

STOPPED_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # SIGHUP: the terminal was closed


def attend(manager: int, log: str) -> NoReturn:
    """Take the place of this process."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPED_BY)
    command = [sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(manager), log]
    os.execv(sys.executable, command)  # noqa: S606 - its place is taken


def main() -> int:
    """See above."""
    manager, log = int(sys.argv[1]), sys.argv[2]
    waited_for = (*STOPPED_BY, signal.SIGCHLD)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # by default it is thrown away
    signal.pthread_sigmask(signal.SIG_BLOCK, waited_for)
    while not os.waitpid(manager, os.WNOHANG)[0]:
        if signal.sigwait(waited_for) != signal.SIGCHLD:
            stop()
    print(f"error: the process manager ended by itself; see {log}", file=sys.stderr)
    return 1


def stop() -> NoReturn:
    """By `make down`, which takes the place of this process. A second Ctrl-C must not leave programs behind: the
    signals stay blocked."""
    try:
        print("\nStopping …", flush=True)
    except OSError:  # the terminal is closed: nobody reads this, or what comes after it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    demo = Path(__file__).resolve().parents[1] / "demo.py"
    os.execv(sys.executable, [sys.executable, str(demo), "down"])  # noqa: S606 - its place is taken


if __name__ == "__main__":
    sys.exit(main())
