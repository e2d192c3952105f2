"""A program to run: its command, its environment and the question that tells whether it is ready."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = "127.0.0.1"


class ServiceFailed(RuntimeError):
    """A service that could not be started; the message names what to do."""


@dataclass(frozen=True)
class Service:
    """`argv` runs in the foreground until SIGTERM; `ready` answers within a second and never raises."""

    name: str
    argv: list[str]
    ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None


def free_port() -> int:
    """A port that is free, and that the system gives to nobody who asks for any port within the next minute.

    So long it remembers a connection of this port that was closed from here (TCP's TIME-WAIT); a program that
    names the port can listen on it, as servers do, with SO_REUSEADDR.
    """
    with socket.socket() as listening, socket.socket() as calling:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, 0))
        listening.listen(1)
        calling.connect(listening.getsockname())
        answering, _ = listening.accept()
        answering.close()  # first, so that the time is waited on this side
        calling.recv(1)
        return int(listening.getsockname()[1])


def free_row_of_ports(length: int) -> int:
    """The first of `length` ports in a row that are free now, below those of outgoing connections."""
    while True:
        first = random.randrange(20_000, 32_000)  # noqa: S311 - no secret
        try:
            for port in range(first, first + length):
                with socket.socket() as probe:
                    probe.bind((LOOPBACK, port))
        except OSError:
            continue
        return first


@contextmanager
def running(service: Service, log: Path, ready_within_s: float = 60) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `service` as a child, its output in `log`, until the block ends.

    Raises ServiceFailed when it ends or stays unready for `ready_within_s`.
    """
    process = start(service, log, ready_within_s)
    try:
        yield process
    finally:
        stop(process)


def start(service: Service, log: Path, ready_within_s: float = 60) -> "subprocess.Popen[bytes]":
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            service.argv,
            env={**os.environ, **service.env},
            cwd=service.directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is for us to hand on, not for the child to see first
        )
    deadline = time.monotonic() + ready_within_s
    while not service.ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            stop(process)
            what = (
                f"ended with code {process.returncode}" if ended else f"is not ready after {ready_within_s:.0f} s"
            )
            raise ServiceFailed(f"{service.name} {what}; its last lines:\n{_tail(log)}")
        time.sleep(0.05)
    return process


def stop(process: "subprocess.Popen[bytes]", within_s: float = 10) -> None:
    """SIGTERM to the process and all that it started, then SIGKILL to what has not ended `within_s` seconds later.

    Some of these commands are wrappers that end before the real program does: its port is free on return.
    """
    until = time.monotonic() + within_s
    _signal_group(process.pid, signal.SIGTERM)
    while process.poll() is None or _signal_group(process.pid, 0):
        if time.monotonic() > until:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
            return
        time.sleep(0.02)


def _signal_group(pid: int, number: int) -> bool:
    """Whether there was anyone left to signal."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return False
    return True


def _tail(log: Path, lines: int = 8) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
