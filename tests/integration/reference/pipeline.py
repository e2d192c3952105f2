"""The way from Kafka to the store, as processes: the poller, and process_events behind Lambda's API."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from confluent_kafka import Producer

from tests.integration.kafka_event_source_rig import ROOT, Topic, template

FUNCTION = Path(__file__).with_name("function_process.py")
# The events of these labs are of a fixed day, which time to live must not reach.
FOR_EVER_DAYS = "36500"


def produce(topic: Topic, records: Iterable[tuple[str, bytes]]) -> None:
    """Puts (key, value) on the topic; the key chooses the partition."""
    problems: list[object] = []

    def delivered(problem: object, _: object) -> None:
        if problem is not None:
            problems.append(problem)

    producer = Producer({"bootstrap.servers": topic.bootstrap, "linger.ms": 20, "on_delivery": delivered})
    for key, value in records:
        while True:
            try:
                producer.produce(topic.name, value=value, key=key)
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(60) == 0
    assert problems == []


class Pipeline:
    """Both processes in one process group of their own, so that one signal ends all of it at the same moment."""

    def __init__(self, folder: Path, topic: Topic, store: str, table: str, batch_size: int, kill_at: int) -> None:
        self._journal = folder / f"journal-{uuid4().hex[:6]}.jsonl"
        self._log = (folder / f"pipeline-{uuid4().hex[:6]}.log").open("wb")
        environment = {
            **os.environ,
            "STAGE": "local",
            "VIEWER_PROFILES_TABLE": table,
            "REJECTED_BUCKET": "none-is-rejected-here",
            "LIVE_INDEX_SECRET": "secret",
            "TOMBSTONE_SECRET": "secret",
            "AWS_ENDPOINT_URL": store,
            "EVENT_RETENTION_DAYS": FOR_EVER_DAYS,
            "PROFILE_RETENTION_DAYS": FOR_EVER_DAYS,
        }
        self._function = subprocess.Popen(
            [sys.executable, str(FUNCTION), str(self._journal), str(kill_at)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            process_group=0,
        )
        self._group = self._function.pid
        assert self._function.stdout is not None
        told = self._function.stdout.readline()
        assert told, Path(self._log.name).read_text()
        port = int(told)
        # What the handler logs isn't read: emptied, or the pipe would fill up.
        self._drain = subprocess.Popen(["cat"], stdin=self._function.stdout, stdout=self._log)
        mapping = template(folder, topic, FunctionName="process_events", BatchSize=batch_size)
        command = [sys.executable, "-m", "kafka_event_source", "--template", str(mapping)]
        command += ["--endpoint", f"http://127.0.0.1:{port}", "--session-timeout", "2", "--longest-backoff", "1"]
        self._poller = subprocess.Popen(
            command, cwd=ROOT, stdout=self._log, stderr=self._log, process_group=self._group
        )

    @property
    def was_killed(self) -> bool:
        return self._function.poll() == -signal.SIGKILL and self._poller.poll() == -signal.SIGKILL

    def records(self) -> Counter[str]:
        """How many records were in invocations that have `begun`, are `done` and have `failed`."""
        counts: Counter[str] = Counter()
        if self._journal.exists():
            for line in self._journal.read_text().splitlines():
                noted = json.loads(line)
                counts[noted["what"]] += noted["records"]
        return counts

    def wait_until_killed(self, within_s: float) -> None:
        until = time.monotonic() + within_s
        while not self.was_killed:
            assert time.monotonic() < until, f"still running after {within_s} s: {self.records()}"
            time.sleep(0.05)

    def wait_until_failed(self, within_s: float) -> None:
        """Until an invocation has failed."""
        until = time.monotonic() + within_s
        while not self.records()["failed"]:
            assert time.monotonic() < until, f"none has failed within {within_s} s: {self.records()}"
            time.sleep(0.05)

    def stop(self) -> None:
        """The poller in order, so that it commits; then the function."""
        if self._poller.poll() is None:
            self._poller.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._poller.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(self._group, signal.SIGKILL)
        for process in (self._poller, self._function, self._drain):
            process.wait()
        self._log.close()


@contextmanager
def pipeline(
    folder: Path, topic: Topic, store: str, table: str, batch_size: int = 5_000, kill_at: int = 0
) -> Iterator[Pipeline]:
    """From `topic` to `table` of the DynamoDB at `store`; see function_process for `kill_at`."""
    running = Pipeline(folder, topic, store, table, batch_size, kill_at)
    try:
        yield running
    finally:
        running.stop()
