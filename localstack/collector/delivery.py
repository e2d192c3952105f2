"""Lines -> Kafka, each awaited until the broker has acknowledged it."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException, Message, Producer

DELIVERY_TIMEOUT_S = 5.0  # a tracker waits about that long; it keeps what was refused and sends it again
_QUEUE_MESSAGES = 100_000


class NotDelivered(Exception):
    """The broker didn't take all of it in time. What it did take comes again with the tracker's retry."""


class TooLarge(Exception):
    """A line over the broker's limit for one record."""


@dataclass(frozen=True)
class Record:
    """`key`: the viewer, so that one viewer is one partition; None where the event has no viewer."""

    key: str | None
    value: bytes


class KafkaDelivery:
    """An idempotent producer (acks=all) whose records can be awaited from one event loop."""

    def __init__(self, bootstrap_servers: str, topic: str, timeout_s: float = DELIVERY_TIMEOUT_S) -> None:
        self._topic = topic
        self._settings = {
            "bootstrap.servers": bootstrap_servers,
            "acks": "all",
            "enable.idempotence": True,
            "delivery.timeout.ms": int(timeout_s * 1000),
            "linger.ms": 5,
            "compression.type": "lz4",  # a demo's broker keeps minutes of lines in memory
            "partitioner": "murmur2_random",  # where Java producers put the same key
            "queue.buffering.max.messages": _QUEUE_MESSAGES,
            "log_level": 2,  # a broker that is away shows by 503 and the counters, not by a line a second
        }
        self._producer = Producer(self._settings)
        self._stopping = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="kafka-delivery", daemon=True)
        self._poller.start()

    async def deliver(self, records: Sequence[Record]) -> None:
        """Return when all are acknowledged. Raises TooLarge, or NotDelivered after the delivery timeout."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        batch = _Batch(len(records), loop, done)
        producer = self._producer
        for number, record in enumerate(records):
            try:
                producer.produce(self._topic, record.value, record.key, on_delivery=batch.delivered)
            except BufferError:
                batch.abandon(len(records) - number)
                break
            except KafkaException as error:
                self._replace_if_fatal(producer, error.args[0])
                batch.refuse(error.args[0])
        await done
        if batch.errors:
            for fault in batch.errors:
                self._replace_if_fatal(producer, fault)
            if any(fault.code() == KafkaError.MSG_SIZE_TOO_LARGE for fault in batch.errors):
                raise TooLarge
            raise NotDelivered(", ".join(sorted({fault.name() for fault in batch.errors})))

    def close(self) -> None:
        """Give what is under way its last chance (bounded by the delivery timeout), then stop."""
        self._producer.flush(self._settings["delivery.timeout.ms"] / 1000)  # type: ignore[operator]
        self._stopping.set()
        self._poller.join(timeout=2)

    def _poll(self) -> None:
        while not self._stopping.is_set():
            self._producer.poll(0.2)

    def _replace_if_fatal(self, producer: Producer, error: KafkaError) -> None:
        """After a fatal error (its id was lost by the broker) an idempotent producer never delivers again."""
        if error.fatal() and producer is self._producer:
            self._producer = Producer(self._settings)


class _Batch:
    """Counts the acknowledgements of one request; called from the poller's thread and from the loop's."""

    def __init__(self, count: int, loop: asyncio.AbstractEventLoop, done: asyncio.Future[None]) -> None:
        self.errors: list[KafkaError] = []
        self._left = count
        self._loop = loop
        self._done = done
        self._lock = threading.Lock()
        if not count:
            done.set_result(None)

    def delivered(self, error: KafkaError | None, _message: Message) -> None:
        self._settle(1, error)

    def refuse(self, error: KafkaError) -> None:
        self._settle(1, error)

    def abandon(self, count: int) -> None:
        self._settle(count, KafkaError(KafkaError._QUEUE_FULL))

    def _settle(self, count: int, error: KafkaError | None) -> None:
        with self._lock:
            if error is not None:
                self.errors.append(error)
            self._left -= count
            finished = self._left == 0
        if finished:
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        if not self._done.done():  # the client may have gone
            self._done.set_result(None)
