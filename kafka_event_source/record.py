"""A Kafka record on its way to a function, with its part of the event already written.

A record is encoded once, when it is taken from the broker: retrying and splitting a batch then only joins bytes.
"""

import json
from binascii import b2a_base64
from collections.abc import Sequence
from typing import NamedTuple

TIMESTAMP_TYPES = {1: "CREATE_TIME", 2: "LOG_APPEND_TIME"}  # librdkafka's numbers; 0 means no timestamp

Headers = Sequence[tuple[str, bytes | None]]


class Partition(NamedTuple):
    """One partition of a topic; `name` is the key of AWS's event and of its batch item failures."""

    topic: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.topic}-{self.number}"


class Record(NamedTuple):
    """`timestamp_ms` is -1 when the broker gave none; `encoded` is the record as JSON in AWS's shape."""

    partition: Partition
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    encoded: bytes


class RecordEncoder:
    """Writes the records of one partition as AWS does.

    Values and keys are base64, header bytes are signed numbers (they are Java bytes there), a null value
    (tombstone) is null, and a null key is left out.
    """

    def __init__(self, partition: Partition) -> None:
        topic = json.dumps(partition.topic)
        self._partition = partition
        self._start = f'{{"topic":{topic},"partition":{partition.number},"offset":'.encode()

    def encode(
        self,
        offset: int,
        timestamp_ms: int,
        timestamp_type: int,
        key: bytes | None,
        value: bytes | None,
        headers: Headers | None,
    ) -> Record:
        kind = TIMESTAMP_TYPES.get(timestamp_type, "NO_TIMESTAMP_TYPE")
        encoded = b"".join(
            (
                self._start,
                b'%d,"timestamp":%d,"timestampType":"%s"' % (offset, timestamp_ms, kind.encode()),
                b"" if key is None else b',"key":"%s"' % b2a_base64(key, newline=False),
                b',"value":null' if value is None else b',"value":"%s"' % b2a_base64(value, newline=False),
                b',"headers":%s}' % (_headers(headers) if headers else b"[]"),
            )
        )
        return Record(self._partition, offset, timestamp_ms, key, value, encoded)


def _headers(headers: Headers) -> bytes:
    return json.dumps(
        [
            {name: None if value is None else [byte - 256 if byte > 127 else byte for byte in value]}
            for name, value in headers
        ],
        separators=(",", ":"),
    ).encode()
