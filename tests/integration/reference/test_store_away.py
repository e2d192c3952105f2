"""DynamoDB away 11 s / 31 s: the reference lost 3 / 8 changes of state."""

import os
import time
from pathlib import Path

import pytest

from bench.event_set import viewer_json_events
from tests.faults import faulty
from tests.integration.kafka_event_source_rig import Topic
from tests.integration.reference.oracle import assert_nothing_missing_and_nothing_wrong
from tests.integration.reference.pipeline import pipeline, produce

# An invocation gives up after about 4 s: both are longer. The thorough run takes the time of the reference's.
AWAY_S = 31 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 8


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_dynamodb_away_for_longer_than_an_invocation_lives_and_no_change_of_state_is_lost(
    apache_kafka: str, dynamodb_local: str, profiles_table: str, tmp_path: Path
) -> None:
    records = list(viewer_json_events(viewers=200, events_each=100))
    before, during, after = records[:5_000], records[5_000:15_000], records[15_000:]
    topic = Topic(apache_kafka).create()
    with (
        faulty(dynamodb_local) as store,
        pipeline(tmp_path, topic, store.endpoint, profiles_table, batch_size=500) as running,
    ):
        produce(topic, before)
        topic.wait_until_drained(within_s=300)
        store.refuses_connections = True
        steps = AWAY_S * 2
        for step in range(steps):
            produce(topic, during[step * len(during) // steps : (step + 1) * len(during) // steps])
            time.sleep(0.5)
        running.wait_until_failed(within_s=120)  # and then it is tried again
        assert topic.lag() == len(during), "nothing is committed that isn't stored"
        store.refuses_connections = False
        came_back = time.monotonic()
        produce(topic, after)
        topic.wait_until_drained(within_s=300)
        caught_up_s = time.monotonic() - came_back
        failed = running.records()["failed"]
    wanted = assert_nothing_missing_and_nothing_wrong(
        dynamodb_local, profiles_table, [value for _, value in records]
    )
    print(
        f"away {AWAY_S} s while {len(during)} events came; {failed} records in failed invocations; "
        f"{len(wanted.sessions)} sessions and {len(wanted.rows)} rows: 0 missing, 0 wrong; "
        f"caught up {caught_up_s:.1f} s after it was back"
    )
