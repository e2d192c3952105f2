"""Sends simulated events as a site would: through Snowplow's Python tracker to a collector."""

import logging
from threading import Lock

from snowplow_tracker import AsyncEmitter, SelfDescribing, SelfDescribingJson, Subject, Tracker

from simulator.playback import MEDIA
from simulator.watcher import SimulatedEvent

logging.getLogger("snowplow_tracker.emitters").setLevel(logging.WARNING)


class CollectorOutput:
    """One tracker a viewer, one emitter for all: events wait at most as long as the caller's `flush` interval."""

    def __init__(self, collector_url: str, batch_size: int = 20) -> None:
        self._emitter = AsyncEmitter(
            collector_url,
            batch_size=batch_size,
            request_timeout=10,
            max_retry_delay_seconds=5,
            buffer_capacity=100_000,
            on_success=self._sent,
        )
        self._trackers: dict[str, Tracker] = {}
        self._lock = Lock()
        self.sent = 0

    def send(self, event: SimulatedEvent) -> None:
        body = SelfDescribingJson(f"{MEDIA}/{event.name}_event/jsonschema/1-0-0", event.payload)
        entities = [SelfDescribingJson(entity["schema"], entity["data"]) for entity in event.entities]
        self._tracker(event).track(SelfDescribing(body, context=entities))

    def flush(self) -> None:
        self._emitter.flush()

    def close(self) -> None:
        """Send what waits, and wait until it is sent."""
        self._emitter.sync_flush()

    def _tracker(self, event: SimulatedEvent) -> Tracker:
        tracker = self._trackers.get(event.viewer_id)
        if tracker is None:
            setup = event.setup
            subject = Subject().set_platform(setup.device.platform).set_user_id(event.viewer_id)
            # One process tells of many devices: what the request itself would show, the protocol has fields for.
            subject.set_useragent(setup.device.useragent).set_ip_address(setup.ip_address)
            tracker = Tracker("simulator", self._emitter, subject=subject, app_id=setup.app, encode_base64=False)
            self._trackers[event.viewer_id] = tracker
        return tracker

    def _sent(self, events: list[dict[str, str]]) -> None:
        with self._lock:
            self.sent += len(events)
