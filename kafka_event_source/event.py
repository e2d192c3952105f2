"""AWS's event for a batch of Kafka records, as the bytes of the invocation's payload."""

import json
from collections.abc import Iterable

from kafka_event_source.record import Partition, Record

# Lambda's quota for a synchronous invocation's payload.
MAX_PAYLOAD_BYTES = 6 * 1024 * 1024


class EventEnvelope:
    """What surrounds the records: for Amazon MSK with the cluster's ARN, for a self-managed cluster without."""

    def __init__(self, bootstrap_servers: str, event_source_arn: str | None = None) -> None:
        head: dict[str, str] = {"eventSource": "aws:kafka" if event_source_arn else "SelfManagedKafka"}
        if event_source_arn:
            head["eventSourceArn"] = event_source_arn
        head["bootstrapServers"] = bootstrap_servers
        self.bootstrap_servers = bootstrap_servers
        self.event_source_arn = event_source_arn
        self._start = json.dumps(head, separators=(",", ":"))[:-1].encode() + b',"records":{'

    def size_around(self, partition: Partition) -> int:
        """Bytes of the payload besides the records of one partition (the commas between records excepted)."""
        return len(self._start) + len(json.dumps(partition.name)) + len(":[]") + len("}}")

    def payload(self, records: Iterable[Record]) -> bytes:
        """The event for `records`, grouped by partition in order of first appearance, each in the order given."""
        by_partition: dict[Partition, list[bytes]] = {}
        for record in records:
            group = by_partition.get(record.partition)
            if group is None:
                group = by_partition[record.partition] = []
            group.append(record.encoded)
        groups = [
            json.dumps(partition.name).encode() + b":[" + b",".join(encoded) + b"]"
            for partition, encoded in by_partition.items()
        ]
        return self._start + b",".join(groups) + b"}}"
