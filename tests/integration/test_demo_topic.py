"""The demo's topic on each broker that the demo can start."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from laptop import topic


def watermarks(kafka: str, name: str) -> tuple[int, int]:
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "any", "broker.address.family": "v4"})
    try:
        found: tuple[int, int] = consumer.get_watermark_offsets(TopicPartition(name, 0), timeout=10)
        return found
    finally:
        consumer.close()


def retention_of(admin: AdminClient, name: str) -> str:
    resource = ConfigResource(ResourceType.TOPIC, name)
    return str(admin.describe_configs([resource])[resource].result(10)["retention.ms"].value)


def once_known(ask: Callable[[], Any]) -> Any:
    """A broker may not know a topic of its own in the moment after it was made."""
    until = time.monotonic() + 120
    while True:
        try:
            return ask()
        except KafkaException:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_the_embedded_broker_forgets_records_after_their_time(
    embedded_kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"short-{uuid.uuid4()}"
    monkeypatch.setattr(topic, "TOPIC", name)
    topic.create_topic(embedded_kafka, dict.fromkeys(topic.EMBEDDED, "1000"))
    producer = Producer({"bootstrap.servers": embedded_kafka, "broker.address.family": "v4"})
    until = time.monotonic() + 120
    while (offsets := once_known(lambda: watermarks(embedded_kafka, name)))[0] == 0:
        assert time.monotonic() < until, offsets
        producer.produce(name, b"an event", partition=0)
        assert producer.flush(60) == 0
        time.sleep(0.5)
    assert offsets[0] <= offsets[1]


def test_the_topic_keeps_two_minutes_there_and_what_is_customary_elsewhere(
    apache_kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = AdminClient({"bootstrap.servers": apache_kafka, "broker.address.family": "v4"})
    kept = {}
    for kind, config in (("embedded", topic.EMBEDDED), ("other", {})):
        name = f"{kind}-{uuid.uuid4()}"
        monkeypatch.setattr(topic, "TOPIC", name)
        topic.create_topic(apache_kafka, config)
        topic.create_topic(apache_kafka, config)  # it is there: nothing changes
        kept[kind] = once_known(lambda name=name: retention_of(admin, name))
    assert kept == {"embedded": "120000", "other": "604800000"}
