"""What programs use, with all that they started: memory, and CPU over a time."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Usage:
    """CPU in percent of one core; memory in MB (millions of bytes), at the end and at the most."""

    cpu_percent: float
    memory_mb: float
    most_memory_mb: float


def used_by(pid: int, within_s: float, every_s: float = 1.0) -> Usage:
    """Of a program and its descendants, also those that begin meanwhile; zeros when there is no such program.

    What a process uses after the last look that found it is left out.
    """
    spent: dict[psutil.Process, tuple[float, float]] = {}
    memory: list[float] = []
    began = time.monotonic()
    while True:
        now = time.monotonic()
        family = list(_family(pid))
        for process, cpu_s, _ in family:
            # A process that is new since the first look has spent all its time within ours.
            first_s = spent[process][0] if process in spent else (0.0 if memory else cpu_s)
            spent[process] = (first_s, cpu_s)
        memory.append(sum(memory_bytes for _, _, memory_bytes in family) / 1e6)
        if now - began >= within_s:
            break
        time.sleep(min(every_s, max(0.0, began + within_s - time.monotonic())))
    cpu_s = sum(last - first for first, last in spent.values())
    return Usage(100 * cpu_s / (now - began), memory[-1], max(memory))


def _family(pid: int) -> Iterable[tuple[psutil.Process, float, int]]:
    """Each process with its CPU seconds so far and its memory."""
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                yield process, times.user + times.system, _memory(process)


def _memory(process: psutil.Process) -> int:
    """Bytes. Where the system tells (Linux), of what processes share each has its part: sums are what is used."""
    if psutil.LINUX:
        return int(process.memory_full_info().pss)
    return int(process.memory_info().rss)
