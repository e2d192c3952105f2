"""Measuring the Kafka event source: how fast it builds events, what it adds to a batch, how soon records come."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from confluent_kafka import Producer

from bench.topic import new_topic
from kafka_event_source.aws import Emulator
from kafka_event_source.backoff import Backoff
from kafka_event_source.batching import BatchGatherer
from kafka_event_source.delivery import Delivery
from kafka_event_source.event import EventEnvelope
from kafka_event_source.lambda_invoker import LambdaInvoker
from kafka_event_source.mapping import mapping_from
from kafka_event_source.ports import Invocation
from kafka_event_source.record import Partition, RecordEncoder

RECORD_BYTES = 500
BATCH = 2_500
PARTITION = Partition("snowplow-enriched-good", 0)
ROOT = Path(__file__).resolve().parents[1]


class _AtOnce:
    """A function that returns at once, and a clock that never stops."""

    function_arn = "arn:aws:lambda:us-east-1:000000000000:function:f"

    def invoke(self, payload: bytes) -> Invocation:
        return Invocation(200, None, b"null", "r")

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def wait(self, seconds: float) -> bool:
        return False


def _batches(count: int, batch_size: int) -> Callable[[], None]:
    """The whole way of `count` records from librdkafka's fields to invoked payloads, one partition."""
    mapping = mapping_from("M", {"FunctionName": "f", "Topics": [PARTITION.topic], "BatchSize": batch_size})
    envelope, at_once = EventEnvelope("127.0.0.1:9092"), _AtOnce()
    value, key = os.urandom(RECORD_BYTES), b"viewer-0123456789"

    def run() -> None:
        encoder = RecordEncoder(PARTITION)
        gatherer = BatchGatherer(batch_size, 0, envelope.size_around(PARTITION))
        delivery = Delivery(mapping, envelope, at_once, None, at_once, Backoff())
        for offset in range(count):
            record = encoder.encode(offset, 1_700_000_000_000, 1, key, value, None)
            if mapping.filter.passes(record) and not gatherer.fits(record):
                delivery.deliver(gatherer.take().records)
            gatherer.add(record, 0)
            if gatherer.full:
                delivery.deliver(gatherer.take().records)

    return run


def building_s(count: int = 200_000) -> float:
    """CPU seconds for so many records of 500 bytes."""
    run = _batches(count, batch_size=BATCH)
    run()
    started = time.process_time()
    run()
    return time.process_time() - started


def overhead_s(rounds: int = 100) -> float:
    """CPU seconds from a complete batch of BATCH 500-byte records to the end of its invocation.

    Records are encoded as they arrive, so that is joining the event, signing, sending and reading the answer, over
    HTTP to a function on this machine that answers at once (whose own CPU is in the figure too).
    """
    mapping = mapping_from("M", {"FunctionName": "f", "Topics": [PARTITION.topic]})
    encoder, value = RecordEncoder(PARTITION), os.urandom(RECORD_BYTES)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Unread)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    invoker = LambdaInvoker(Emulator(f"http://127.0.0.1:{server.server_port}"), lambda: (_AtOnce.function_arn, 30))
    delivery = Delivery(mapping, EventEnvelope("127.0.0.1:9092"), invoker, None, _AtOnce(), Backoff())
    records = [encoder.encode(offset, 1, 1, b"viewer-0123456789", value, None) for offset in range(BATCH)]
    delivery.deliver(records)
    started = time.process_time()
    for _ in range(rounds):
        delivery.deliver(records)
    taken = time.process_time() - started
    invoker.close()
    server.shutdown()
    return taken / rounds


class _Lambda(BaseHTTPRequestHandler):
    """Lambda's API for one function on this machine."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer({"FunctionArn": _AtOnce.function_arn, "Timeout": 30})

    def _answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Unread(_Lambda):
    """Returns at once, whatever it is sent."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(None)


class _Stamped(_Lambda):
    """Notes how old each record is when it arrives."""

    ages_ms: list[float] = []  # noqa: RUF012 - one list for all connections

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        now = time.time() * 1000
        self.ages_ms.extend(now - r["timestamp"] for records in body["records"].values() for r in records)
        self._answer(None)


def latency(bootstrap: str, records: int = 100) -> tuple[float, float]:
    """Milliseconds from produce to invocation, window 0, one record every 20 ms: median and 95th percentile."""
    topic = new_topic(bootstrap, partitions=4)
    _Stamped.ages_ms = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Stamped)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.json"
        properties = {"FunctionName": "f", "Topics": [topic], "MaximumBatchingWindowInSeconds": 0}
        properties["SelfManagedEventSource"] = {"Endpoints": {"KafkaBootstrapServers": [bootstrap]}}
        mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}
        template.write_text(json.dumps({"Resources": {"M": mapping}}))
        command = [sys.executable, "-m", "kafka_event_source", "--template", str(template)]
        command += ["--endpoint", f"http://127.0.0.1:{server.server_port}", "--log-level", "WARNING"]
        poller = subprocess.Popen(command, cwd=ROOT)
        try:
            producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0})
            _produce_until_read(producer, topic)
            _Stamped.ages_ms.clear()
            for number in range(records):
                producer.produce(topic, os.urandom(RECORD_BYTES), key=f"viewer-{number}")
                producer.poll(0)
                time.sleep(0.02)
            producer.flush(10)
            time.sleep(0.5)
            ages = sorted(_Stamped.ages_ms)
        finally:
            poller.terminate()
            poller.wait(20)
            server.shutdown()
    return statistics.median(ages), ages[int(len(ages) * 0.95)]


def _produce_until_read(producer: Producer, topic: str) -> None:
    until = time.monotonic() + 60
    while not _Stamped.ages_ms:
        if time.monotonic() > until:
            raise TimeoutError("the event source read nothing within a minute")
        producer.produce(topic, b"warm", key=b"k")
        producer.flush(5)
        time.sleep(0.2)
    time.sleep(1)
