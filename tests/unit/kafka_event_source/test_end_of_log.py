"""At the topic's end the partitions rest until a record comes, and never while anything is left to read."""

from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaException

from kafka_event_source.end_of_log import PAUSED_WAIT_S, READING_WAIT_S, EndOfLogPause
from kafka_event_source.record import Partition

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


def at_the_end() -> tuple[PausedPartitions, Ends, EndOfLogPause]:
    consumer, ends = PausedPartitions(), Ends({ONE: 5, TWO: 7})
    end_of_log = EndOfLogPause(consumer, ends)  # type: ignore[arg-type]  # pausing is all it does with a consumer
    end_of_log.assigned({ONE: 5, TWO: 6})
    end_of_log.read(TWO, 6)
    end_of_log.check_ends()
    return consumer, ends, end_of_log


def test_at_the_end_of_all_partitions_they_rest() -> None:
    consumer, _, end_of_log = at_the_end()
    assert consumer.paused == {ONE, TWO}
    assert end_of_log.wait_s(1) == PAUSED_WAIT_S


def test_a_partition_with_records_left_keeps_all_of_them_reading() -> None:
    consumer = PausedPartitions()
    end_of_log = EndOfLogPause(consumer, Ends({ONE: 5, TWO: 7}))  # type: ignore[arg-type]  # as above
    end_of_log.assigned({ONE: 5, TWO: 6})
    end_of_log.check_ends()
    assert consumer.paused == set()
    assert end_of_log.wait_s(1) == READING_WAIT_S


def test_a_new_record_ends_the_pause() -> None:
    consumer, ends, end_of_log = at_the_end()
    ends[ONE] = 6
    end_of_log.check_ends()
    assert consumer.paused == set()


def test_a_topic_that_was_made_anew_is_read_rather_than_paused() -> None:
    consumer, ends, end_of_log = at_the_end()
    ends[ONE] = 0
    end_of_log.check_ends()
    assert consumer.paused == set()


def test_a_broker_that_does_not_answer_is_left_to_the_fetching() -> None:
    consumer, ends, end_of_log = at_the_end()
    ends.away = True
    end_of_log.check_ends()
    assert consumer.paused == set()


def test_a_partition_that_a_full_worker_paused_stays_so_until_it_resumes_it() -> None:
    consumer, _, end_of_log = at_the_end()
    end_of_log.pause(ONE)
    assert not end_of_log.resume(ONE), "while paused it waits for its next record"
    end_of_log.pause(TWO)
    end_of_log.assigned({Partition("events", 2): 0})
    assert consumer.paused == {TWO}
    assert end_of_log.resume(TWO)


def test_a_partition_that_went_elsewhere_no_longer_matters() -> None:
    _, ends, end_of_log = at_the_end()
    ends[ONE] = 6
    end_of_log.revoked([ONE])
    end_of_log.check_ends()
    assert end_of_log.paused
