"""At the topic's end the partitions rest until a record comes, and never while anything is left to read."""

from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaException

from kafka_event_source.record import Partition
from kafka_event_source.tail import READ_S, REST_S, TailRest

ONE, TWO = Partition("events", 0), Partition("events", 1)


class PausedPartitions:
    """The part of a consumer that is used: who is paused."""

    def __init__(self) -> None:
        self.paused: set[Partition] = set()

    def pause(self, partitions: Sequence[Any]) -> None:
        self.paused |= {Partition(one.topic, one.partition) for one in partitions}

    def resume(self, partitions: Sequence[Any]) -> None:
        self.paused -= {Partition(one.topic, one.partition) for one in partitions}


class Ends(dict[Partition, int]):
    away = False

    def __call__(self, asked: Sequence[Partition]) -> dict[Partition, int]:
        if self.away:
            raise KafkaException("no answer")
        return {partition: self[partition] for partition in asked}


def at_the_end() -> tuple[PausedPartitions, Ends, TailRest]:
    consumer, ends = PausedPartitions(), Ends({ONE: 5, TWO: 7})
    tail = TailRest(consumer, ends)  # type: ignore[arg-type]  # pausing is all it does with a consumer
    tail.begin({ONE: 5, TWO: 6})
    tail.read(TWO, 6)
    tail.look()
    return consumer, ends, tail


def test_at_the_end_of_all_partitions_they_rest() -> None:
    consumer, _, tail = at_the_end()
    assert consumer.paused == {ONE, TWO}
    assert tail.wait_s(1) == REST_S


def test_a_partition_with_records_left_keeps_all_of_them_reading() -> None:
    consumer = PausedPartitions()
    tail = TailRest(consumer, Ends({ONE: 5, TWO: 7}))  # type: ignore[arg-type]  # as above
    tail.begin({ONE: 5, TWO: 6})
    tail.look()
    assert consumer.paused == set()
    assert tail.wait_s(1) == READ_S


def test_a_new_record_ends_the_rest() -> None:
    consumer, ends, tail = at_the_end()
    ends[ONE] = 6
    tail.look()
    assert consumer.paused == set()


def test_a_topic_that_was_made_anew_is_read_rather_than_rested_at() -> None:
    consumer, ends, tail = at_the_end()
    ends[ONE] = 0
    tail.look()
    assert consumer.paused == set()


def test_a_broker_that_does_not_answer_is_left_to_the_fetching() -> None:
    consumer, ends, tail = at_the_end()
    ends.away = True
    tail.look()
    assert consumer.paused == set()


def test_a_partition_held_by_a_full_lane_stays_paused_until_it_is_let_go() -> None:
    consumer, _, tail = at_the_end()
    tail.hold(ONE)
    assert not tail.let_go(ONE), "while resting it waits for its next record"
    tail.hold(TWO)
    tail.begin({Partition("events", 2): 0})
    assert consumer.paused == {TWO}
    assert tail.let_go(TWO)


def test_a_partition_that_went_elsewhere_no_longer_matters() -> None:
    _, ends, tail = at_the_end()
    ends[ONE] = 6
    tail.end([ONE])
    tail.look()
    assert tail.resting
