"""Five ports in a row, so that one flag moves them all."""

import socket
from dataclasses import dataclass

from laptop.failure import DemoFailed
from services.service import LOOPBACK

HIGHEST_FIRST_PORT = 65_000
ROW = 5


@dataclass(frozen=True)
class Ports:
    aws: int
    kafka: int
    collector: int
    event_source_status: int
    process_manager: int


def ports_from(first: int) -> Ports:
    return Ports(*range(first, first + ROW))


def refuse_taken(wanted: list[int], first: int, command: str) -> None:
    """Raises DemoFailed when one of `wanted`, of the row that begins at `first`, can't be bound on loopback.

    `command` is the make target that was called.
    """
    for port in wanted:
        if not _is_free(port):
            raise DemoFailed(
                f"port {port} is taken: stop what uses it, or move the demo: "
                f'make {command} ARGS="--port {_free_row_after(first)}"'
            )


def _free_row_after(first: int) -> int:
    """Where to move to: the next round thousand above `first` with a free row, beginning again below."""
    candidates = [start for start in range(4566, HIGHEST_FIRST_PORT, 1000) if start != first]
    for start in sorted(candidates, key=lambda start: (start < first, start)):
        if all(_is_free(port) for port in range(start, start + ROW)):
            return start
    return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
