"""Five ports in a row, so that one flag moves them all."""

import socket
from dataclasses import dataclass

from laptop.failure import DemoFailed
from services.service import LOOPBACK


@dataclass(frozen=True)
class Ports:
    aws: int
    kafka: int
    collector: int
    event_source_status: int
    process_manager: int


def ports_from(first: int) -> Ports:
    return Ports(*range(first, first + 5))


def refuse_taken(ports: list[int]) -> None:
    """Raises DemoFailed when one of `ports` can't be bound on loopback."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                raise DemoFailed(
                    f'port {port} is taken: stop what uses it, or move the demo: make demo ARGS="--port 5566" '
                    "(a demo left running detached is stopped by `make down`)"
                ) from None
