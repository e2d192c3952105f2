"""StartingPosition against what the group has committed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from kafka_event_source.record import Partition
from kafka_event_source.starting import starting_offsets
from tests.unit.kafka_event_source.making import mapping

P0, P1 = Partition("events", 0), Partition("events", 1)


@dataclass
class Log:
    """Two partitions with offsets 100 to 200, a record a second from time 0 on."""

    group: dict[Partition, int] = field(default_factory=dict)

    def committed(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        return {partition: self.group.get(partition) for partition in partitions}

    def ends(self, partition: Partition) -> tuple[int, int]:
        return 100, 200

    def offset_at(self, partition: Partition, timestamp_ms: int) -> int:
        return min(200, 100 + -(-timestamp_ms // 1000))


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"StartingPosition": "TRIM_HORIZON"}, 100),
        ({"StartingPosition": "LATEST"}, 200),
        ({"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 7.5}, 108),
        ({"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 9999}, 200),
    ],
)
def test_a_new_group_starts_at_the_starting_position(properties: dict[str, object], expected: int) -> None:
    assert starting_offsets(mapping(**properties), [P0, P1], [P0, P1], Log()) == {P0: expected, P1: expected}


@pytest.mark.parametrize("position", ["TRIM_HORIZON", "LATEST"])
def test_committed_offsets_win_over_the_starting_position(position: str) -> None:
    log = Log({P0: 150, P1: 160})
    assert starting_offsets(mapping(StartingPosition=position), [P1], [P0, P1], log) == {P1: 160}


def test_a_partition_added_later_is_read_from_its_beginning_even_with_latest() -> None:
    log = Log({P0: 150})
    assert starting_offsets(mapping(StartingPosition="LATEST"), [P0, P1], [P0, P1], log) == {P0: 150, P1: 100}
