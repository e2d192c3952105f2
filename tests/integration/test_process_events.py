"""A batch of Kafka records ends as sessions and timelines in the store, whatever else is in it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import process_events
import pytest

from live_viewers.dynamodb.live_key import live_key_of
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.rejected import RejectedRecord, rejected_objects
from live_viewers.session.media_session import MediaSession
from live_viewers.session.status import Status, status_of
from live_viewers.wire import decoder
from tests.golden_events import TSV_FILES, records
from tests.instances import Instance, RejectedInMemory, stored_items, stored_viewer
from tests.kafka_records import START_MS, enriched_json, event_of, kafka_event, kafka_record

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def instance(dynamodb_local: str, profiles_table: str) -> Instance:
    return Instance(dynamodb_local, profiles_table)


@pytest.fixture
def viewer() -> str:
    return f"viewer-{uuid4()}"


def play_and_pause(viewer: str) -> list[bytes]:
    return [
        enriched_json("play_event", START_MS, viewer=viewer, event_id="e-1"),
        enriched_json("ping_event", START_MS + 30_000, viewer=viewer, event_id="e-2"),
        enriched_json("pause_event", START_MS + 31_000, viewer=viewer, event_id="e-3", player={"paused": True}),
    ]


def table_of(instance: Instance) -> str:
    return instance.settings.viewer_profiles_table


def test_a_batch_becomes_one_session_and_a_timeline_without_pings(instance: Instance, viewer: str) -> None:
    instance.process(event_of(play_and_pause(viewer)))
    sessions, rows = stored_viewer(instance.client, table_of(instance), viewer)
    assert status_of(sessions["session"]) is Status.PAUSED_VIDEO
    assert [row.event_id for row in rows] == ["e-1", "e-3"]


def test_the_same_batch_again_writes_nothing(instance: Instance, viewer: str) -> None:
    instance.process(event_of(play_and_pause(viewer)))
    before = stored_items(instance.client, table_of(instance), viewer)
    instance.process(event_of(play_and_pause(viewer)))
    assert stored_items(instance.client, table_of(instance), viewer) == before


def test_a_version_is_the_time_of_the_write_and_never_goes_back(instance: Instance, viewer: str) -> None:
    play, ping, pause = play_and_pause(viewer)

    def version() -> int:
        return stored_viewer(instance.client, table_of(instance), viewer)[0]["session"].version

    instance.process(event_of([play]), clock_ms=lambda: 5_000)
    assert version() == 5_000
    instance.process(event_of([ping]), clock_ms=lambda: 4_000)
    assert version() == 5_001
    instance.process(event_of([pause]), clock_ms=lambda: 9_000)
    assert version() == 9_000


def test_a_tombstone_and_other_events_are_skipped(instance: Instance, viewer: str) -> None:
    page_view = b'{"event": "page_view", "event_vendor": "com.snowplowanalytics.snowplow", "event_id": "e"}'
    instance.process(event_of([None, page_view, *play_and_pause(viewer)]))
    assert "session" in stored_viewer(instance.client, table_of(instance), viewer)[0]
    assert instance.rejected.records == []


def test_bad_records_are_kept_with_reason_and_coordinates_and_harm_no_neighbour(
    instance: Instance, viewer: str
) -> None:
    bad = [b"not an event", b"[]", b"null", b'{"event_vendor": "x"', b"\xff\xfe\t" * 131]
    instance.process(event_of([*bad, *play_and_pause(viewer)], first_offset=100, partition=3))
    kept = instance.rejected.records
    assert [record.offset for record in kept] == [100, 101, 102, 103, 104]
    assert {record.partition for record in kept} == {3}
    assert all(record.value and record.key and record.reason and record.error for record in kept)
    assert "session" in stored_viewer(instance.client, table_of(instance), viewer)[0]


def test_a_batch_rejected_again_lands_on_the_same_objects(instance: Instance) -> None:
    event = event_of([b"not an event", b"[]"])
    instance.process(event)
    first = dict(instance.rejected.objects)
    instance.process(event)
    assert instance.rejected.objects == first
    assert len(first) == 1


def test_a_fault_of_ours_rejects_that_record_alone(
    instance: Instance, viewer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = decoder(instance.decoding)

    def faulty(value: bytes) -> MediaEvent | None:
        if b"e-2" in value:
            raise ZeroDivisionError
        return decode(value)

    monkeypatch.setattr("live_viewers.intake.arrivals.decoder", lambda _: faulty)
    instance.process(event_of(play_and_pause(viewer)))
    assert [(record.offset, record.reason) for record in instance.rejected.records] == [(1, "internal_error")]
    assert len(stored_viewer(instance.client, table_of(instance), viewer)[1]) == 2


def test_an_event_that_can_not_be_joined_is_rejected_alone(
    instance: Instance, viewer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_all = MediaSession.add_all

    def faulty(self: MediaSession, events: Sequence[MediaEvent]) -> None:
        if any(event.event_id == "e-2" for event in events):
            raise ZeroDivisionError
        add_all(self, events)

    monkeypatch.setattr(MediaSession, "add_all", faulty)
    instance.process(event_of(play_and_pause(viewer)))
    assert [(record.offset, record.reason) for record in instance.rejected.records] == [(1, "internal_error")]
    sessions, rows = stored_viewer(instance.client, table_of(instance), viewer)
    assert status_of(sessions["session"]) is Status.PAUSED_VIDEO
    assert len(rows) == 2


def test_a_release_that_fails_on_a_fifth_of_the_events_stops_and_rejects_nothing(
    instance: Instance, viewer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(value: bytes) -> MediaEvent | None:
        raise ZeroDivisionError

    monkeypatch.setattr("live_viewers.intake.arrivals.decoder", lambda _: faulty)
    with pytest.raises(process_events.BadRelease):
        instance.process(event_of(play_and_pause(viewer) * 17))
    assert instance.rejected.objects == {}
    # Fewer than 50 may be anything, so they are rejected.
    instance.process(event_of(play_and_pause(viewer) * 16))
    assert len(instance.rejected.records) == 48


def test_a_flood_of_bad_input_is_not_taken_for_a_bad_release(instance: Instance) -> None:
    instance.process(event_of([b"rubbish"] * 500))
    assert len(instance.rejected.records) == 500


@pytest.mark.parametrize("file", TSV_FILES)
def test_golden_events_of_every_tracker_are_stored(instance: Instance, file: str) -> None:
    instance.process(event_of(records(file)))
    reasons = {record.reason for record in instance.rejected.records}
    # With server-side anonymisation nobody knows who it was.
    assert reasons == ({"no_viewer"} if "server_anonymous" in file else set())


@pytest.mark.parametrize("source", ["aws:kafka", "SelfManagedKafka", "aws:SelfManagedKafka"])
def test_events_of_msk_and_of_self_managed_kafka_are_the_same(
    instance: Instance, viewer: str, source: str
) -> None:
    made = [kafka_record(value, at, key=None) for at, value in enumerate(play_and_pause(viewer))]
    for record in made:
        record["partition"] = "0"  # as in older samples
        del record["key"]
    made[0]["headers"] = [{"trace": [-1, 104, 105]}]
    instance.process(kafka_event(made, source))
    assert "session" in stored_viewer(instance.client, table_of(instance), viewer)[0]


def test_a_session_that_ended_long_ago_is_not_in_the_live_index(instance: Instance, viewer: str) -> None:
    def index_key() -> Any:
        found = stored_items(instance.client, table_of(instance), viewer)
        return next((item.get("lp"), item.get("lk")) for item in found if item["sk"]["S"] == "session#session")

    play, ping, pause = play_and_pause(viewer)
    instance.process(event_of([play]), clock_ms=lambda: START_MS)
    shard, key = index_key()
    assert shard["S"].startswith("live#")
    assert START_MS / 1000 < int(key["N"]) < START_MS / 1000 + 75 + 1200
    instance.process(event_of([ping]), clock_ms=lambda: START_MS + 30_000)
    assert int(index_key()[1]["N"]) - int(key["N"]) in (0, 600)
    instance.process(event_of([pause]), clock_ms=lambda: START_MS + 3_600_000)
    assert index_key() == (None, None)


def test_a_player_that_pauses_and_plays_on_keeps_its_place_in_the_live_index(
    instance: Instance, viewer: str
) -> None:
    def index_key() -> int | None:
        found = stored_items(instance.client, table_of(instance), viewer)
        (item,) = (item for item in found if item["sk"]["S"] == "session#session")
        return live_key_of(item)

    def after(name: str, after_s: int) -> int | None:
        event = enriched_json(name, START_MS + after_s * 1000, viewer=viewer, event_id=f"e-{after_s}")
        instance.process(event_of([event]), clock_ms=lambda: START_MS + after_s * 1000)
        return index_key()

    playing = after("play_event", 0)
    paused = after("pause_event", 10)
    assert playing is not None
    assert paused == playing + 600
    assert after("play_event", 20) == paused
    assert after("end_event", 30) == playing


def test_with_a_ping_write_interval_pings_wait_and_changes_do_not(
    dynamodb_local: str,
    profiles_table: str,
    viewer: str,
) -> None:
    instance = Instance(dynamodb_local, profiles_table, ping_write_interval_s=60)
    play, _, pause = play_and_pause(viewer)

    def last_seen() -> int:
        return stored_viewer(instance.client, profiles_table, viewer)[0]["session"].last_seen_ms - START_MS

    def ping(after_ms: int) -> bytes:
        return enriched_json("ping_event", START_MS + after_ms, viewer=viewer, event_id=f"p-{after_ms}")

    instance.process(event_of([play]))
    instance.process(event_of([ping(1_000)]))
    instance.process(event_of([ping(59_000)]))
    instance.process(event_of([ping(60_100)]))  # every timer is a little late
    assert last_seen() == 0
    instance.process(event_of([ping(62_000)]))
    assert last_seen() == 62_000
    instance.process(event_of([ping(63_000)]))
    assert last_seen() == 62_000
    instance.process(event_of([pause]))
    assert status_of(stored_viewer(instance.client, profiles_table, viewer)[0]["session"]) is Status.WATCHING_VIDEO
    late_pause = enriched_json(
        "pause_event", START_MS + 64_000, viewer=viewer, event_id="e-9", player={"paused": True}
    )
    instance.process(event_of([late_pause]))
    assert last_seen() == 64_000


def test_sessions_of_one_viewer_in_one_batch_are_all_created(instance: Instance, viewer: str) -> None:
    values = [
        enriched_json("play_event", START_MS + at, viewer=viewer, session=f"s-{at}", event_id=f"e-{at}")
        for at in range(7)
    ]
    instance.process(event_of(values))
    assert len(stored_viewer(instance.client, table_of(instance), viewer)[0]) == 7


def test_a_batch_of_many_viewers_is_written_whole(instance: Instance) -> None:
    run = uuid4()
    values = [value for n in range(130) for value in play_and_pause(f"{run}-{n}")]
    instance.process(event_of(values))
    for n in (0, 64, 129):
        sessions, rows = stored_viewer(instance.client, table_of(instance), f"{run}-{n}")
        assert status_of(sessions["session"]) is Status.PAUSED_VIDEO
        assert len(rows) == 2


def test_the_handler_reads_its_environment_and_reports_without_ids(
    dynamodb_local: str,
    profiles_table: str,
    viewer: str,
) -> None:
    """The handler as Lambda starts it: a process of its own, told everything by environment variables."""
    environment = {
        **os.environ,
        "STAGE": "local",
        "VIEWER_PROFILES_TABLE": profiles_table,
        "REJECTED_BUCKET": "unused",
        "LIVE_INDEX_SECRET": "secret",
        "TOMBSTONE_SECRET": "secret",
        "AWS_ENDPOINT_URL": dynamodb_local,
        "AWS_LAMBDA_FUNCTION_NAME": "process_events",
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY / "lambdas"), str(REPOSITORY)]),
    }
    program = "import json, sys, process_events\nprocess_events.handler(json.load(sys.stdin), None)\n"
    outcome = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(event_of(play_and_pause(viewer), first_offset=7)),
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    lines = [json.loads(line) for line in outcome.stdout.splitlines() if line.startswith("{")]
    log = next(line for line in lines if line.get("message") == "batch")
    assert log["offsets"] == {"snowplow-enriched-good-0": [7, 9]}
    metrics = next(line for line in lines if "_aws" in line)
    assert metrics["stage"] == "local"
    assert metrics["Records"] == [3.0]
    assert metrics["SessionsWritten"] == [1.0]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["stage"]]
    assert viewer not in outcome.stdout + outcome.stderr


def test_rejected_records_are_one_object_a_partition_and_day() -> None:
    day = 86_400_000
    made = [
        RejectedRecord("t", partition, offset, timestamp, None, "AA==", "bad_json", "")
        for partition, offset, timestamp in [(0, 1, 0), (0, 2, 0), (0, 3, day), (1, 1, 0), (1, 1, 0), (2, 9, None)]
    ]
    rejected = RejectedInMemory()
    rejected.keep(rejected_objects(made))
    assert [name.rsplit("-", 1)[0] for name in rejected.objects] == [
        "rejected/t/0/1970/01/01/00000000000000000001-00000000000000000002",
        "rejected/t/0/1970/01/02/00000000000000000003-00000000000000000003",
        "rejected/t/1/1970/01/01/00000000000000000001-00000000000000000001",
        "rejected/t/2/unknown-day/00000000000000000009-00000000000000000009",
    ]
    assert len(rejected.records) == 5
