"""The whole product on this machine, as `make demo` starts it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import psutil
import pytest

from services.service import free_row_of_ports
from simulator.setup import DEFAULT_SEED, Setup, setup_of

ROOT = Path(__file__).parents[2]
# Each wait is for a state or for a process's end: only a hang meets this, on a busy machine too.
HANGS_S = 300
pytestmark = pytest.mark.timeout(5 * HANGS_S)


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=HANGS_S) as answer:
        return json.load(answer)


def eventually(holds: Callable[[], Any], within_s: float) -> Any:
    until = time.monotonic() + within_s
    while True:
        found = holds()
        if found or time.monotonic() > until:
            return found
        time.sleep(0.2)


def test_simulated_viewers_reach_the_api_through_collector_kafka_and_lambda(demo: dict[str, str]) -> None:
    def simulated() -> list[dict[str, Any]]:  # others' tests have viewers of their own on this demo
        live = get(f"{demo['api']}/v1/live").get("sessions", [])
        return [session for session in live if session["viewer_id"].startswith("viewer-")]

    assert eventually(simulated, HANGS_S), "no simulated viewer became live"


def test_simulated_viewers_show_what_they_watch_with_and_can_be_filtered_by_it(demo: dict[str, str]) -> None:
    def sessions(query: str = "") -> list[dict[str, Any]]:
        live = get(f"{demo['api']}/v1/live{query}")["sessions"]
        return [session for session in live if session["viewer_id"].startswith("viewer-")]

    def setup(session: dict[str, Any]) -> Setup:
        return setup_of(int(session["viewer_id"].removeprefix("viewer-")) - 1, DEFAULT_SEED)

    shown = eventually(sessions, HANGS_S)
    assert shown
    for session in shown:
        expected = {**setup(session).groups, "platform": setup(session).device.platform}
        assert session["dimensions"] == expected
    country = setup(shown[0]).country
    there = eventually(lambda: sessions(f"?country={country}"), HANGS_S)
    assert {setup(session).country for session in there} == {country}


def test_profiles_lie_in_the_table_that_the_demo_names(demo: dict[str, str]) -> None:
    table = boto3.resource("dynamodb", endpoint_url=demo["aws"], region_name="us-east-1").Table(
        demo["profiles_table"]
    )
    assert eventually(lambda: table.scan(Limit=50)["Items"], HANGS_S)


def test_the_pages_are_served_with_their_configuration(demo: dict[str, str]) -> None:
    for page in ("live_page", "video_page"):
        with urllib.request.urlopen(demo[page], timeout=HANGS_S) as answer:
            assert answer.headers["Content-Type"].startswith("text/html")
    config = get(demo["live_page"].replace("index.html", "config.json"))
    assert config["apiUrl"] == demo["api"]
    (session, *_) = eventually(lambda: get(f"{demo['api']}/v1/live")["sessions"], HANGS_S)
    assert {each["name"] for each in config["dimensions"]} == set(session["dimensions"])


def process_manager_of(folder: Path) -> psutil.Process:
    """Of the demo whose files are in `folder`."""
    (found,) = [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in (command := " ".join(process.info["cmdline"] or [])) and "supervisord.conf" in command
    ]
    return found


def listening_of(process: psutil.Process) -> list[Any]:
    """The addresses on which it listens; none when it has ended meanwhile, as functions that rest do."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return [each.laddr for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
    return []


def test_the_demo_listens_on_loopback_alone(demo: dict[str, str]) -> None:
    process_manager = process_manager_of(Path(os.environ["LIVE_VIEWERS_TEST_RUN"]) / "demo")
    family = [process_manager, *process_manager.children(recursive=True)]
    listening = [address for process in family for address in listening_of(process)]
    named = {urlsplit(f"//{demo[key].split('//')[-1]}").port for key in ("aws", "kafka", "collector")}
    assert named <= {address.port for address in listening}
    assert len({address.port for address in listening}) >= 5  # the event source and the process manager too
    assert {address.ip.removeprefix("::ffff:") for address in listening} <= {"127.0.0.1", "::1"}


def test_the_functions_log_into_files_of_their_own(demo: dict[str, str]) -> None:
    logs = Path(os.environ["LIVE_VIEWERS_TEST_RUN"]) / "demo" / "demo" / "logs"
    assert eventually(lambda: get(f"{demo['api']}/v1/live"), HANGS_S)
    for function in ("process_events", "project_changes"):
        log = logs / f"{function}.log"
        assert eventually(lambda log=log: log.exists() and log.stat().st_size, HANGS_S), function
    (first, *_) = (logs / "process_events.log").read_text().splitlines()
    assert json.loads(first)


