"""Writes simulated events straight to the topic, as enriched TSV, for load that no tracker could make."""

import json
import time
import uuid

from confluent_kafka import Producer

from collector.enriched_event import RequestContext, enriched_event
from collector.enrichments import with_enrichments
from live_viewers import __version__
from simulator.playback import MEDIA
from simulator.watcher import SimulatedEvent

_SCHEMA = "iglu:com.snowplowanalytics.snowplow/{}/jsonschema/1-0-0"


def enriched_line(event: SimulatedEvent, at_ms: int) -> bytes:
    """The line that collector and Enrich would have written had the event been tracked at `at_ms` (epoch ms)."""
    body = {"schema": f"{MEDIA}/{event.name}_event/jsonschema/1-0-0", "data": event.payload}
    tracked = {
        "e": "ue",
        "p": event.setup.device.platform,
        "tv": f"simulator-{__version__}",
        "aid": event.setup.app,
        "ua": event.setup.device.useragent,
        "ip": event.setup.ip_address,
        # Repeatable, so that the same seed and clock give the same events.
        "eid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{event.viewer_id} {event.at_s!r} {event.name}")),
        "uid": event.viewer_id,
        "dtm": str(at_ms),
        "stm": str(at_ms),
        "ue_pr": json.dumps({"schema": _SCHEMA.format("unstruct_event"), "data": body}),
        "co": json.dumps({"schema": _SCHEMA.format("contexts"), "data": event.entities}),
    }
    return with_enrichments(enriched_event(tracked, RequestContext(collector_ms=at_ms))).line()


class KafkaOutput:
    """Keyed by viewer. An event's time is the moment it is sent."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "broker.address.family": "v4",
                "linger.ms": 20,
                "compression.type": "lz4",
                "queue.buffering.max.messages": 500_000,
            }
        )
        self._topic = topic
        self.sent = 0

    def send(self, event: SimulatedEvent) -> None:
        line = enriched_line(event, time.time_ns() // 1_000_000)
        while True:
            try:
                self._producer.produce(self._topic, value=line, key=event.viewer_id, on_delivery=self._delivered)
                return
            except BufferError:  # the broker is slower than we are
                self._producer.poll(0.5)

    def flush(self) -> None:
        self._producer.poll(0)

    def close(self) -> None:
        self._producer.flush(30)

    def _delivered(self, error: object, _message: object) -> None:
        if error is None:
            self.sent += 1
