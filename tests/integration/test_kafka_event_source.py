"""The event source as a process against real brokers, with a recording stand-in for Lambda."""

from pathlib import Path

import pytest

from tests.integration.kafka_event_source_rig import Topic, lambda_double, poller, template


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
