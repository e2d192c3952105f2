"""The snippets of README and docs do what they say: run as they stand, but for ports that may be taken here, and
for how fast a simulated minute passes.

Those of a page run one after the other, as a reader would type them: what one exports holds for the next, and what
runs until it is stopped runs until the page's end.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from confluent_kafka import Producer

from operations.marked_events import MarkedViewer, viewer_json
from services.service import free_row_of_ports
from tests.snippets import ROOT, Snippet, pages, snippets

TRIED = {page: tried for page in pages() if (tried := [s for s in snippets(page) if s.how == "run" or s.prints])}
OF_THE_DEMO = ("docs/api.md", "docs/incidents.md", "reader/README.md")
BY_HAND = "docs/local-paths.md"
# Each wait is for a state or for a process's end: only a hang meets this, on a busy machine too.
HANGS_S = 300
pytestmark = pytest.mark.timeout(5 * HANGS_S)


def test_each_page_with_snippets_is_tried_below() -> None:
    assert {str(page.relative_to(ROOT)) for page in TRIED} == {*OF_THE_DEMO, BY_HAND}


class Terminal:
    """Runs a page's snippets, with `replaced` for what differs here."""

    def __init__(self, folder: Path, env: dict[str, str], replaced: dict[str, str]) -> None:
        self.folder = folder
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | env
        self.replaced = replaced
        self.running: list[tuple[Snippet, subprocess.Popen[bytes]]] = []

    def type(self, snippet: Snippet) -> None:
        text = snippet.text
        for written, here in self.replaced.items():
            text = text.replace(written, here)
        if snippet.prints:
            self._start(snippet, text)
        else:
            self._run(snippet, text)

    def _run(self, snippet: Snippet, text: str) -> None:
        kept = self.folder / "exported"
        command = f"set -eo pipefail\n{text}\nenv -0 > '{kept}'\n"
        outcome = subprocess.run(
            ["bash", "-c", command],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=HANGS_S,
            check=False,
        )
        assert outcome.returncode == 0, f"{snippet} failed:\n{outcome.stdout[-2000:]}\n{outcome.stderr[-2000:]}"
        self.env = dict(pair.split("=", 1) for pair in kept.read_text().split("\0") if pair)

    def _start(self, snippet: Snippet, text: str) -> None:
        log = self.folder / f"{snippet.page.stem}-{snippet.line}.log"
        if snippet.language == "python":
            program = self.folder / f"{snippet.line}.py"
            program.write_text(text)
            command = [sys.executable, "-u", str(program)]
        else:
            command = ["bash", "-ec", text]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=output, stderr=output, start_new_session=True
            )
        self.running.append((snippet, process))
        until = time.monotonic() + HANGS_S
        while (snippet.prints or "") not in log.read_text(errors="replace"):
            ended = process.poll() is not None
            if ended or time.monotonic() > until:
                pytest.fail(f"{snippet} did not print it:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)

    def close(self) -> None:
        """Ctrl-C to what still runs, the last first."""
        for _, process in reversed(self.running):
            for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
                if process.poll() is None:
                    os.killpg(process.pid, sent)
                    try:
                        process.wait(15)
                    except subprocess.TimeoutExpired:
                        continue


@contextmanager
def terminal(folder: Path, env: dict[str, str], replaced: dict[str, str]) -> Iterator[Terminal]:
    opened = Terminal(folder, env, replaced)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The token endpoint of an issuer that gives everyone a token."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps({"access_token": "a-token", "expires_in": 3600}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/oauth2/token"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", OF_THE_DEMO)
def test_snippets_that_want_a_running_demo(name: str, demo: dict[str, str], issuer: str, tmp_path: Path) -> None:
    producer = Producer({"bootstrap.servers": demo["kafka"], "broker.address.family": "v4"})
    now_ms = time.time_ns() // 1_000_000
    for viewer in ("ann", "bob", "bob/sessions"):  # who the pages talk of
        event = viewer_json(MarkedViewer(viewer, f"session-of-{viewer}"), 0, now_ms)
        producer.produce(demo["topic"], key=viewer, value=json.dumps(event))
    assert producer.flush(60) == 0
    (tmp_path / ".curlrc").write_text("fail\nsilent\nshow-error\nretry = 60\nretry-delay = 1\nretry-all-errors\n")
    env = {
        "API": demo["api"],
        "TOKEN": "none-is-asked-for",
        "CURL_HOME": str(tmp_path),
        "PYTHONPATH": "reader",
        "AWS_ENDPOINT_URL": demo["aws"],  # of commands that would look for a demo that `make demo` started
    }
    replaced = {
        "https://viewers.example.com": demo["api"],
        "wss://viewers.example.com/socket": demo["socket"],
        "https://my-pool.auth.eu-central-1.amazoncognito.com/oauth2/token": issuer,
    }
    # The longer first: the socket's address begins as the API's does, but for its scheme.
    replaced = dict(sorted(replaced.items(), key=lambda pair: -len(pair[0])))
    with terminal(tmp_path, env, replaced) as opened:
        for snippet in TRIED[ROOT / name]:
            opened.type(snippet)


def test_by_hand_a_newcomer_gets_events_through(tmp_path: Path) -> None:
    """All of the page, on ports of its own, with its data and the cloud assembly in a folder of its own."""
    written_ports = ("4566", "9092", "8099")
    first = free_row_of_ports(len(written_ports))
    ports = {written: str(here) for here, written in enumerate(written_ports, first)}
    data = tmp_path / "by-hand"
    replaced = {
        **{f":{written}": f":{here}" for written, here in ports.items()},
        **{f" {written}": f" {here}" for written, here in ports.items()},
        "GATEWAY_PORT=4566": f"GATEWAY_PORT={ports['4566']}",
        "$PWD/.local/by-hand": str(data),
        ".local/by-hand": str(data),
        "cdk.out/": f"{tmp_path}/cdk.out/",
        "--speed 6": "--speed 20",
        "npx cdklocal ": f"npx cdklocal --output {tmp_path}/cdk.out ",
    }
    with terminal(tmp_path, {"LIVE_VIEWERS_LOCAL": str(tmp_path)}, replaced) as opened:
        for snippet in TRIED[ROOT / BY_HAND]:
            opened.type(snippet)
        wanted, until = {"process_events", "project_changes"}, time.monotonic() + HANGS_S
        while not wanted <= {path.stem for path in (data / "logs").glob("*.log")}:
            assert time.monotonic() < until, "a function has logged nothing"
            time.sleep(0.2)
    shutil.rmtree(data, ignore_errors=True)
