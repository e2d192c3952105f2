"""Erasing a viewer: what goes, what stays, and that nothing old comes back."""

import json
import uuid
from base64 import b64encode
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from live_viewers.api import models
from live_viewers.dynamodb import items
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.erasure.jobs import SECOND_PASS_AFTER_MS, work_on
from live_viewers.events.media_event import MediaEvent, SessionTotals
from live_viewers.intake.store import SessionPart
from live_viewers.s3.rejected_erasure import BUCKET_CONFIG, RejectedErasure
from live_viewers.settings import ProcessEventsSettings
from tests.integration.api_rig import ApiRig
from tests.response_models import matches
from tests.tables import transport_of
from tests.unit.api.http_events import ERASER
from tests.viewing import START_MS, pause, ping, play

MINUTE_MS = 60_000


class ErasureRig(ApiRig):
    """The API, the hot path's store, and the erasing function's work, over the same tables and a bucket."""

    def __init__(self, endpoint: str, ministack: str) -> None:
        super().__init__(endpoint)
        self.settings = ProcessEventsSettings(
            stage="test",
            viewer_profiles_table=self.table,
            rejected_bucket="-",
            live_index_secret="secret",
            live_shards=4,
        )
        self.s3 = boto3.client("s3", endpoint_url=ministack, config=BUCKET_CONFIG)
        self.bucket = f"rejected-{uuid.uuid4().hex[:8]}"
        self.s3.create_bucket(Bucket=self.bucket)
        self.rejected = RejectedErasure(self.s3, self.bucket)
        self.hot_path = self.new_hot_path()

    def new_hot_path(self) -> SessionWriter:
        """As a new function instance has it."""
        return SessionWriter(Calls(transport_of(self.endpoint), self.table), self.settings)

    def arrive(self, *events: MediaEvent, hot_path: SessionWriter | None = None) -> None:
        """Events come from Kafka."""
        parts: dict[tuple[str, str], SessionPart] = {}
        for event in events:
            part = parts.setdefault(
                (event.viewer_id, event.session_id), SessionPart(event.viewer_id, event.session_id)
            )
            part.events.append(event)
            part.records.append({"topic": "t", "partition": 0, "offset": len(part.records)})
        written = (hot_path or self.hot_path).write(list(parts.values()), lambda: self.now_ms, lambda: 60_000)
        assert not written.refused

    def erase(self, viewer_id: str) -> None:
        reply = self.ask("DELETE", f"/v1/viewers/{viewer_id}", authorizer=ERASER)
        assert reply.status == 202
        matches(models.ErasureStatus, reply.json)

    def work(self, steps: int = 10**6) -> None:
        """The erasing function runs, for so many steps at the most."""
        left = iter(range(steps))
        due = self.erasures.due(self.now_ms)
        report = work_on(
            due, self.erasures, self.rejected, lambda: self.now_ms, lambda: next(left, None) is not None
        )
        assert report.failure is None

    def state(self, viewer_id: str) -> str:
        return str(self.get(f"/v1/viewers/{viewer_id}/erasure").json["state"])

    def kept_of(self, viewer_id: str) -> list[str]:
        answer = self.client.query(
            TableName=self.table,
            KeyConditionExpression="viewer_id = :viewer",
            ExpressionAttributeValues={":viewer": {"S": viewer_id}},
            ConsistentRead=True,
        )
        return [item["sk"]["S"] for item in answer["Items"]]


@pytest.fixture
def rig(dynamodb_local: str, ministack: str) -> ErasureRig:
    return ErasureRig(dynamodb_local, ministack)


def story(viewer_id: str, start_s: float = 0, session_id: str = "s1") -> list[MediaEvent]:
    """A viewing of a minute."""
    fields = {"viewer_id": viewer_id, "session_id": session_id}
    totals = SessionTotals(started_at_ms=START_MS, time_played_s=60.0 + start_s)
    return [
        play(at=start_s, **fields),
        ping(at=start_s + 30, position=30.0, **fields),
        pause(at=start_s + 60, position=60.0, totals=totals, **fields),
    ]


def test_all_that_is_kept_of_the_viewer_goes_and_of_others_stays(rig: ErasureRig) -> None:
    rig.arrive(*story("ann"), *story("bob"))
    rig.client.put_item(TableName=rig.table, Item={**items.profile_key("ann"), "v": {"N": "1"}})
    kept_of_bob = rig.kept_of("bob")
    assert {sk.partition("#")[0] for sk in rig.kept_of("ann")} == {"session", "event", "profile"}
    rig.now_ms = START_MS + 2 * MINUTE_MS
    assert rig.get("/v1/viewers/ann/erasure").problem == "erasure-not-found"
    rig.erase("ann")
    assert rig.state("ann") == "running"
    rig.work()
    assert rig.kept_of("ann") == []
    assert rig.kept_of("bob") == kept_of_bob
    assert rig.get("/v1/viewers/ann").problem == "viewer-not-found"
    assert rig.get("/v1/viewers/ann/timeline").json["events"] == []
    assert [each["viewer_id"] for each in rig.get("/v1/live").json["sessions"]] == ["bob"]
    assert rig.state("ann") == "checking"


