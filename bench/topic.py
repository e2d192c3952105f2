"""A topic filled before a measurement begins, and the two ways it is drained."""

import itertools
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from typing import Protocol

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from bench.baseline import OneAtATime
from bench.figures import Elapsed, measured
from kafka_event_source.backoff import Backoff
from kafka_event_source.client_settings import consumer_settings
from kafka_event_source.event import EventEnvelope
from kafka_event_source.mapping import mapping_from
from kafka_event_source.mapping_status import MappingStatus
from kafka_event_source.poller import Poller
from kafka_event_source.ports import Invoker
from kafka_event_source.worker_factory import PollerParts

LONGEST_S = 180.0


class Drained(Invoker, Protocol):
    """A function that counts the records of its invocations."""

    records: int

    def close(self) -> None:
        """The worker's end."""


def new_topic(bootstrap: str, partitions: int) -> str:
    """The name of a new topic."""
    topic = f"bench-{uuid.uuid4().hex[:8]}"
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for made in admin.create_topics([NewTopic(topic, partitions, 1)]).values():
        made.result(20)
    return topic


def filled_topic(bootstrap: str, events: Iterable[tuple[str, bytes]], partitions: int = 1) -> str:
    """The name of a new topic that holds `events` ((key, value), ...), each key in one partition."""
    topic = new_topic(bootstrap, partitions)
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20, "acks": "all"})
    for key, value in events:
        while True:
            try:
                producer.produce(topic, value, key=key)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    if producer.flush(60):
        raise AssertionError("the topic could not be filled")
    return topic


def drain(
    bootstrap: str, topic: str, functions: Sequence[Drained], count: int, batch_size: int = 10_000
) -> Elapsed:
    """Time from the start of the real event source to the end of the last of `count` records, joining included.

    `functions`: an instance for each partition, as Lambda runs them.
    """
    instances = itertools.cycle(functions)

    def delivered() -> int:
        return sum(function.records for function in functions)

    properties = {
        "FunctionName": "f",
        "Topics": [topic],
        "BatchSize": batch_size,
        "MaximumBatchingWindowInSeconds": 0,
    }
    config = {"SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": f"bench-{uuid.uuid4().hex[:8]}"}}
    mapping = mapping_from("Bench", properties | config)
    parts = PollerParts(
        settings=consumer_settings(bootstrap, {}, 6000),
        envelope=EventEnvelope(bootstrap),
        make_invoker=lambda: next(instances),  # type: ignore[arg-type,return-value]  # an Invoker that also closes
        destination=None,
        backoff=Backoff(),
    )
    status = MappingStatus(mapping.name, topic, mapping.function, mapping.group_id)
    poller = Poller(mapping, parts, status)
    thread = threading.Thread(target=poller.run, daemon=True)
    until = time.monotonic() + LONGEST_S
    with measured() as elapsed:
        thread.start()
        while delivered() < count and time.monotonic() < until:
            time.sleep(0.005)
    poller.stop()
    thread.join(30)
    if delivered() != count:
        raise AssertionError(f"{delivered()} of {count} records after {LONGEST_S:.0f} s")
    return elapsed


def drain_one_at_a_time(bootstrap: str, topic: str, consumer_of_events: OneAtATime, count: int) -> Elapsed:
    """The same for the baseline, of the topic's first `count` records."""
    settings = {**consumer_settings(bootstrap, {}, 6000), "group.id": f"bench-{uuid.uuid4().hex[:8]}"}
    consumer = Consumer(settings)
    left = count
    with measured() as elapsed:
        consumer.subscribe([topic])
        until = time.monotonic() + LONGEST_S
        while left and time.monotonic() < until:
            messages = consumer.consume(min(left, 500), timeout=1.0)
            consumer_of_events.consume(filter(None, (message.value() for message in messages)))
            left -= len(messages)
            if messages:
                consumer.commit(asynchronous=True)
    consumer.close()
    if left:
        raise AssertionError(f"{left} of {count} records left after {LONGEST_S:.0f} s")
    return elapsed
