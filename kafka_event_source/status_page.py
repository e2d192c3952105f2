"""A page for the browser: topics, partitions, lag, the last records decoded, the last batches and their outcome.

Served on loopback only, to requests that name a loopback host and come from no other page, for records are other
people's data. The page holds no script; it reloads itself. `/status.json` has the same as JSON.
"""

import importlib
import json
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kafka_event_source.mapping_status import MappingStatus
from kafka_event_source.record import Record
from kafka_event_source.refusal import Refused
from kafka_event_source.status_html import STYLE, page

LOOPBACK = "127.0.0.1"
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
MOST_SHOWN = 4000
Decoder = Callable[[bytes], object]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def load_decoder(name: str | None) -> Decoder | None:
    """The function `module:function` names: bytes of a record's value to anything printable. Raises Refused."""
    if not name:
        return None
    module, _, function = name.partition(":")
    try:
        decoder = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as problem:
        raise Refused(f"--decoder {name}: {problem}") from problem
    if not callable(decoder):
        raise Refused(f"--decoder {name} is not a function")
    return decoder  # type: ignore[no-any-return]  # what it takes and gives is the user's word


def display_text(value: bytes | None, decoder: Decoder | None) -> str:
    """A key or value as text: decoded, else as UTF-8, cut; a decoder's failure is shown, never raised."""
    if value is None:
        return "null"
    text = value.decode("utf-8", "replace")
    if decoder is not None:
        try:
            decoded = decoder(value)
            text = decoded if isinstance(decoded, str) else json.dumps(decoded, default=str, ensure_ascii=False)
        except Exception as problem:  # the decoder is the user's, the record anyone's
            text = f"[not decoded: {problem}] {text}"
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + " …"


def is_for_this_page(host: str, origin: str | None) -> bool:
    """Whether the request names a loopback host and comes from no page but this one."""
    return host.rsplit(":", 1)[0] in LOCAL_NAMES and origin in (None, f"http://{host}")


def all_statuses(statuses: Sequence[MappingStatus], decoder: Decoder | None) -> dict[str, Any]:
    """What /status.json answers."""
    mappings = []
    for status in statuses:
        snapshot = status.snapshot()
        snapshot["last_records"] = [_record(record, decoder) for record in snapshot["last_records"]]
        mappings.append(snapshot)
    return {"mappings": mappings}


def _record(record: Record, decoder: Decoder | None) -> dict[str, Any]:
    return {
        "partition": record.partition.name,
        "offset": record.offset,
        "timestamp_ms": record.timestamp_ms,
        "key": display_text(record.key, None),
        "value": display_text(record.value, decoder),
    }


class StatusServer:
    """Serves the statuses at `url`; `port` 0 takes a free one."""

    def __init__(self, statuses: Sequence[MappingStatus], port: int, decoder: Decoder | None = None) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if not is_for_this_page(self.headers.get("Host", ""), self.headers.get("Origin")):
                    self._answer(403, "text/plain", "only for this machine")
                elif self.path == "/":
                    self._answer(200, "text/html; charset=utf-8", page(all_statuses(statuses, decoder)))
                elif self.path == "/status.json":
                    self._answer(200, "application/json", json.dumps(all_statuses(statuses, decoder)))
                elif self.path == "/style.css":
                    self._answer(200, "text/css", STYLE)
                else:
                    self._answer(404, "text/plain", "not found")

            def _answer(self, code: int, kind: str, text: str) -> None:
                body = text.encode()
                self.send_response(code)
                for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Requests for a page that reloads itself are not worth a log line."""

        try:
            self._server = ThreadingHTTPServer((LOOPBACK, port), Handler)
        except OSError as problem:
            raise Refused(f"--status-port {port}: {problem.strerror}") from problem
        self._server.daemon_threads = True
        self.url = f"http://{LOOPBACK}:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, name="status page", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
