"""SIGKILL at 90,490 of 200,000 events, restart: the reference missed 421 rows and had 813 wrong."""

import time
from pathlib import Path

import pytest

from bench.event_set import viewer_json_events
from tests.integration.kafka_event_source_rig import Topic
from tests.integration.reference.oracle import assert_nothing_missing_and_nothing_wrong
from tests.integration.reference.pipeline import pipeline, produce

KILL_AT = 90_490


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_sigkill_at_90490_of_200000_events_then_restart_nothing_is_missing_and_nothing_wrong(
    apache_kafka: str, dynamodb_local: str, profiles_table: str, tmp_path: Path
) -> None:
    records = list(viewer_json_events())
    assert len(records) == 200_000
    topic = Topic(apache_kafka).create()
    produce(topic, records)

    started = time.monotonic()
    with pipeline(tmp_path, topic, dynamodb_local, profiles_table, kill_at=KILL_AT) as first:
        first.wait_until_killed(within_s=600)
    killed = time.monotonic()
    before = first.records()
    lag = topic.lag()
    assert before["begun"] >= KILL_AT
    under_way = before["begun"] - before["done"] - before["failed"]
    assert under_way > 0, "killed in mid-batch"
    assert lag >= len(records) - before["done"]

    restarted = time.monotonic()
    with pipeline(tmp_path, topic, dynamodb_local, profiles_table) as second:
        topic.wait_until_drained(within_s=600)
    drained = time.monotonic()
    again = before["begun"] + second.records()["begun"] - len(records)
    assert again >= under_way, "what was under way came again"

    wanted = assert_nothing_missing_and_nothing_wrong(
        dynamodb_local, profiles_table, [value for _, value in records]
    )
    took_s = killed - started + drained - restarted
    print(
        f"killed after {before['done']} of {len(records)} events, {under_way} under way; {again} delivered again; "
        f"{len(wanted.sessions)} sessions and "
        f"{len(wanted.rows)} rows: 0 missing, 0 wrong; {took_s:.1f} s, {len(records) / took_s:.0f} events/s"
    )
