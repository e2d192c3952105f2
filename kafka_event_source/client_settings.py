"""librdkafka's settings for a consumer of this event source."""

from collections.abc import Mapping

LOOK_FOR_PARTITIONS_S = 5.0


def consumer_settings(bootstrap: str, security: Mapping[str, str], session_timeout_ms: int) -> dict[str, object]:
    """librdkafka's settings: no automatic commits, quick recovery, short waits."""
    return {
        "bootstrap.servers": bootstrap,
        "client.id": "kafka-event-source",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",  # only when retention has overtaken a committed offset
        "partition.assignment.strategy": "range",
        "session.timeout.ms": session_timeout_ms,
        "heartbeat.interval.ms": max(200, session_timeout_ms // 5),
        "topic.metadata.refresh.interval.ms": int(LOOK_FOR_PARTITIONS_S * 1000),
        "allow.auto.create.topics": False,
        "fetch.wait.max.ms": 250,
        "fetch.queue.backoff.ms": 20,
        "fetch.error.backoff.ms": 100,
        "queued.min.messages": 20_000,
        "queued.max.messages.kbytes": 32_768,
        "reconnect.backoff.ms": 200,
        "reconnect.backoff.max.ms": 1000,
        "socket.connection.setup.timeout.ms": 3000,  # a starting broker takes connections, answers nothing
        "log_level": 2,  # what matters comes through error_cb
        **security,
    }
