"""The topic that the demo's events go through."""

from collections.abc import Mapping

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from laptop.failure import DemoFailed
from laptop.places import PARTITIONS, TOPIC

EMBEDDED = {"retention.ms": "120000", "segment.ms": "30000"}
"""The embedded broker holds all records in memory, and writes all of them to a file twice a second: two minutes of
them, where Kafka's default is a week. It lets go of whole segments."""


def create_topic(bootstrap: str, config: Mapping[str, str]) -> None:
    """Create the topic where it is absent. Raises DemoFailed when the broker refuses or stays silent for 15 s."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0, "broker.address.family": "v4"})
    created = admin.create_topics(
        [NewTopic(TOPIC, num_partitions=PARTITIONS, replication_factor=1, config=dict(config))],
        operation_timeout=10,
    )
    try:
        created[TOPIC].result(timeout=15)
    except KafkaException as problem:
        if problem.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise DemoFailed(
                f"Kafka at {bootstrap} did not create topic {TOPIC}: {problem.args[0].str()}"
            ) from None
    except TimeoutError:
        raise DemoFailed(f"Kafka at {bootstrap} did not answer within 15 s: is the address right?") from None