def make(target: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "localstack/demo.py"), target, *arguments],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )


def environment(folder: Path) -> dict[str, str]:
    """A demo of its own, on a machine whose temporary directory is in the same folder."""
    (folder / "tmp").mkdir(exist_ok=True)
    return {**os.environ, "LIVE_VIEWERS_LOCAL": str(folder), "TMPDIR": str(folder / "tmp")}


def assert_free(first: int) -> None:
    for port in range(first, first + 5):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))


def lag_shown(ps: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str] | None:
    """The answer of `make ps` once it has the event source's lag, which isn't known in its first seconds."""
    assert ps.returncode == 0, ps.stderr
    (event_source,) = [line for line in ps.stdout.splitlines() if line.startswith("event-source")]
    lag = event_source.split()[-1]
    assert lag == "?" or lag.isdigit(), ps.stdout
    return ps if lag.isdigit() else None


def test_detached_it_shows_ports_and_lag_follows_logs_and_goes_down(tmp_path: Path) -> None:
    first = free_row_of_ports(5)
    up = make("up", tmp_path, "--viewers", "1", "--port", str(first))
    try:
        assert up.returncode == 0, up.stderr
        again = make("up", tmp_path, "--port", str(first))
        assert (again.returncode, again.stderr.split(":")[1]) == (1, " a demo is running already")
        shown = eventually(lambda: lag_shown(make("ps", tmp_path)), HANGS_S)
        assert shown, "the event source's lag did not become known"
        for name, port in (("aws", first), ("kafka", first + 1), ("collector", first + 2)):
            (line,) = [line for line in shown.stdout.splitlines() if line.startswith(f"{name} ")]
            assert line.split()[1:3] == ["RUNNING", str(port)]
        assert (tmp_path / "demo" / "logs" / "collector.log").stat().st_size > 0
        process_manager = process_manager_of(tmp_path)
        family = [process_manager, *process_manager.children(recursive=True)]
    finally:
        down = make("down", tmp_path)
    assert (down.returncode, down.stdout) == (0, "stopped\n")
    assert len(family) >= 6  # the process manager and five programs at the least
    assert psutil.wait_procs(family, timeout=HANGS_S)[1] == []
    assert_free(first)
    left = [path for folder in ("tmp", "demo/aws/tmp") for path in tmp_path.glob(f"{folder}/ministack*")]
    assert left == []  # the functions' processes unpack 23 MB each


def start(target: str, folder: Path, first: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(ROOT / "localstack/demo.py"), target, "--viewers", "1", "--port", str(first)],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "sent", [pytest.param(signal.SIGINT, id="Ctrl-C"), pytest.param(signal.SIGHUP, id="closed terminal")]
)
def test_it_stops_all_that_was_started(tmp_path: Path, sent: signal.Signals) -> None:
    first = free_row_of_ports(5)
    process = start("run", tmp_path, first)
    assert process.stdout is not None
    output = ""
    try:
        while "Ctrl-C stops it." not in output:
            line = process.stdout.readline()
            assert line, output
            output += line
        assert (tmp_path / "endpoints.json").exists()
        family = psutil.Process(process.pid).children(recursive=True)
        if sent is signal.SIGHUP:  # whoever was to read is gone
            process.stdout.close()
            process.send_signal(sent)
        else:
            process.send_signal(sent)
            output += process.stdout.read()
        process.wait(timeout=HANGS_S)
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert len(family) >= 6  # the process manager and five programs at the least
    assert psutil.wait_procs(family, timeout=HANGS_S)[1] == []
    assert_free(first)
    assert not (tmp_path / "endpoints.json").exists()


@pytest.mark.parametrize("target", ["run", pytest.param("up", marks=pytest.mark.slow)])
def test_a_start_that_is_interrupted_leaves_nothing_and_is_no_success(tmp_path: Path, target: str) -> None:
    first = free_row_of_ports(5)
    process = start(target, tmp_path, first)
    try:
        assert eventually((tmp_path / "demo" / "supervisord.address").exists, HANGS_S)
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=HANGS_S)
    finally:
        process.kill()
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert family
    assert psutil.wait_procs(family, timeout=HANGS_S)[1] == []
    assert_free(first)
