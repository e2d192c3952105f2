"""Twenty seconds of an attacker beside fifty honest viewers, on a running demo of its own."""

import asyncio
import itertools
import json
import os
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from confluent_kafka import Producer

from live_viewers.dynamodb.items import session_of
from live_viewers.session.media_session import fold
from live_viewers.wire import DecodeSettings, decode
from live_viewers.wire.stage_paths import StagePaths
from services.service import Service, free_row_of_ports, running
from stacks.config import load_config
from stacks.stage_files import stage_file_of
from tests.integration.hostile.attacks import hostile_records
from tests.integration.hostile.honest import HonestViewers, Waited, watch
from tests.integration.kafka_event_source_rig import Topic

ROOT = Path(__file__).parents[3]
VIEWERS = 50
SECONDS = 20
RECORDS_A_SECOND = 100
TIMES_SLOWER = 5
# The live page asks every two seconds: what is answered sooner, five times or not, nobody waits for.
UNNOTICED_S = 2.0
LONGEST_S = 15.0
SEED = int(os.environ.get("HOSTILE_SEED", "1"))
# As the demo's stage decodes.
_STAGE = stage_file_of(load_config("local", ROOT / "config"))
_SETTINGS = DecodeSettings(frozenset(), StagePaths(_STAGE.dimensions, _STAGE.media_id_from))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The endpoints of a demo that no other test uses: what happens to it is nobody else's business."""
    folder = tmp_path_factory.mktemp("hostile")
    service = Service(
        name="demo",
        argv=[
            *(sys.executable, str(ROOT / "localstack" / "demo.py"), "run", "--viewers", "0"),
            *("--port", str(free_row_of_ports(5))),
        ],
        env={"LIVE_VIEWERS_LOCAL": str(folder)},
        ready=(folder / "endpoints.json").exists,
    )
    with running(service, folder / "demo.log", ready_within_s=150):
        yield json.loads((folder / "endpoints.json").read_text())


def test_honest_viewers_are_served_beside_an_attacker_and_come_out_right(own_demo: dict[str, str]) -> None:
    producer = Producer({"bootstrap.servers": own_demo["kafka"], "broker.address.family": "v4", "linger.ms": 0})
    honest = HonestViewers(producer, own_demo["topic"], VIEWERS, SEED)
    with _every(0.1, honest.send_what_is_due):
        asyncio.run(watch(own_demo, producer, 5))  # the functions have started
        alone = asyncio.run(watch(own_demo, producer, SECONDS))
        attack = _Attack(own_demo)
        with _every(0.1, attack.send_a_tenth):
            attacked = asyncio.run(watch(own_demo, producer, SECONDS))
    assert producer.flush(30) == 0
    attack.producer.flush(30)
    assert attack.sent >= SECONDS * RECORDS_A_SECOND / 4, "the attacker did not get through"
    _topic(own_demo).wait_until_drained()

    print(_table(alone, attacked))
    assert not alone.faults
    assert not attacked.faults
    for what, seconds in attacked.seconds.items():
        assert max(seconds) <= LONGEST_S, f"{what} took {max(seconds):.1f} s"
        most = max(TIMES_SLOWER * alone.p95(what), UNNOTICED_S)
        assert attacked.p95(what) <= most, f"{what}: {_table(alone, attacked)}"
    stored = _stored(own_demo, honest)
    wrong = {
        viewer: (found, wanted)
        for viewer, lines in honest.sent.items()
        if (found := stored[viewer]) != (wanted := _folded(lines))
    }
    assert not wrong, f"{len(wrong)} viewers, the first: {next(iter(wrong.values()))}"


class _Attack:
    def __init__(self, demo: dict[str, str]) -> None:
        self.producer = Producer({"bootstrap.servers": demo["kafka"], "broker.address.family": "v4"})
        self._topic = demo["topic"]
        self._records = hostile_records(SEED, lambda: time.time_ns() // 1_000_000)
        self.sent = 0

    def send_a_tenth(self) -> None:
        for key, value in itertools.islice(self._records, RECORDS_A_SECOND // 10):
            self.producer.produce(self._topic, key=key.encode(errors="replace"), value=value)
            self.sent += 1
        self.producer.poll(0)


class _every:
    """Calls `work` every `seconds` in a thread, while the block runs; raises what it raised."""

    def __init__(self, seconds: float, work: Any) -> None:
        self._seconds = seconds
        self._work = work
        self._stopped = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            while not self._stopped.wait(self._seconds):
                self._work()
        except BaseException as failure:
            self._failure = failure

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(30)
        if self._failure is not None:
            raise self._failure


def _topic(demo: dict[str, str]) -> Topic:
    """The demo's, and the group of its event source, whose page doesn't tell when all is read: its ends may be a
    second old."""
    with urllib.request.urlopen(f"{demo['event_source_status']}/status.json", timeout=10) as answer:
        (mapping,) = json.load(answer)["mappings"]
    return Topic(demo["kafka"], len(mapping["partitions"]), name=demo["topic"], group=mapping["group_id"])


def _folded(lines: list[bytes]) -> list[tuple[object, ...]]:
    by_session: dict[str, list[Any]] = {}
    for line in lines:
        event = decode(line, _SETTINGS)
        assert event is not None
        by_session.setdefault(event.session_id, []).append(event)
    return [fold(events).content() for _, events in sorted(by_session.items())]


def _stored(demo: dict[str, str], honest: HonestViewers) -> dict[str, list[tuple[object, ...]]]:
    client = boto3.client("dynamodb", endpoint_url=demo["aws"], region_name="us-east-1")
    return {
        viewer: [
            session_of(item).content()
            for item in client.query(
                TableName=demo["profiles_table"],
                KeyConditionExpression="viewer_id = :viewer AND begins_with(sk, :session)",
                ExpressionAttributeValues={":viewer": {"S": viewer}, ":session": {"S": "session#"}},
                ConsistentRead=True,
            )["Items"]
        ]
        for viewer in honest.sent
    }


def _table(alone: Waited, attacked: Waited) -> str:
    return "; ".join(
        f"{what} p95 {alone.p95(what) * 1000:.0f} ms alone, {attacked.p95(what) * 1000:.0f} ms attacked"
        for what in attacked.seconds
    )
