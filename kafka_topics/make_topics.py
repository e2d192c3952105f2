"""Inside the VPC: makes the cluster's topics what they should be. Doing it again changes nothing.

The event is {"bootstrap_servers": "host:port", "topics": {name: number of partitions}}.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

from kafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
)

from kafka_topics.kafka_cluster import LONGEST_S, MSK_IAM, KafkaCluster
from kafka_topics.topic_changes import Partitions, TopicChanges, changes

CONNECT_WITHIN_S = 120.0
"""A role's policy takes a minute or so to reach the brokers, and role and cluster are as new as the topic."""

PAUSE_S = 5.0
PASSING = (
    # The policy again, not yet known to every broker.
    TopicAuthorizationFailedError,
    ClusterAuthorizationFailedError,
    # Made by an attempt that was given up: the next one finds it.
    TopicAlreadyExistsError,
)

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)


class Cluster(Protocol):
    """What is asked of a cluster; both raise KafkaError."""

    def partitions(self, topics: Partitions) -> dict[str, int]:
        """Those of `topics` that exist."""

    def apply(self, planned: TopicChanges) -> None:
        """Create and grow topics."""


class TopicsNotMade(Exception):
    """Time is up, or the cluster refused; the message is CloudFormation's reason."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Returns {"created": [topic], "grown": [topic]}. Raises FewerPartitions and TopicsNotMade."""
    servers = event["bootstrap_servers"]
    topics = {topic: int(count) for topic, count in event["topics"].items()}
    try:
        cluster = KafkaCluster(servers, MSK_IAM, CONNECT_WITHIN_S)
    except KafkaError as error:
        raise TopicsNotMade(f"no connection to {servers} in {CONNECT_WITHIN_S:.0f} s, see the log") from error
    with cluster:
        left_s = context.get_remaining_time_in_millis() / 1000 - LONGEST_S
        return make_topics(cluster, topics, patience_s=left_s)


def make_topics(
    cluster: Cluster,
    topics: Partitions,
    patience_s: float,
    now_s: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """What fails but may pass is begun again for `patience_s`."""
    until = now_s() + patience_s
    while True:
        try:
            planned = changes(topics, cluster.partitions(topics))
            if planned:
                cluster.apply(planned)
        except KafkaError as error:
            problem = f"{type(error).__name__}: {error}"
            if not (error.retriable or isinstance(error, PASSING)):
                raise TopicsNotMade(f"the cluster refused {', '.join(topics)}: {problem}") from error
            if now_s() + PAUSE_S > until:
                raise TopicsNotMade(f"no success within the time there is, at last {problem}") from error
            logger.warning("not yet: %s", problem)
            sleep(PAUSE_S)
        else:
            logger.info("created %s, grown %s", dict(planned.create), dict(planned.grow))
            return {"created": sorted(planned.create), "grown": sorted(planned.grow)}
