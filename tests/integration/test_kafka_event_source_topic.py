"""A mapping whose topic isn't there: named at once, waited for, and read once it is made."""

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.integration.kafka_event_source_rig import Topic, lambda_double, poller, template


@pytest.mark.parametrize("broker", ["apache_kafka", "embedded_kafka"])
def test_a_missing_topic_is_named_and_read_once_it_is_there(
    broker: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    topic = Topic(request.getfixturevalue(broker), partitions=2)
    mapping = template(tmp_path, topic)
    missing = f"topic '{topic.name}' does not exist at {topic.bootstrap}: waiting for it"
    with lambda_double() as function, poller(mapping, function.endpoint, "--status-port", "0") as running:
        running.wait_for(missing)
        status = running.wait_for("status page")["url"] + "status.json"
        assert reported(status)["last_problem"] == missing
        topic.create()
        topic.produce(20)
        running.wait_for("the topic is there")
        topic.wait_until_drained()
        assert len(function.values) == 20
        assert (reported(status)["last_problem"], reported(status)["lag"]) == ("", 0)


def reported(url: str, within_s: float = 60) -> dict[str, Any]:
    """The only mapping's status, once its lag is known or a problem stands."""
    until = time.monotonic() + within_s
    while True:
        with urllib.request.urlopen(url, timeout=60) as answer:
            (mapping,) = json.load(answer)["mappings"]
        if mapping["last_problem"] or mapping["lag"] == 0 or time.monotonic() > until:
            found: dict[str, Any] = mapping
            return found
        time.sleep(0.1)
