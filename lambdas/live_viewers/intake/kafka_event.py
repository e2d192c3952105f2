"""AWS's Kafka event, of Amazon MSK (`aws:kafka`) and of self-managed Kafka (`SelfManagedKafka`, formerly
`aws:SelfManagedKafka`).

Records are the event's own dicts, for they are kept only if something is wrong with them. Of each:
`topic`, `partition` (a string in old samples), `offset`, `timestamp` (epoch ms), `key` (base64; may be absent or
null), `value` (base64; null on a tombstone), `headers` (a list of one-entry dicts, the bytes as signed numbers).
"""

from binascii import a2b_base64
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import msgspec

EVENT_SOURCES = frozenset(("aws:kafka", "SelfManagedKafka", "aws:SelfManagedKafka"))

_VALUE = itemgetter("value")
_VALUES = list[bytes | None]


def records_of(event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The records, partition by partition, each partition's in the order of offsets.

    Raises ValueError for an event of another source: a function wired to the wrong thing must not pass unseen.
    """
    if event.get("eventSource") not in EVENT_SOURCES:
        raise ValueError(f"not a Kafka event: its eventSource is {event.get('eventSource')!r}")
    return chain.from_iterable(event["records"].values())


def value_of(record: Mapping[str, Any]) -> bytes | None:
    """The value's bytes; None for a tombstone.

    msgspec's base64 takes a third of binascii's time, and refuses some of what that reads: there that decides.
    """
    value = record.get("value")
    if value is None:
        return None
    try:
        return msgspec.convert(value, bytes)
    except (msgspec.ValidationError, UnicodeError):
        return a2b_base64(value)


def values_of(records: Sequence[Mapping[str, Any]]) -> list[bytes | Exception | None]:
    """`value_of` each, in one call for all of them; what it raises stands in the place of what can't be read."""
    try:
        values: list[bytes | Exception | None] = msgspec.convert([*map(_VALUE, records)], _VALUES)
        return values
    except Exception:
        return [_value_or_fault(record) for record in records]


def _value_or_fault(record: Mapping[str, Any]) -> bytes | Exception | None:
    try:
        return value_of(record)
    except Exception as fault:
        return fault


def headers_of(record: Mapping[str, Any]) -> dict[str, bytes]:
    """The headers by name; of a name that repeats the last. Bytes come as numbers from -128 to 255."""
    return {
        name: bytes(byte & 0xFF for byte in data)
        for header in record.get("headers") or ()
        for name, data in header.items()
    }
