"""Where each partition starts: committed offsets first, StartingPosition for a group that is new to the topic."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from kafka_event_source.mapping import EventSourceMapping, StartingPosition
from kafka_event_source.record import Partition


class TopicLog(Protocol):
    """What the broker knows of a topic's partitions. Offsets of the group are None where it committed none."""

    def committed(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]: ...

    def ends(self, partition: Partition) -> tuple[int, int]:
        """The first offset there is, and the one the next record will get."""

    def offset_at(self, partition: Partition, timestamp_ms: int) -> int:
        """The first offset at or after a time, the log's end when there is none."""


def starting_offsets(
    mapping: EventSourceMapping, assigned: Sequence[Partition], all_partitions: Sequence[Partition], log: TopicLog
) -> dict[Partition, int]:
    """The offset to read first in each of `assigned`, partitions among `all_partitions` of the topic.

    A partition without a committed offset in a group that has some elsewhere was added later: it is read from its
    beginning whatever StartingPosition is, since its first records came after the mapping did.
    """
    committed = log.committed(all_partitions)
    group_is_new = all(offset is None for offset in committed.values())
    first = _first_position(mapping, log) if group_is_new else lambda partition: log.ends(partition)[0]
    found = {}
    for partition in assigned:
        offset = committed.get(partition)
        found[partition] = first(partition) if offset is None else offset
    return found


def _first_position(mapping: EventSourceMapping, log: TopicLog) -> Callable[[Partition], int]:
    if mapping.starting_position is StartingPosition.LATEST:
        return lambda partition: log.ends(partition)[1]
    if mapping.starting_position is StartingPosition.AT_TIMESTAMP and mapping.starting_timestamp_ms is not None:
        moment = mapping.starting_timestamp_ms
        return lambda partition: log.offset_at(partition, moment)
    return lambda partition: log.ends(partition)[0]
