"""An example's filters let through what its topics hold: they are run over the golden events."""

import json
from collections.abc import Callable

import pytest
from snowplow_analytics_sdk.event_transformer import transform

from kafka_event_source.filtering import RecordFilter
from kafka_event_source.record import Partition, Record
from stacks.config import load_config
from tests.golden_events import all_tsv_records, records
from tests.unit.stacks.synthesis import CONFIG, EVERY_CONFIG, STAGES

FORMATS: dict[str, Callable[[], list[bytes]]] = {
    "snowplow-enriched-good": all_tsv_records,
    "snowplow-enriched-json": lambda: [
        json.dumps(transform(line.decode()), default=str).encode() for line in all_tsv_records()
    ],
    "viewer-json": lambda: records("reference_viewer_json.jsonl"),
}
"""What the topics of the examples hold, by name."""


def configured(name: str) -> tuple[list[str], list[dict[str, object]]]:
    config = load_config(name, CONFIG if name in STAGES else CONFIG / "examples").kafka
    return config.topics, config.filters


FILTERED = [name for name in EVERY_CONFIG if configured(name)[1]]


def is_media_event(value: bytes) -> bool:
    return json.loads(value)["event_name"] not in ("page_view", "page_ping")


def passes(filters: list[dict[str, object]], topic: str, value: bytes) -> bool:
    criteria = {"Filters": [{"Pattern": json.dumps(one)} for one in filters]}
    record = Record(Partition(topic, 0), 0, 0, None, value, b"")
    return RecordFilter.from_criteria(criteria).passes(record)


def test_there_is_an_example_with_filters() -> None:
    assert FILTERED


@pytest.mark.parametrize("name", FILTERED)
def test_every_media_event_of_every_topic_passes(name: str) -> None:
    topics, filters = configured(name)
    for topic in topics:
        media = [value for value in FORMATS[topic]() if is_media_event(value)]
        assert len(media) >= 8, topic
        assert [value for value in media if not passes(filters, topic, value)] == []


@pytest.mark.parametrize("name", FILTERED)
def test_what_is_to_be_dropped_is_dropped(name: str) -> None:
    topics, filters = configured(name)
    others = [v for topic in topics for v in FORMATS[topic]() if not is_media_event(v)]
    assert others
    assert not [value for value in others if passes(filters, topics[0], value)]
