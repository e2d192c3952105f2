"""A cluster's topics, seen and made through Kafka's admin requests."""

import time
from typing import Any, Self

from kafka import KafkaAdminClient
from kafka.errors import KafkaTimeoutError, NoError, UnknownTopicOrPartitionError, for_code

from kafka_topics.topic_changes import Partitions, TopicChanges, changes

MSK_IAM = {"security_protocol": "SASL_SSL", "sasl_mechanism": "AWS_MSK_IAM"}
"""Signs in with the credentials and the region that botocore finds: in Lambda the role's, from the environment."""

REQUEST_TIMEOUT_S = 15
SEEN_WITHIN_S = 15
LONGEST_S = 4 * REQUEST_TIMEOUT_S + SEEN_WITHIN_S
"""Describing, finding the controller, creating, growing and seeing it can't take longer."""


class KafkaCluster:
    """A connected admin client. Raises the library's KafkaError; use it in a `with` block, which closes it."""

    def __init__(self, bootstrap_servers: str, security: dict[str, Any], connect_within_s: float) -> None:
        """`bootstrap_servers` is host:port, comma separated; `security` the client's settings, such as MSK_IAM.

        Connecting and signing in are tried again until `connect_within_s` is over.
        """
        self._admin = KafkaAdminClient(
            bootstrap_servers=bootstrap_servers.split(","),
            client_id="live-viewers-topics",
            bootstrap_timeout_ms=int(connect_within_s * 1000),
            reconnect_backoff_max_ms=5_000,
            request_timeout_ms=REQUEST_TIMEOUT_S * 1000,
            **security,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()

    def partitions(self, topics: Partitions) -> dict[str, int]:
        """Those of `topics` that exist, with how many partitions they have. Asking creates nothing."""
        found = {}
        for topic in self._admin.describe_topics(list(topics)):
            error = for_code(topic["error_code"])
            if error is NoError:
                found[topic["name"]] = len(topic["partitions"])
            elif error is not UnknownTopicOrPartitionError:
                raise error(topic["name"])
        return found

    def apply(self, planned: TopicChanges) -> None:
        """Create and grow topics, and wait until the cluster tells of it. The replication is the cluster's own."""
        if planned.create:
            self._admin.create_topics({topic: {"num_partitions": n} for topic, n in planned.create.items()})
        if planned.grow:
            self._admin.create_partitions(dict(planned.grow))
        self._wait_until_seen({**planned.create, **planned.grow})

    def _wait_until_seen(self, wanted: Partitions) -> None:
        until = time.monotonic() + SEEN_WITHIN_S
        while changes(wanted, self.partitions(wanted)):
            if time.monotonic() > until:
                raise KafkaTimeoutError(f"the cluster doesn't tell of {', '.join(wanted)} yet")
            time.sleep(0.2)
