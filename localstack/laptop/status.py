"""`make ps`: what a running demo's programs use, and how far behind the event source is."""

import json
import time
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import psutil
from rich.console import Console
from rich.table import Table

from laptop.places import ENDPOINTS
from laptop.process_manager import ProcessManager


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
    used = {program["name"]: usage(program["pid"]) for program in listed if program["pid"]}
    for program in listed:
        name = program["name"]
        cpu, memory = used.get(name, (0.0, 0.0))
        up = f"{int(time.time() - program['start'])} s" if program["pid"] else "-"
        lag = event_source_lag(endpoints) if name == "event-source" else ""
        table.add_row(name, program["statename"], port_of(name, endpoints), f"{cpu:.1f}", f"{memory:.0f}", up, lag)
    Console().print(table)


def usage(pid: int) -> tuple[float, float]:
    """CPU in percent of one core over 0.2 s and memory in MB, of the program and all that it started."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
        for process in family:
            process.cpu_percent()
        time.sleep(0.2)
        return sum(process.cpu_percent() for process in family), sum(memory(process) for process in family) / 1e6
    except psutil.NoSuchProcess:
        return 0.0, 0.0


def memory(process: psutil.Process) -> int:
    """Bytes. Where the system tells (Linux), of what processes share each has its part: sums are what is used."""
    if psutil.LINUX:
        return int(process.memory_full_info().pss)
    return int(process.memory_info().rss)


def port_of(name: str, endpoints: dict[str, Any]) -> str:
    key = {"kafka": "kafka", "aws": "aws", "collector": "collector", "event-source": "event_source_status"}.get(
        name
    )
    address = endpoints.get(key or "") or ""
    port = urlsplit(address if "//" in address else f"//{address}").port
    return str(port) if port else ""


def event_source_lag(endpoints: dict[str, Any]) -> str:
    try:
        with urllib.request.urlopen(f"{endpoints['event_source_status']}/status.json", timeout=1) as answer:  # noqa: S310
            return str(sum(mapping["lag"] for mapping in json.load(answer)["mappings"]))
    except (OSError, KeyError, ValueError):
        return "?"
