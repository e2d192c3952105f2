"""The collector as a program, before a real broker: a 200 means that Kafka has it, and no broker means 503."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from snowplow_analytics_sdk.event_transformer import transform
from snowplow_tracker import Emitter, SelfDescribing, SelfDescribingJson, Subject, Tracker

from collector.delivery import DELIVERY_TIMEOUT_S
from live_viewers.wire import DecodeSettings, decode
from services.service import free_port

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, str(ROOT / "localstack" / "collector")]
PARTITIONS = 4


@contextmanager
def collector(kafka: str, topic: str, log: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The port and process of a collector that listens, ended by SIGTERM."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*PROGRAM, "--port", "0", "--kafka", kafka, "--topic", topic],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": ""},
        )
    try:
        until = time.monotonic() + 120
        while not (lines := log.read_text().splitlines()):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield json.loads(lines[0])["port"], process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def get(port: int, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def records_of(kafka: str, topic: str, count: int) -> list[tuple[int, bytes, bytes]]:
    """(partition, key, value) of the first `count` records."""
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": str(uuid4()), "auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
    found: list[tuple[int, bytes, bytes]] = []
    until = time.monotonic() + 120
    while len(found) < count and time.monotonic() < until:
        message = consumer.poll(0.5)
        if message is not None and message.error() is None:
            found.append((message.partition(), message.key(), message.value()))
    consumer.close()
    return found


@pytest.fixture
def topic(embedded_kafka: str) -> str:
    name = f"collector-{uuid4()}"
    admin = AdminClient({"bootstrap.servers": embedded_kafka})
    admin.create_topics([NewTopic(name, PARTITIONS)])[name].result(10)
    return name


def test_what_a_tracker_sends_is_on_the_topic_in_the_viewers_partition_and_in_order(
    embedded_kafka: str, topic: str, tmp_path: Path
):
    with collector(embedded_kafka, topic, tmp_path / "log") as (port, _):
        answers: list[int] = []
        emitter = Emitter(
            f"127.0.0.1:{port}", protocol="http", batch_size=10, on_success=lambda sent: answers.append(len(sent))
        )
        viewers = [f"viewer-{number}" for number in range(6)]
        for viewer in viewers:
            tracker = Tracker("test", emitter, subject=Subject().set_user_id(viewer))
            for name in ("play", "ping", "pause", "play", "end"):
                tracker.track(
                    SelfDescribing(
                        SelfDescribingJson(
                            f"iglu:com.snowplowanalytics.snowplow.media/{name}_event/jsonschema/1-0-0", {}
                        )
                    )
                )
        emitter.flush()
        assert sum(answers) == 30
        health = json.loads(get(port, "/health")[1])
    assert (health["received"], health["produced"], health["bad"], health["failed"]) == (30, 30, 0, 0)
    records = records_of(embedded_kafka, topic, 30)
    assert len({(partition, key) for partition, key, _ in records}) == len(viewers)
    for viewer in viewers:
        events = [decode(value, DecodeSettings()) for _, key, value in records if key == viewer.encode()]
        assert [event.kind.name for event in events if event] == ["PLAY", "PING", "PAUSE", "PLAY", "END"]
        assert {event.viewer_id for event in events if event} == {viewer}


AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


def test_device_and_place_of_what_a_tracker_sends_are_on_the_topic(
    embedded_kafka: str, topic: str, tmp_path: Path
):
    play = SelfDescribingJson("iglu:com.snowplowanalytics.snowplow.media/play_event/jsonschema/1-0-0", {})
    with collector(embedded_kafka, topic, tmp_path / "log") as (port, _):
        emitter = Emitter(f"127.0.0.1:{port}", protocol="http", batch_size=1)
        subject = Subject().set_user_id("v").set_platform("mob").set_useragent(AGENT).set_ip_address("192.0.2.70")
        Tracker("test", emitter, subject=subject, app_id="cinema").track(SelfDescribing(play))
        headers = {"User-Agent": "Roku/DVP-14.0 (14.0.0.1234)", "X-Forwarded-For": "198.51.100.130"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/i?e=pv&p=tv&aid=sports&uid=v", headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 200
    media = "Digital media receiver"
    phone, box = (transform(value.decode()) for _, _, value in records_of(embedded_kafka, topic, 2))
    for read, expected in (
        (phone, ("mob", "cinema", "192.0.2.70", "GB", "Severn Broadband", "Mobile", "Phone", "iOS")),
        (
            box,
            (
                "tv",
                "sports",
                "198.51.100.130",
                "BR",
                "Iguazu Fibre",
                media,
                "Set-top box",
                "Roku",
            ),
        ),
    ):
        names = ("platform", "app_id", "user_ipaddress", "geo_country", "ip_isp", "dvce_type")
        (yauaa,) = read["contexts_nl_basjes_yauaa_context_1"]
        found = (*(read[name] for name in names), yauaa["deviceClass"], yauaa["operatingSystemName"])
        assert found == expected


def test_without_a_broker_the_answer_is_503_within_seconds_and_nothing_is_counted_as_produced(tmp_path: Path):
    with collector(f"127.0.0.1:{free_port()}", "nowhere", tmp_path / "log") as (port, _):
        start = time.monotonic()
        status, _ = get(port, "/i?e=pv&p=web&duid=secret-viewer")
        assert status == 503
        assert time.monotonic() - start < 3 * DELIVERY_TIMEOUT_S
        health = json.loads(get(port, "/health")[1])
        assert (health["produced"], health["failed"]) == (0, 1)
    log = (tmp_path / "log").read_text()
    assert all(json.loads(line) for line in log.splitlines())
    assert "secret-viewer" not in log


def test_a_taken_port_is_reported_in_one_line(embedded_kafka: str, tmp_path: Path):
    with collector(embedded_kafka, "any", tmp_path / "log") as (port, _):
        second = subprocess.run(
            [
                sys.executable,
                str(ROOT / "localstack" / "collector"),
                "--port",
                str(port),
                "--kafka",
                embedded_kafka,
            ],
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert str(port) in second.stderr
