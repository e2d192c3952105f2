"""What the event source's tests run against: a recording stand-in for Lambda, topics, and pollers as processes."""

import base64
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from services.kafka import apache_kafka
from services.service import Service
from tests.services import short_lived

ROOT = Path(__file__).resolve().parents[2]
Event = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]  # status, headers, body
OK: Answer = (200, {}, b"null")
FAILS: Answer = (200, {"X-Amz-Function-Error": "Unhandled"}, b'{"errorMessage":"told to fail"}')
THROTTLES: Answer = (429, {}, b'{"message":"Rate Exceeded."}')


def records_of(event: Event) -> list[dict[str, Any]]:
    return [record for records in event["records"].values() for record in records]


def values_of(event: Event) -> list[str]:
    return [base64.b64decode(record["value"]).decode() for record in records_of(event)]


@dataclass
class LambdaDouble:
    """Answers Lambda's Invoke and GetFunctionConfiguration and Secrets Manager's GetSecretValue; records all."""

    behave: Callable[[Event], Answer] = lambda event: OK
    timeout_s: int = 30
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    invocations: list[tuple[Event, bool]] = field(default_factory=list)
    delivered: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    values: list[str] = field(default_factory=list)
    port: int = 0

    def start(self) -> "LambdaDouble":
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                name = urllib.request.unquote(self.path.split("/functions/")[1].split("/")[0]).split(":")[-1]
                arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
                body = {"FunctionName": name, "FunctionArn": arn, "Timeout": double.timeout_s}
                self.answer(200, {}, json.dumps(body).encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("X-Amz-Target", "").endswith("GetSecretValue"):
                    arn = json.loads(body)["SecretId"]
                    secret = json.dumps(double.secrets[arn])
                    self.answer(200, {}, json.dumps({"ARN": arn, "SecretString": secret}).encode())
                else:
                    self.answer(*double.invoked(json.loads(body)))

            def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._connections: list[Any] = []

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def process_request(self, request: Any, address: Any) -> None:
                double._connections.append(request)
                super().process_request(request, address)

            def handle_error(self, request: Any, address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Like the end of an emulator: the port closes and so do the connections."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(2)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def invoked(self, event: Event) -> Answer:
        answer = self.behave(event)
        good = answer[0] == 200 and "X-Amz-Function-Error" not in answer[1]
        self.invocations.append((event, good))
        if good:
            for name, records in event["records"].items():
                self.delivered[name] += [record["offset"] for record in records]
            self.values += [base64.b64decode(r["value"]).decode() for r in records_of(event) if r["value"]]
        return answer

    def assert_all_delivered_in_order(self, expected: Sequence[str]) -> None:
        """At least once, none lost; in each partition no record before the one ahead of it was delivered."""
        assert set(expected) <= set(self.values), f"{len(set(expected) - set(self.values))} records are lost"
        for name, offsets in self.delivered.items():
            newest = -1
            for offset in offsets:
                assert offset <= newest + 1, f"{name}: offset {offset} came right after {newest}"
                newest = max(newest, offset)


@contextmanager
def lambda_double(**settings: Any) -> Iterator[LambdaDouble]:
    double = LambdaDouble(**settings).start()
    try:
        yield double
    finally:
        double.stop()


@dataclass
class Topic:
    """A topic with the group that reads it; each of its own, where they aren't named."""

    bootstrap: str
    partitions: int = 4
    settings: dict[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: f"events-{uuid.uuid4().hex[:8]}")
    group: str = ""
    produced: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.group = self.group or f"group-{self.name}"

    def create(self) -> "Topic":
        admin = AdminClient(self._config())
        for made in admin.create_topics([NewTopic(self.name, self.partitions, 1)]).values():
            made.result(20)
        self._wait_until_known(admin)
        return self

    def add_partition(self) -> None:
        self.partitions += 1
        admin = AdminClient(self._config())
        for made in admin.create_partitions([NewPartitions(self.name, self.partitions)]).values():
            made.result(20)
        self._wait_until_known(admin)

    def _wait_until_known(self, admin: AdminClient) -> None:
        """The controller has made all partitions before the broker tells producers and consumers of them."""
        until = time.monotonic() + 60
        while self._known(admin) != self.partitions:
            assert time.monotonic() < until
            time.sleep(0.05)

    def _known(self, admin: AdminClient) -> int:
        topic = admin.list_topics(self.name, timeout=20).topics.get(self.name)
        return len(topic.partitions) if topic else 0

    def produce(self, count: int, partition: int | None = None, pad: int = 0) -> list[str]:
        """`count` numbered records, spread over the partitions in turn."""
        problems: list[object] = []
        producer = Producer(
            {**self._config(), "linger.ms": 2, "on_delivery": lambda problem, _: problems.append(problem)}
        )
        start = len(self.produced)
        values = [f"{number}" + "." * pad for number in range(start, start + count)]
        for number, value in enumerate(values, start):
            where = number % self.partitions if partition is None else partition
            producer.produce(self.name, value=value, key=f"k{number % 50}", partition=where)
        assert producer.flush(60) == 0
        assert problems == [None] * count
        self.produced += values
        return values

    def lag(self) -> int:
        """Records of the topic that the group hasn't committed."""
        consumer = Consumer({**self._config(), "group.id": self.group})
        try:
            asked = [TopicPartition(self.name, number) for number in range(self.partitions)]
            lag = 0
            for one in consumer.committed(asked, timeout=10):
                low, high = consumer.get_watermark_offsets(one, timeout=10)
                lag += high - (one.offset if one.offset >= 0 else low)
            return lag
        finally:
            consumer.close()

    def wait_until_drained(self, within_s: float = 120) -> None:
        self.wait_for_lag(lambda: 0, within_s)

    def wait_for_lag(self, wanted: Callable[[], int], within_s: float = 120) -> None:
        until = time.monotonic() + within_s
        lag: object = "unknown"
        while time.monotonic() < until:
            try:
                lag = self.lag()
            except KafkaException as problem:
                lag = problem
            if lag == wanted():
                return
            time.sleep(0.1)
        raise AssertionError(f"lag is {lag}, not {wanted()}, after {within_s} s")

    def _config(self) -> dict[str, Any]:
        return {
            "bootstrap.servers": self.bootstrap,
            "log_level": 0,
            "topic.metadata.refresh.interval.ms": 500,
            **self.settings,
        }


def template(directory: Path, topic: Topic, **properties: Any) -> Path:
    """A template with one self-managed mapping; `properties` add to or replace its settings."""
    mapping = {
        "FunctionName": "recorder",
        "Topics": [topic.name],
        "SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": [topic.bootstrap]}},
        "SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": topic.group},
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": 50,
        "MaximumBatchingWindowInSeconds": 0,
        **properties,
    }
    body = {"Resources": {"Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping}}}
    path = directory / f"{topic.name}.template.json"
    path.write_text(json.dumps(body))
    return path


@dataclass
class PollerProcess:
    """`python -m kafka_event_source` as the demo runs it, but that it doesn't wait long before it tries again."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(120)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def wait_for(self, message: str, within_s: float = 60, detail: str = "") -> dict[str, Any]:
        """The first line whose message and detail match."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            for line in self.lines():
                if re.search(message, line["message"]) and re.search(detail, line.get("detail", "")):
                    return line
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"no {message!r} in {self.log.read_text()}")


# The broker takes a poller for dead that was silent for so many seconds, and hands its records to another one.
# Long where none is killed: one that only waits for its turn on a busy machine would have its records sent twice.
SESSION_TIMEOUT_S, SESSION_TIMEOUT_OF_THE_KILLED_S = 20, 2


@contextmanager
def poller(
    path: Path, endpoint: str, *options: str, session_timeout_s: int = SESSION_TIMEOUT_S
) -> Iterator[PollerProcess]:
    log = path.with_name(f"poller-{uuid.uuid4().hex[:6]}.log")
    command = [sys.executable, "-m", "kafka_event_source", "--template", str(path), "--endpoint", endpoint]
    command += ["--session-timeout", str(session_timeout_s), "--longest-backoff", "0.5", *options]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
    running = PollerProcess(process, log)
    try:
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()


def own_broker(port: int, folder: Path, overrides: dict[str, str] | None = None) -> Service:
    """A broker for one test that kills or configures it; others share the run's. Quick to start."""
    return short_lived(apache_kafka(port, folder, overrides=overrides))


@contextmanager
def killed_at_the_end(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """A broker that crashes when the block ends: no shutdown, no last words to its clients."""
    try:
        yield
    finally:
        process.kill()
        process.wait()
