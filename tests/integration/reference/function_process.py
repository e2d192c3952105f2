"""process_events as Lambda's API offers it, in processes of its own that a test may kill.

Run as a program: `python function_process.py JOURNAL KILL_AT`. It prints its port, then serves Invoke. Each
connection is served by a process of its own, as Lambda gives each invocation under way an instance of its own; the
event source keeps one connection a partition. JOURNAL gets a line as each invocation begins and ends. Once KILL_AT
records were handed in (0: never), the whole process group is killed as soon as DynamoDB has acknowledged some
writes of a batch: no shutdown, no last words.
"""

import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ForkingTCPServer
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "lambdas"), str(ROOT)]

import process_events  # noqa: E402 - the path is set above

from live_viewers.dynamodb.writing.calls import Calls  # noqa: E402

TIMEOUT_S = 30
WRITES_BEFORE_THE_KILL = 2
ARN = "arn:aws:lambda:us-east-1:000000000000:function:process_events"


class Context:
    """What the handler asks of Lambda's context."""

    def __init__(self) -> None:
        self._until = time.monotonic() + TIMEOUT_S

    def get_remaining_time_in_millis(self) -> int:
        return int((self._until - time.monotonic()) * 1000)


class Killer:
    """Counts the records handed in by all processes, and the writes of the batch that reaches the number."""

    def __init__(self, kill_at: int) -> None:
        self._kill_at = kill_at
        self._records = multiprocessing.Value("q", 0)
        self._writes = 0
        self._is_armed = False
        execute_each = Calls.execute_each

        def execute_and_count(calls: Calls, *given: Any, **named: Any) -> Iterator[Any]:
            for answered in execute_each(calls, *given, **named):
                self._written()
                yield answered

        Calls.execute_each = execute_and_count  # type: ignore[method-assign]

    def batch(self, records: int) -> None:
        with self._records.get_lock():
            self._records.value += records
            self._is_armed = 0 < self._kill_at <= self._records.value
        self._writes = 0

    def _written(self) -> None:
        self._writes += 1
        if self._is_armed and self._writes >= WRITES_BEFORE_THE_KILL:
            os.killpg(os.getpgid(0), signal.SIGKILL)


class Journal:
    """Lines of JSON, each written whole, by any process."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, what: str, records: int) -> None:
        os.write(self._file, json.dumps({"what": what, "records": records}).encode() + b"\n")


class Function(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    journal: Journal
    killer: Killer

    def do_GET(self) -> None:
        self._answer({}, {"FunctionName": "process_events", "FunctionArn": ARN, "Timeout": TIMEOUT_S})

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        count = sum(map(len, event["records"].values()))
        self.journal.note("begun", count)
        self.killer.batch(count)
        try:
            process_events.handler(event, Context())
        except Exception as failure:
            self.journal.note("failed", count)
            error = {"errorType": type(failure).__name__, "errorMessage": str(failure)}
            self._answer({"X-Amz-Function-Error": "Unhandled"}, error)
        else:
            self.journal.note("done", count)
            self._answer({}, None)

    def _answer(self, headers: dict[str, str], content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def main(journal: str, kill_at: str) -> None:
    Function.journal, Function.killer = Journal(journal), Killer(int(kill_at))
    with ForkingTCPServer(("127.0.0.1", 0), Function) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
