"""What is to be done so that a cluster has the topics that are wanted. Plain values, no Kafka."""

from collections.abc import Mapping
from dataclasses import dataclass

Partitions = Mapping[str, int]
"""Number of partitions by topic."""


class FewerPartitions(Exception):
    """A topic has more partitions than are wanted, and Kafka can't take them away; the message names each."""


@dataclass(frozen=True)
class TopicChanges:
    """Topics to create, and topics to grow to a number of partitions."""

    create: Partitions
    grow: Partitions

    def __bool__(self) -> bool:
        return bool(self.create or self.grow)


def changes(wanted: Partitions, existing: Partitions) -> TopicChanges:
    """From what exists to what is wanted. Topics that aren't wanted are left alone. Raises FewerPartitions."""
    larger = {topic: existing[topic] for topic in wanted if existing.get(topic, 0) > wanted[topic]}
    if larger:
        fewer = ", ".join(f"topic {topic} has {count}, wanted {wanted[topic]}" for topic, count in larger.items())
        raise FewerPartitions(
            f"partitions can't be taken away: {fewer}. "
            f"Set kafka.source.partitions to {max(larger.values())} or more."
        )
    return TopicChanges(
        create={topic: count for topic, count in wanted.items() if topic not in existing},
        grow={topic: count for topic, count in wanted.items() if 0 < existing.get(topic, 0) < count},
    )
