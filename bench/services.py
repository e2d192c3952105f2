"""The services that figures are measured against, each started when first asked for and stopped at the end."""

import os
import socket
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("localstack", "lambdas")]

from services.dynamodb_local import dynamodb_local  # noqa: E402 - the path is set above
from services.kafka import apache_kafka  # noqa: E402
from services.service import LOOPBACK, Service, free_port, running  # noqa: E402
from tests.tables import create_tables  # noqa: E402

# The SDK asks the network for credentials and settings when these say nothing.
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
)


class AwsLikeStore(NamedTuple):
    """A running `bench.aws_like_store`."""

    endpoint: str
    process: psutil.Process

    def cpu_s(self) -> float:
        """CPU that it has used since its start."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


class Services:
    """`dynamodb` is an endpoint URL, `kafka` bootstrap servers. Used as a context manager."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def __enter__(self) -> "Services":
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="live-viewers-bench-")))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def dynamodb(self) -> str:
        with _one_core():
            return f"http://{LOOPBACK}:{self._run(lambda port: dynamodb_local(port, heap_mb=2048))}"

    @cached_property
    def kafka(self) -> str:
        return f"{LOOPBACK}:{self._run(lambda port: apache_kafka(port, self._folder / 'kafka'))}"

    def _run(self, make: Callable[[int], Service]) -> int:
        port = free_port()
        service = make(port)
        self._stack.enter_context(running(service, self._folder / f"{service.name}.log", ready_within_s=90))
        return port

    def aws_like_store(self, scale: float = 1.0, answers: Path | None = None) -> AwsLikeStore:
        """A new one, on a port of its own. See aws_like_store."""
        port = free_port()
        arguments = [port, scale, *([answers] if answers else [])]
        service = Service(
            f"aws-like-store-{port}",
            [sys.executable, "-m", "bench.aws_like_store", *map(str, arguments)],
            lambda: _accepts(port),
            directory=ROOT,
        )
        log = self._folder / f"{service.name}.log"
        process = self._stack.enter_context(running(service, log, ready_within_s=30))
        return AwsLikeStore(f"http://{LOOPBACK}:{port}", psutil.Process(process.pid))

    def tables(self) -> dict[str, str]:
        """The stack's three tables, empty: real names by their own. They are never deleted: DynamoDB Local takes a
        minute for that, in which it writes nothing else."""
        return create_tables(self.dynamodb, f"bench-{uuid.uuid4().hex[:8]}-")


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


@contextmanager
def _one_core() -> Iterator[None]:
    """What is started here keeps to the last core. DynamoDB Local hands each item from thread to thread, one at a
    time: on one core that takes it two thirds of the CPU that it takes on two, and three quarters of the time.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield  # macOS can't
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
