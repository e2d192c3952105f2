"""How it goes: a status line every few seconds on a terminal, JSON log lines otherwise."""

import json
import logging
import sys
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from kafka_event_source.mapping_status import MappingStatus

REPORT_EVERY_S = 3.0
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

log = logging.getLogger("kafka_event_source")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, message and what was passed as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "message": record.getMessage(),
        }
        line.update({name: value for name, value in vars(record).items() if name not in _PLAIN})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class TerminalLines(logging.Formatter):
    """The message and its extras in one readable line."""

    def format(self, record: logging.LogRecord) -> str:
        extras = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        shown = " ".join(f"{name}={value}" for name, value in extras.items())
        text = f"{record.levelname.lower()}: {record.getMessage()} {shown}".rstrip()
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def set_up_logging(terminal: bool, level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TerminalLines() if terminal else JsonLines())
    log.handlers[:] = [handler]
    log.propagate = False
    log.setLevel(level)


def summary(snapshots: Sequence[dict[str, Any]]) -> str:
    """The state of all mappings: the sums, then the last problem if there is one."""
    lags = [snapshot["lag"] for snapshot in snapshots]
    lag = "?" if None in lags else f"{sum(lags):,}"
    parts = [
        f"lag {lag}",
        f"{sum(s['records_per_s'] for s in snapshots):,.0f} records/s",
        f"{sum(s['records'] for s in snapshots):,} records",
        f"{sum(s['batches'] for s in snapshots):,} batches",
        f"{sum(s['failures'] for s in snapshots):,} failures",
    ]
    if discarded := sum(s["discarded"] for s in snapshots):
        parts.append(f"{discarded:,} discarded")
    parts += [s["last_problem"] for s in snapshots if s["last_problem"]][-1:]
    return " · ".join(parts)


class StatusReporter:
    """Reports the status of all mappings: on a terminal in place, else as a log line when something changed."""

    def __init__(self, statuses: Sequence[MappingStatus], terminal: bool) -> None:
        self._statuses = statuses
        self._console = Console(stderr=True, highlight=False) if terminal else None
        self._reported: list[tuple[Any, ...]] = []
        self._status = self._console.status("starting") if self._console else None
        if self._status:
            self._status.start()

    def report(self) -> None:
        snapshots = [status.snapshot() for status in self._statuses]
        if self._status:
            self._status.update(summary(snapshots))
            return
        now = [(s["lag"], s["records"], s["failures"], s["discarded"], s["last_problem"]) for s in snapshots]
        if now == self._reported:
            return
        self._reported = now
        for snapshot in snapshots:
            shown = ["mapping", "lag", "records", "records_per_s", "batches", "failures", "discarded"]
            shown += ["last_problem"] if snapshot["last_problem"] else []
            log.info("status", extra={name: snapshot[name] for name in shown})

    def close(self) -> None:
        if self._status:
            self._status.stop()
