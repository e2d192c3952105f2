"""A page for the browser: topics, partitions, lag, the last records decoded, the last batches and their outcome.

Served on loopback only, to requests that name a loopback host and come from no other page, for records are other
people's data. The page holds no script; it reloads itself. `/status.json` has the same as JSON.
"""

import html
import importlib
import json
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kafka_event_source.mapping_status import MappingStatus
from kafka_event_source.record import Record
from kafka_event_source.refusal import Refused

LOOPBACK = "127.0.0.1"
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
MOST_SHOWN = 4000
Decoder = Callable[[bytes], object]

STYLE = """
:root{color-scheme:light dark;font:14px/1.45 system-ui,sans-serif}body{margin:2rem;max-width:90rem}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}code{white-space:pre-wrap;overflow-wrap:anywhere}
.bad{color:#c62828;font-weight:600}@media (prefers-color-scheme:dark){.bad{color:#ff8a80}}
"""
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
            text = str(decoder(value))
        except Exception as problem:  # the decoder is the user's, the record anyone's
            text = f"[{type(problem).__name__}: {problem}] {text}"
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


def page(state: dict[str, Any]) -> str:
    """The whole page as HTML. Every text from outside is escaped."""
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><meta http-equiv='refresh' content='2'>",
        "<title>Kafka event source</title><link rel='stylesheet' href='/style.css'></head><body>",
        "<h1>Kafka event source</h1>",
    ]
    for mapping in state["mappings"]:
        parts.append(f"<h2>{_text(mapping['topic'])} → {_text(mapping['function'])}</h2>")
        parts.append(
            f"<p>{_text(mapping['mapping'])} · "
            f"group {_text(mapping['group_id'])} ({_text(mapping['membership'])}) · "
            f"lag <b>{_text(mapping['lag'])}</b> · {_text(mapping['records_per_s'])} records/s · "
            f"{mapping['records']} records · {mapping['batches']} batches · {mapping['failures']} failures · "
            f"{mapping['discarded']} discarded</p>"
        )
        if mapping["last_problem"]:
            parts.append(f"<p class='bad'>{_text(mapping['last_problem'])}</p>")
        parts.append(_table("Partitions", mapping["partitions"], "partition position committed end lag paused"))
        batches = [{**batch, "at": _time(batch["at_ms"])} for batch in mapping["last_batches"]]
        columns = "at partition first_offset last_offset records bytes took_ms outcome detail"
        parts.append(_table("Last batches", batches, columns))
        records = [{**record, "time": _time(record["timestamp_ms"])} for record in mapping["last_records"]]
        parts.append(_table("Last records", records, "time partition offset key value"))
    return "".join(parts) + "</body></html>"


def _table(title: str, rows: Sequence[dict[str, Any]], columns: str) -> str:
    names = columns.split()
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in names)
    body = "".join("<tr>" + "".join(_cell(name, row[name]) for name in names) + "</tr>" for row in rows)
    return f"<h3>{title}</h3><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(name: str, value: object) -> str:
    if name == "outcome" and value != "succeeded":
        return f"<td class='bad'>{_text(value)}</td>"
    if name in ("key", "value", "detail"):
        return f"<td><code>{_text(value)}</code></td>"
    return f"<td>{_text(value)}</td>"


def _text(value: object) -> str:
    return "?" if value is None else html.escape(str(value))


def _time(ms: int) -> str:
    return datetime.fromtimestamp(max(ms, 0) / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]


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