def test_the_titles_of_a_playlist_are_told_and_go_with_the_viewer(rig: ErasureRig) -> None:
    fields = {"viewer_id": "ann", "session_id": "s1"}
    rig.arrive(play(at=0, label="Episode 1", **fields))
    rig.arrive(play(at=60, label="Episode 2", **fields))
    rig.arrive(ping(at=30, position=30, label="Episode 1", **fields), hot_path=rig.new_hot_path())
    rig.now_ms = START_MS + 2 * MINUTE_MS
    viewer = rig.get("/v1/viewers/ann").json
    assert [(one["title"], one["last_seen"][11:19]) for one in viewer["titles"]] == [
        ("Episode 2", "11:01:00"),
        ("Episode 1", "11:00:30"),
    ]
    assert viewer["totals"]["titles"] == 2
    assert {sk for sk in rig.kept_of("ann") if sk.startswith("title#")} == {
        "title#s1#Episode 1",
        "title#s1#Episode 2",
    }
    rig.erase("ann")
    rig.work()
    assert rig.kept_of("ann") == []


def test_a_second_pass_takes_what_was_being_written_meanwhile(rig: ErasureRig) -> None:
    rig.arrive(*story("ann"))
    rig.now_ms = START_MS + 2 * MINUTE_MS
    rig.erase("ann")
    rig.work()
    # A function that had passed the tombstone's check before it was there writes only now.
    rig.happened(*story("ann", session_id="late"))
    rig.now_ms += SECOND_PASS_AFTER_MS - 1
    rig.work()
    assert rig.kept_of("ann") != []
    rig.now_ms += 1
    rig.work()
    assert rig.kept_of("ann") == []
    status = rig.get("/v1/viewers/ann/erasure").json
    assert (status["state"], status["asked_at"]) == ("done", "2026-11-24T11:02:00.000Z")
    assert status["finished_at"] == "2026-11-24T11:18:00.000Z"


def test_events_collected_before_the_erasure_bring_nothing_back(rig: ErasureRig) -> None:
    rig.arrive(*story("ann"))
    rig.now_ms = START_MS + 2 * MINUTE_MS
    rig.erase("ann")
    rig.work()
    rig.arrive(*story("ann"))  # Kafka delivers them again, to the instance that knows the session
    rig.arrive(*story("ann"), *story("ann", session_id="s2"), hot_path=rig.new_hot_path())
    assert rig.kept_of("ann") == []
    rig.now_ms += 30 * 24 * 60 * MINUTE_MS
    rig.work()
    rig.arrive(*story("ann", session_id="s3"), hot_path=rig.new_hot_path())
    assert rig.kept_of("ann") == []


def test_who_goes_on_watching_starts_afresh(rig: ErasureRig) -> None:
    rig.arrive(*story("ann"))
    rig.now_ms = START_MS + 2 * MINUTE_MS
    rig.erase("ann")
    rig.work()
    rig.arrive(*story("ann"), *story("ann", start_s=180))
    rig.now_ms = START_MS + 5 * MINUTE_MS
    viewer = rig.get("/v1/viewers/ann").json
    assert viewer["first_seen"] == "2026-11-24T11:03:00.000Z"
    # The tracker's counters are cumulative: they began before the erasure, so they are not known any more.
    assert viewer["totals"]["time_played_s"] is None
    assert [each["event"] for each in rig.get("/v1/viewers/ann/timeline").json["events"]] == ["pause", "play"]
    rig.now_ms = START_MS + 2 * MINUTE_MS + SECOND_PASS_AFTER_MS
    rig.work()
    assert rig.state("ann") == "done"
    assert rig.get("/v1/viewers/ann").json["first_seen"] == "2026-11-24T11:03:00.000Z"
    assert len(rig.get("/v1/viewers/ann/timeline").json["events"]) == 2


def test_work_that_is_stopped_anywhere_goes_on(rig: ErasureRig) -> None:
    fields = {"viewer_id": "ann", "session_id": "s1"}
    rig.happened(*(play(at=n, **fields) for n in range(120)))
    for n in range(40):
        rig.s3.put_object(
            Bucket=rig.bucket, Key=f"rejected/t/0/{n:03d}.jsonl", Body=rejected("ann") + rejected("bob")
        )
    rig.now_ms = START_MS + 3 * MINUTE_MS
    rig.erase("ann")
    left = []
    for _ in range(20):
        rig.work(steps=1)
        left.append((len(rig.kept_of("ann")), rig.state("ann")))
        if rig.state("ann") == "checking":
            break
    assert left[-1] == (0, "checking")
    assert len(left) > 3  # it was stopped, and went on
    for n in range(40):
        body = rig.s3.get_object(Bucket=rig.bucket, Key=f"rejected/t/0/{n:03d}.jsonl")["Body"].read()
        assert body == rejected("bob")


