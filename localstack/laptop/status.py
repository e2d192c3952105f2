"""`make ps`: what a running demo's programs use, and how far behind the event source is."""

import json
import time
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from laptop.places import ENDPOINTS
from laptop.process_manager import ProcessManager
from laptop.usage import Usage, used_by

_WATCHED_S = 0.3


def print_status(manager: ProcessManager) -> None:
    endpoints = json.loads(ENDPOINTS.read_text()) if ENDPOINTS.exists() else {}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column, justify in (
        ("service", "left"),
        ("state", "left"),
        ("port", "right"),
        ("CPU %", "right"),
        ("memory MB", "right"),
        ("up", "right"),
        ("lag", "right"),
    ):
        table.add_column(column, justify="right" if justify == "right" else "left")
    listed = manager.programs()
    used = {program["name"]: used_by(program["pid"], _WATCHED_S) for program in listed if program["pid"]}
    together = used_by(manager.pid, _WATCHED_S)
    for program in listed:
        name = program["name"]
        usage = used.get(name, Usage(0.0, 0.0, 0.0))
        up = f"{int(time.time() - program['start'])} s" if program["pid"] else "-"
        lag = event_source_lag(endpoints) if name == "event-source" else ""
        table.add_row(name, program["statename"], port_of(name, endpoints), *_shown(usage), up, lag)
    table.add_row("all, and their manager", "", "", *_shown(together))
    Console().print(table)


def _shown(usage: Usage) -> tuple[str, str]:
    return f"{usage.cpu_percent:.1f}", f"{usage.memory_mb:.0f}"


def port_of(name: str, endpoints: dict[str, Any]) -> str:
    key = {"kafka": "kafka", "aws": "aws", "collector": "collector", "event-source": "event_source_status"}.get(
        name
    )
    address = endpoints.get(key or "") or ""
    port = urlsplit(address if "//" in address else f"//{address}").port
    return str(port) if port else ""


def event_source_lag(endpoints: dict[str, Any]) -> str:
    """Records waiting; `?` where it doesn't answer, or doesn't know yet: in its first seconds."""
    try:
        with urllib.request.urlopen(f"{endpoints['event_source_status']}/status.json", timeout=1) as answer:  # noqa: S310
            lags = [mapping["lag"] for mapping in json.load(answer)["mappings"]]
    except (OSError, KeyError, ValueError):
        return "?"
    return "?" if None in lags else str(sum(lags))
