"""How far behind the event source is, as `make ps` shows it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from laptop.status import event_source_lag


@contextmanager
def status_page(lags: list[int | None]) -> Iterator[str]:
    """The address of a page that tells of these mappings."""
    body = json.dumps({"mappings": [{"lag": lag} for lag in lags]}).encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(("lags", "shown"), [([0], "0"), ([3, 4], "7"), ([None], "?"), ([3, None], "?")], ids=str)
def test_it_is_a_number_once_every_mapping_knows_its_own(lags: list[int | None], shown: str) -> None:
    with status_page(lags) as address:
        assert event_source_lag({"event_source_status": address}) == shown


@pytest.mark.parametrize("endpoints", [{}, {"event_source_status": "http://127.0.0.1:9"}], ids=["none", "away"])
def test_one_that_does_not_answer_has_none(endpoints: dict[str, str]) -> None:
    assert event_source_lag(endpoints) == "?"