def test_rejected_records_of_the_viewer_go(rig: ErasureRig) -> None:
    rig.s3.put_object(Bucket=rig.bucket, Key="rejected/t/0/only-ann.jsonl", Body=rejected("ann") * 3)
    rig.s3.put_object(Bucket=rig.bucket, Key="rejected/t/0/others.jsonl", Body=rejected("bob") + rejected("anna"))
    rig.erase("ann")
    rig.work()
    found = {each["Key"] for each in rig.s3.list_objects_v2(Bucket=rig.bucket)["Contents"]}
    assert found == {"rejected/t/0/others.jsonl"}


def test_what_an_event_says_of_the_future_is_erased_all_the_same(rig: ErasureRig) -> None:
    """290 s ahead of the collector's clock is still believed; what was kept has gone, whatever its own time."""
    rig.arrive(*story("ann", start_s=290), *story("bob", start_s=290))
    assert {sk.partition("#")[0] for sk in rig.kept_of("ann")} == {"session", "event"}
    rig.now_ms = START_MS + 1_000
    rig.erase("ann")
    rig.work()
    assert rig.kept_of("ann") == []
    assert rig.kept_of("bob") != []
    rig.now_ms += SECOND_PASS_AFTER_MS
    rig.work()
    assert rig.state("ann") == "done"
    assert rig.get("/v1/viewers/ann").problem == "viewer-not-found"


def test_rejected_records_are_read_once_for_all_viewers_who_are_erased(rig: ErasureRig) -> None:
    for n in range(20):
        body = b"".join(rejected(name) for name in ("ann", "ben", "bob"))
        rig.s3.put_object(Bucket=rig.bucket, Key=f"rejected/t/0/{n:03d}.jsonl", Body=body)
    reads: list[str] = []
    read = rig.s3.get_object
    rig.rejected = RejectedErasure(
        SimpleNamespace(  # type: ignore[arg-type]  # what RejectedErasure needs of a client
            get_paginator=rig.s3.get_paginator,
            get_object=lambda **request: reads.append(request["Key"]) or read(**request),
            put_object=rig.s3.put_object,
            delete_object=rig.s3.delete_object,
            exceptions=rig.s3.exceptions,
        ),
        rig.bucket,
    )
    rig.erase("ann")
    rig.erase("ben")
    rig.work()
    assert len(reads) == 20
    for n in range(20):
        assert read(Bucket=rig.bucket, Key=f"rejected/t/0/{n:03d}.jsonl")["Body"].read() == rejected("bob")


def test_erasing_twice_begins_again(rig: ErasureRig) -> None:
    rig.arrive(*story("ann"))
    rig.now_ms = START_MS + 2 * MINUTE_MS
    rig.erase("ann")
    rig.work()
    rig.arrive(*story("ann", start_s=180))
    rig.now_ms = START_MS + 5 * MINUTE_MS
    (stale,) = rig.erasures.due(rig.now_ms + SECOND_PASS_AFTER_MS)
    rig.erase("ann")
    rig.erasures.save(stale)  # a run that began before the second request ends now, and must not undo it
    rig.erasures.finish(stale, rig.now_ms)
    assert rig.state("ann") == "running"
    rig.work()
    assert rig.kept_of("ann") == []
    rig.now_ms += SECOND_PASS_AFTER_MS
    rig.work()
    assert rig.state("ann") == "done"


def test_the_viewers_id_is_not_kept_once_it_is_done(rig: ErasureRig) -> None:
    rig.erase("ann@example.com")
    rig.now_ms += SECOND_PASS_AFTER_MS
    rig.work()
    rig.now_ms += SECOND_PASS_AFTER_MS
    rig.work()
    assert rig.state("ann@example.com") == "done"
    assert "ann@example.com" not in json.dumps(rig.client.scan(TableName=rig.table)["Items"], default=str)


def test_a_viewer_who_is_not_known_is_erased_all_the_same(rig: ErasureRig) -> None:
    rig.now_ms = START_MS + 2 * MINUTE_MS
    rig.erase("ann")
    rig.arrive(*story("ann"))  # was on its way
    assert rig.kept_of("ann") == []


def test_a_viewer_named_as_the_jobs_are_stops_no_erasure(rig: ErasureRig) -> None:
    rig.arrive(*story("erasures"))
    rig.erase("ann")
    rig.work()
    assert rig.state("ann") == "checking"
    assert rig.kept_of("erasures") != []


def test_erasing_needs_its_own_scope(rig: ErasureRig) -> None:
    reply = rig.ask("DELETE", "/v1/viewers/ann")
    assert (reply.status, reply.problem) == (403, "missing-scope")
    assert rig.get("/v1/viewers/ann/erasure").status == 404


def rejected(viewer_id: str) -> bytes:
    record: dict[str, Any] = {
        "topic": "t",
        "partition": 0,
        "offset": 1,
        "timestamp": START_MS,
        "key": b64encode(viewer_id.encode()).decode(),
        "value": b64encode(b'{"viewer_id":"' + viewer_id.encode() + b'","cut').decode(),
        "reason": "truncated",
        "error": "",
    }
    return json.dumps(record).encode() + b"\n"
