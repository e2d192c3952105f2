"""What is done to a cluster's topics, and what is refused."""

import pytest

from kafka_topics.topic_changes import FewerPartitions, TopicChanges, changes


@pytest.mark.parametrize(
    ("wanted", "existing", "create", "grow"),
    [
        ({"a": 4}, {}, {"a": 4}, {}),
        ({"a": 4}, {"a": 4}, {}, {}),
        ({"a": 8}, {"a": 4}, {}, {"a": 8}),
        ({"a": 4, "b": 4, "c": 4}, {"b": 1, "c": 4}, {"a": 4}, {"b": 4}),
        # No longer named, or never ours.
        ({"a": 4}, {"a": 4, "old": 12}, {}, {}),
        ({}, {"a": 4}, {}, {}),
    ],
)
def test_what_is_missing_is_made(
    wanted: dict[str, int], existing: dict[str, int], create: dict[str, int], grow: dict[str, int]
) -> None:
    assert changes(wanted, existing) == TopicChanges(create, grow)


def test_nothing_to_do_is_false() -> None:
    assert not changes({"a": 4}, {"a": 4})
    assert changes({"a": 5}, {"a": 4})
    assert changes({"a": 4}, {})


def test_fewer_partitions_are_refused_in_words_that_help() -> None:
    with pytest.raises(FewerPartitions) as refused:
        changes({"new": 4, "a": 4, "b": 4}, {"a": 8, "b": 6})
    told = str(refused.value)
    assert "topic a has 8, wanted 4" in told
    assert "topic b has 6, wanted 4" in told
    assert "Set kafka.source.partitions to 8 or more" in told
