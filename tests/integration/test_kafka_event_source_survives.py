"""What happens to brokers, pollers, the emulator and functions may delay records, never lose or reorder them.

Every test ends with the same count: each record delivered at least once, none ahead of the one before it in its
partition, lag 0. Each runs `python -m kafka_event_source` against Apache Kafka.
"""

import os
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.service import free_port, start
from tests.integration.kafka_event_source_rig import (
    FAILS,
    OK,
    SESSION_TIMEOUT_OF_THE_KILLED_S,
    THROTTLES,
    Answer,
    Event,
    LambdaDouble,
    Topic,
    killed_at_the_end,
    lambda_double,
    own_broker,
    poller,
    template,
    values_of,
)

# For how long a function fails; a minute with LIVE_VIEWERS_THOROUGH=1.
FAILING_S = 60 if os.environ.get("LIVE_VIEWERS_THOROUGH") == "1" else 6


def slowly(event: Event) -> Answer:
    time.sleep(0.05)
    return OK


def wait_until(function: LambdaDouble, invocations: int) -> None:
    until = time.monotonic() + 60
    while len(function.invocations) < invocations:
        assert time.monotonic() < until, f"only {len(function.invocations)} invocations"
        time.sleep(0.01)


@pytest.mark.slow
def test_a_poller_killed_in_mid_batch_is_replaced_by_another(apache_kafka: str, tmp_path: Path) -> None:
    topic = Topic(apache_kafka).create()
    topic.produce(1500)
    killed = threading.Event()

    def hold_the_rest(event: Event) -> Answer:
        """Answers ten batches; the others are under way until the poller is dead."""
        if len(function.invocations) >= 10:
            killed.wait(150)
        return OK

    with lambda_double(behave=hold_the_rest) as function:
        mapping = template(tmp_path, topic)
        with poller(mapping, function.endpoint, session_timeout_s=SESSION_TIMEOUT_OF_THE_KILLED_S) as first:
            wait_until(function, 10)
            # What was answered is committed.
            topic.wait_for_lag(lambda: len(topic.produced) - len(function.values))
            assert len(function.values) < len(topic.produced)
            first.kill()
        killed.set()
        with poller(mapping, function.endpoint, session_timeout_s=SESSION_TIMEOUT_OF_THE_KILLED_S):
            topic.wait_until_drained()
    function.assert_all_delivered_in_order(topic.produced)
    twice = len(function.values) - len(set(function.values))
    assert 0 < twice <= 4 * 50, "more than the batch of each partition that was under way was delivered again"


@pytest.mark.slow
def test_a_broker_that_crashes_and_comes_back_is_waited_for(tmp_path: Path) -> None:
    service = own_broker(port := free_port(), tmp_path / "broker")
    with lambda_double(behave=slowly) as function, ExitStack() as stack:
        with killed_at_the_end(start(service, tmp_path / "broker.log")):
            topic = Topic(f"127.0.0.1:{port}").create()
            topic.produce(600)
            stack.enter_context(poller(template(tmp_path, topic), function.endpoint))
            wait_until(function, 4)
        time.sleep(0.5)
        stack.enter_context(killed_at_the_end(start(service, tmp_path / "broker.log")))
        topic.produce(600)
        topic.wait_until_drained()
    function.assert_all_delivered_in_order(topic.produced)


def test_a_second_poller_joins_and_leaves(apache_kafka: str, tmp_path: Path) -> None:
    topic = Topic(apache_kafka).create()
    with lambda_double() as function:
        mapping = template(tmp_path, topic)
        with poller(mapping, function.endpoint) as first:
            first.wait_for("partition assigned")
            topic.produce(500)
            with poller(mapping, function.endpoint) as second:
                taken = second.wait_for("partition assigned")
                assert taken["partition"].startswith(topic.name)
                topic.produce(500)
                topic.wait_until_drained()
                assert second.stop() == 0
            topic.produce(500)
            topic.wait_until_drained()
    function.assert_all_delivered_in_order(topic.produced)


def test_records_of_a_partition_added_later_are_delivered_from_its_beginning(
    apache_kafka: str, tmp_path: Path
) -> None:
    topic = Topic(apache_kafka).create()
    mapping = template(tmp_path, topic, StartingPosition="LATEST")
    with lambda_double() as function, poller(mapping, function.endpoint) as running:
        running.wait_for("partition assigned")
        topic.produce(400)
        topic.wait_until_drained()
        topic.add_partition()
        topic.produce(400)
        topic.wait_until_drained()
    assert f"{topic.name}-4" in function.delivered
    function.assert_all_delivered_in_order(topic.produced)


def test_a_restarted_emulator_is_waited_for(apache_kafka: str, tmp_path: Path) -> None:
    topic = Topic(apache_kafka).create()
    topic.produce(1000)
    with lambda_double(behave=slowly) as function, poller(template(tmp_path, topic), function.endpoint):
        wait_until(function, 4)
        function.stop()
        time.sleep(1)
        function.start()
        topic.wait_until_drained()
    function.assert_all_delivered_in_order(topic.produced)


@pytest.mark.parametrize("answer", [FAILS, THROTTLES], ids=["failing", "throttled"])
def test_a_function_that_fails_for_a_while_gets_everything_afterwards(
    answer: Answer, apache_kafka: str, tmp_path: Path
) -> None:
    topic = Topic(apache_kafka).create()
    topic.produce(1000)
    asked_first: list[float] = []

    def behave(event: Event) -> Answer:
        asked_first.append(time.monotonic())
        return OK if asked_first[-1] > asked_first[0] + FAILING_S else answer

    with lambda_double(behave=behave) as function, poller(template(tmp_path, topic), function.endpoint):
        topic.wait_until_drained(within_s=FAILING_S + 120)
    failures = sum(not good for _, good in function.invocations)
    assert 8 <= failures <= 400 * FAILING_S / 6, "backed off, neither a busy loop nor a stall"
    function.assert_all_delivered_in_order(topic.produced)
    assert len(function.values) == len(topic.produced)


def test_a_poison_record_blocks_only_its_partition_until_it_is_given_up(apache_kafka: str, tmp_path: Path) -> None:
    topic = Topic(apache_kafka).create()
    topic.produce(400)
    poison = "41"  # in partition 1

    def behave(event: Event) -> Answer:
        return FAILS if poison in values_of(event) else OK

    mapping = template(
        tmp_path,
        topic,
        ProvisionedPollerConfig={"MinimumPollers": 1, "MaximumPollers": 1},
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=2,
    )
    with lambda_double(behave=behave) as function, poller(mapping, function.endpoint) as running:
        topic.wait_until_drained()
        given_up = running.wait_for("discarded")
        assert given_up["offsets"] == [10, 10]
    assert set(topic.produced) - set(function.values) == {poison}
    alone = [event for event, _ in function.invocations if values_of(event) == [poison]]
    assert len(alone) == 3, "one try and two retries"
