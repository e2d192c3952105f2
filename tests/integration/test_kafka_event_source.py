"""The event source as a process against real brokers, with a recording stand-in for Lambda."""

import time
from pathlib import Path

import psutil
import pytest

from tests.integration.kafka_event_source_rig import Topic, lambda_double, poller, template


def cpu_s(process: int) -> float:
    used = psutil.Process(process).cpu_times()
    return float(used.user + used.system)


@pytest.mark.parametrize("broker", ["apache_kafka", "embedded_kafka"])
def test_every_record_reaches_the_function_in_order_and_is_committed(
    broker: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    topic = Topic(request.getfixturevalue(broker)).create()
    topic.produce(2000)
    with lambda_double() as function, poller(template(tmp_path, topic), function.endpoint):
        topic.wait_until_drained()
        topic.produce(500)
        topic.wait_until_drained()
        assert sorted(function.values, key=int) == topic.produced
        function.assert_all_delivered_in_order(topic.produced)


@pytest.mark.parametrize("broker", ["apache_kafka", "embedded_kafka"])
def test_while_nothing_arrives_it_costs_next_to_nothing(
    broker: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    topic = Topic(request.getfixturevalue(broker)).create()
    topic.produce(40)
    with lambda_double() as function, poller(template(tmp_path, topic), function.endpoint) as running:
        topic.wait_until_drained()
        time.sleep(1)
        before, started = cpu_s(running.process.pid), time.monotonic()
        time.sleep(4)
        share = (cpu_s(running.process.pid) - before) / (time.monotonic() - started)
        print(f"{share:.1%} of a core")
        assert share < 0.05, f"{share:.0%} of a core"
        topic.produce(40)
        topic.wait_until_drained()
    function.assert_all_delivered_in_order(topic.produced)
