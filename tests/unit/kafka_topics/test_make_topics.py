"""What may pass is tried again while there is time; what can't is told at once."""

from types import SimpleNamespace
from typing import Any

import pytest
from kafka.errors import (
    InvalidReplicationFactorError,
    KafkaError,
    KafkaTimeoutError,
    ThrottlingQuotaExceededError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
)

from kafka_topics import make_topics as module
from kafka_topics.make_topics import PAUSE_S, TopicsNotMade, handler, make_topics
from kafka_topics.topic_changes import FewerPartitions, Partitions, TopicChanges


class Cluster:
    """Topics in memory; each call of apply takes the next of `faults`, where None is success."""

    def __init__(self, existing: dict[str, int], *faults: KafkaError | None) -> None:
        self.topics = existing
        self.applied: list[TopicChanges] = []
        self._faults = list(faults)

    def partitions(self, topics: Partitions) -> dict[str, int]:
        return {topic: count for topic, count in self.topics.items() if topic in topics}

    def apply(self, planned: TopicChanges) -> None:
        self.applied.append(planned)
        fault = self._faults.pop(0) if self._faults else None
        if fault is not None:
            raise fault
        self.topics |= {**planned.create, **planned.grow}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def made(cluster: Cluster, topics: Partitions, patience_s: float = 60) -> tuple[dict[str, Any], Clock]:
    clock = Clock()
    return make_topics(cluster, topics, patience_s, lambda: clock.now, clock.sleep), clock


def test_it_reports_what_it_made() -> None:
    told, clock = made(Cluster({"b": 2, "other": 9}), {"a": 4, "b": 4, "c": 4})
    assert told == {"created": ["a", "c"], "grown": ["b"]}
    assert clock.slept == []


def test_made_again_nothing_is_asked_of_the_cluster() -> None:
    cluster = Cluster({"a": 4})
    assert made(cluster, {"a": 4})[0] == {"created": [], "grown": []}
    assert cluster.applied == []


@pytest.mark.parametrize(
    "fault", [TopicAuthorizationFailedError(), KafkaTimeoutError(), ThrottlingQuotaExceededError()]
)
def test_what_may_pass_is_tried_again(fault: KafkaError) -> None:
    cluster = Cluster({}, fault, fault, None)
    told, clock = made(cluster, {"a": 4})
    assert told["created"] == ["a"]
    assert clock.slept == [PAUSE_S, PAUSE_S]


def test_a_topic_that_an_attempt_before_made_is_found() -> None:
    cluster = Cluster({}, TopicAlreadyExistsError())
    original = cluster.apply

    def made_but_not_told(planned: TopicChanges) -> None:
        cluster.topics["a"] = 4
        original(planned)

    cluster.apply = made_but_not_told  # type: ignore[method-assign]
    assert made(cluster, {"a": 4})[0] == {"created": [], "grown": []}


def test_patience_ends_with_the_last_cause() -> None:
    cluster = Cluster({}, *[TopicAuthorizationFailedError("a")] * 99)
    with pytest.raises(TopicsNotMade, match=r"no success within the time there is.*TopicAuthorizationFailedError"):
        made(cluster, {"a": 4}, patience_s=12)
    assert len(cluster.applied) == 3


def test_what_cannot_pass_is_reported_at_once() -> None:
    cluster = Cluster({}, InvalidReplicationFactorError())
    with pytest.raises(TopicsNotMade, match="the cluster refused a: InvalidReplicationFactorError"):
        made(cluster, {"a": 4})
    assert len(cluster.applied) == 1


def test_when_one_topic_is_refused_no_other_is_touched() -> None:
    cluster = Cluster({"a": 8})
    with pytest.raises(FewerPartitions):
        made(cluster, {"a": 4, "new": 4})
    assert cluster.applied == []


def test_no_connection_is_a_reason_that_points_to_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_WITHIN_S", 0.2)
    monkeypatch.setattr(module, "MSK_IAM", {})
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 240_000)
    with pytest.raises(TopicsNotMade, match=r"no connection to 127\.0\.0\.1:1 .*log"):
        handler({"bootstrap_servers": "127.0.0.1:1", "topics": {"a": 4}}, context)
