"""pytest plugin: real brokers, stores and emulators, each started once a run however many workers ask for it.

The first worker that asks for a service starts it on a free port, under a lock; the address goes into a file that
the others read. The controlling process stops everything at the end. A service whose programs are missing (Java,
Maven) skips its tests, saying so; with CI set it fails instead, for there it must not be missing.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("localstack", "lambdas", ".")]

from services.dynamodb_local import dynamodb_local as dynamodb_local_service  # noqa: E402 - the path is set above
from services.jars import can_run_java_services  # noqa: E402
from services.kafka import apache_kafka as apache_kafka_service  # noqa: E402
from services.kafka import embedded_kafka as embedded_kafka_service  # noqa: E402
from services.ministack import CREDENTIALS  # noqa: E402
from services.ministack import ministack as ministack_service  # noqa: E402
from services.service import LOOPBACK, Service, free_port, free_row_of_ports, start  # noqa: E402

RUN_FOLDER = "LIVE_VIEWERS_TEST_RUN"
# For a program that runs for minutes: the quicker compiler alone, and one thread that collects garbage.
SHORT_LIVED_JAVA = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="live-viewers-tests-")
        # A run that takes too long for who started it ends as by Ctrl-C, and leaves nothing running.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ.update(CREDENTIALS)
    # The SDK asks the network for credentials and settings when these say nothing.
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        for started in Path(os.environ[RUN_FOLDER]).glob("*.json"):
            _stop(json.loads(started.read_text())["pid"])
        for unpacked in Path(os.environ[RUN_FOLDER]).glob("**/tmp"):  # 23 MB a function's process
            shutil.rmtree(unpacked, ignore_errors=True)


def _stop(pid: int) -> None:
    for sent, within_s in ((signal.SIGTERM, 25.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(pid, sent)
        except ProcessLookupError:
            return
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            try:
                if os.waitpid(pid, os.WNOHANG)[0]:
                    return
            except ChildProcessError:  # started by a worker, which has ended: no longer ours to wait for
                if not Path(f"/proc/{pid}").exists():
                    return
            time.sleep(0.05)


def short_lived(service: Service) -> Service:
    """A program in Java as tests want it: quick to start."""
    return replace(service, env={**service.env, **SHORT_LIVED_JAVA})


def _once(name: str, make: Callable[[int, Path], Service], ready_within_s: float = 240) -> int:
    """The port of the run's `name`, started by whoever asks first."""
    run = Path(os.environ[RUN_FOLDER])
    started = run / f"{name}.json"
    with FileLock(run / f"{name}.lock"):
        if not started.exists():
            port = free_port()
            process = start(make(port, run / name), run / f"{name}.log", ready_within_s)
            started.write_text(json.dumps({"pid": process.pid, "port": port}))
        return int(json.loads(started.read_text())["port"])


def _need_java() -> None:
    if not can_run_java_services():
        missing = "needs Java 17+ and Maven on the PATH"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)


@pytest.fixture(scope="session")
def dynamodb_local() -> str:
    """Endpoint URL of the run's DynamoDB Local. Tests share it: name tables uniquely."""
    _need_java()
    port = _once("dynamodb-local", lambda port, _: short_lived(dynamodb_local_service(port)))
    return f"http://{LOOPBACK}:{port}"


@pytest.fixture(scope="session")
def ministack() -> str:
    """Endpoint URL of the run's MiniStack. Tests share it: name stacks, tables and buckets uniquely."""
    return f"http://{LOOPBACK}:{_once('ministack', ministack_service)}"


@pytest.fixture(scope="session")
def other_ministack() -> str:
    """Endpoint URL of a MiniStack of this worker's own: the stack of stage local has one name, and tests that
    deploy it must not meet."""
    name = f"other-ministack-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    return f"http://{LOOPBACK}:{_once(name, ministack_service)}"


@pytest.fixture(scope="session")
def apache_kafka() -> str:
    """Bootstrap servers of the run's Apache Kafka. Tests share it: name topics and groups uniquely."""
    _need_java()
    return f"{LOOPBACK}:{_once('apache-kafka', lambda *at: short_lived(apache_kafka_service(*at)))}"


@pytest.fixture(scope="session")
def demo() -> dict[str, str]:
    """The endpoints of a whole running demo, as `make demo` starts it, in a folder and on ports of its own.

    Tests share it: choose viewer ids that no other test uses.
    """
    _once("demo", _demo_service)
    folder = Path(os.environ[RUN_FOLDER]) / "demo"
    endpoints: dict[str, str] = json.loads((folder / "endpoints.json").read_text())
    return endpoints


def _demo_service(_port: int, folder: Path) -> Service:
    command = [sys.executable, str(ROOT / "localstack" / "demo.py"), "run", "--viewers", "4"]
    return Service(
        name="demo",
        argv=[*command, "--port", str(free_row_of_ports(5))],
        env={"LIVE_VIEWERS_LOCAL": str(folder)},
        ready=(folder / "endpoints.json").exists,
    )


@pytest.fixture(scope="session")
def embedded_kafka() -> str:
    """Bootstrap servers of the run's embedded broker. Tests share it: name topics and groups uniquely."""
    return f"{LOOPBACK}:{_once('embedded-kafka', embedded_kafka_service)}"
