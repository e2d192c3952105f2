"""Erasing a viewer: what goes, what stays, and that nothing old comes back."""

import json
import uuid
from base64 import b64encode
from types import SimpleNamespace
from typing import Any

import boto3
import msgspec
import pytest

from live_viewers.ads.ad_tokens import AdPlace, number_of
from live_viewers.api import models
from live_viewers.dynamodb import items
from live_viewers.dynamodb.ad_items import ad_sort_key
from live_viewers.dynamodb.tables.erasure_requests_table import ErasureRequestsTable
from live_viewers.dynamodb.tables.erasures_table import ErasuresTable
from live_viewers.dynamodb.tables.profiles_table import ProfilesTable
from live_viewers.dynamodb.tables.tombstone_rewriting import TombstoneRewriting
from live_viewers.dynamodb.tombstones import (
    REWRITTEN_AFTER_MS,
    STATE_KEY,
    WrongTombstoneSecret,
    old_key,
    state_item,
    tombstone_item,
)
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.erasure.jobs import SECOND_PASS_AFTER_MS, work_on
from live_viewers.events.media_event import Ad, MediaEvent, SessionTotals
from live_viewers.intake.store import SessionPart
from live_viewers.s3.rejected_erasure import BUCKET_CONFIG, RejectedErasure
from live_viewers.settings import ProcessEventsSettings
from tests.integration.api_rig import ApiRig
from tests.response_models import matches
from tests.tables import direct_client_of, transport_of
from tests.unit.api.http_events import ERASER
from tests.viewing import PREROLL, START_MS, ad_complete, ad_start, pause, ping, play

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
            tombstone_secret="secret",
            live_shards=4,
        )
        self.s3 = boto3.client("s3", endpoint_url=ministack, config=BUCKET_CONFIG)
        self.bucket = f"rejected-{uuid.uuid4().hex[:8]}"
        self.s3.create_bucket(Bucket=self.bucket)
        self.rejected = RejectedErasure(self.s3, self.bucket)
        self.hot_path = self.new_hot_path()
        self.jobs = ErasuresTable(direct_client_of(endpoint), self.table, "secret")

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
        due = self.jobs.due(self.now_ms)
        report = work_on(due, self.jobs, self.rejected, lambda: self.now_ms, lambda: next(left, None) is not None)
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


def test_the_titles_of_a_playlist_are_reported_and_go_with_the_viewer(rig: ErasureRig) -> None:
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


def test_ad_views_go_with_the_viewer_and_those_after_the_erasure_stay(rig: ErasureRig) -> None:
    def ads(*events: MediaEvent) -> None:
        rig.arrive(*events, *(msgspec.structs.replace(event, viewer_id="bob") for event in events))

    fields = {"viewer_id": "ann", "session_id": "s1"}
    ads(ad_start(at=0, ad_break=PREROLL, **fields), ad_complete(at=20, ad_break=PREROLL, **fields))
    kept_of_bob = rig.kept_of("bob")
    assert {sk.partition("#")[0] for sk in rig.kept_of("ann")} == {"session", "event", "ads"}
    rig.now_ms = START_MS + 2 * MINUTE_MS
    rig.erase("ann")
    rig.work()
    assert rig.kept_of("ann") == []
    assert rig.kept_of("bob") == kept_of_bob
    # Delivered again, and another ad after the erasure: in an item that carries the erasure's time.
    rig.arrive(ad_start(at=0, ad_break=PREROLL, **fields), ad_start(at=180, ad=Ad(ad_id="later"), **fields))
    rig.now_ms = START_MS + 2 * MINUTE_MS + SECOND_PASS_AFTER_MS
    rig.work()
    left = [sk for sk in rig.kept_of("ann") if sk.startswith("ads#")]
    assert left == [ad_sort_key("s1", AdPlace(None, number_of("later")))]


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
    (stale,) = rig.jobs.due(rig.now_ms + SECOND_PASS_AFTER_MS)
    rig.erase("ann")
    rig.jobs.save(stale)  # a run that began before the second request ends now, and must not undo it
    rig.jobs.finish(stale, rig.now_ms)
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


class TestTombstonesOfTheReleaseBefore:
    """Their keys were unsalted hashes. `before` is a time at which that release still ran."""

    @pytest.fixture
    def before(self, rig: ErasureRig) -> int:
        rig.now_ms = START_MS + 2 * MINUTE_MS
        rig.client.put_item(TableName=rig.table, Item=state_item("secret", rig.now_ms))
        return rig.now_ms

    def leave_old(self, rig: ErasureRig, viewer_id: str, erased_ms: int) -> None:
        item = tombstone_item(old_key(viewer_id), erased_ms, erased_ms // 1000 + 10**8)
        rig.client.put_item(TableName=rig.table, Item=item)

    def rewrite(self, rig: ErasureRig, steps: int = 10**6) -> int:
        left = iter(range(steps))
        rewriting = TombstoneRewriting(direct_client_of(rig.endpoint), rig.table, "secret")
        return rewriting.go_on(rig.now_ms, lambda: next(left, None) is not None)

    def tombstones(self, rig: ErasureRig) -> list[str]:
        found = rig.client.scan(TableName=rig.table, ConsistentRead=True)["Items"]
        return sorted(item["viewer_id"]["S"] for item in found if item["sk"]["S"] == "tombstone")

    def test_they_keep_old_events_away_before_and_after_they_are_rewritten(
        self, rig: ErasureRig, before: int
    ) -> None:
        self.leave_old(rig, "ann", before)
        assert rig.state("ann") == "done"
        rig.arrive(*story("ann"))
        assert rig.kept_of("ann") == []
        old_instance = rig.new_hot_path()
        rig.arrive(*story("bob"), hot_path=old_instance)  # it has read that nothing is rewritten yet
        assert self.rewrite(rig) == 0
        rig.now_ms = before + REWRITTEN_AFTER_MS
        assert self.rewrite(rig) == 1
        assert self.tombstones(rig) == [name for name in self.tombstones(rig) if name.startswith("erased#hmac#")]
        assert len(self.tombstones(rig)) == 1
        assert self.rewrite(rig) == 0
        for hot_path in (old_instance, rig.new_hot_path()):
            rig.arrive(*story("ann", session_id="s2"), hot_path=hot_path)
            assert rig.kept_of("ann") == []
        assert rig.state("ann") == "done"

    def test_who_goes_on_watching_starts_afresh_whichever_key_tells_of_the_erasure(
        self, rig: ErasureRig, before: int
    ) -> None:
        self.leave_old(rig, "ann", START_MS + 1)
        rig.erase("ann")  # writes both, later than the old one
        self.leave_old(rig, "ben", before)
        rig.arrive(*story("ann", start_s=180), *story("ben", start_s=180))
        for viewer in ("ann", "ben"):
            (session,) = [sk for sk in rig.kept_of(viewer) if sk.startswith("session#")]
            assert session == "session#s1"

    def test_while_both_releases_run_both_keys_are_written_and_later_one(
        self, rig: ErasureRig, before: int
    ) -> None:
        rig.erase("ann")
        assert len(self.tombstones(rig)) == 2
        rig.now_ms = before + REWRITTEN_AFTER_MS
        rig.erase("ben")
        assert len(self.tombstones(rig)) == 3
        self.rewrite(rig)
        assert [name[:12] for name in self.tombstones(rig)] == ["erased#hmac#"] * 2
        assert (rig.state("ann"), rig.state("ben")) == ("running", "running")

    def test_the_later_erasure_holds(self, rig: ErasureRig, before: int) -> None:
        rig.erase("ann")
        self.leave_old(rig, "ann", before + 5_000)
        rig.now_ms = before + REWRITTEN_AFTER_MS
        assert self.rewrite(rig) == 1
        assert rig.get("/v1/viewers/ann/erasure").json["asked_at"] == "2026-11-24T11:02:05.000Z"

    def test_a_job_of_the_release_before_goes_on(self, rig: ErasureRig, before: int) -> None:
        rig.happened(*story("ann"))
        self.leave_old(rig, "ann", before)
        job = {
            "viewer_id": {"S": "erasures"},
            "sk": old_key("ann")["viewer_id"],
            "id": {"S": "ann"},
            "t": {"N": str(before)},
            "n": {"N": "1"},
            "due": {"N": str(before)},
            "d": {"BOOL": False},
        }
        rig.client.put_item(TableName=rig.table, Item=job)
        assert rig.state("ann") == "running"
        rig.work()
        assert (rig.kept_of("ann"), rig.state("ann")) == ([], "checking")
        assert len(self.tombstones(rig)) == 2  # the release before still looks for the old one
        rig.now_ms += SECOND_PASS_AFTER_MS
        rig.work()
        assert rig.state("ann") == "done"

    def test_it_is_stopped_anywhere_and_goes_on(self, rig: ErasureRig, before: int) -> None:
        """Items of more than a megabyte, so that there are several pages."""
        for n in range(12):
            self.leave_old(rig, f"viewer-{n}", before)
            filler = {"viewer_id": {"S": f"filler-{n}"}, "sk": {"S": "filler"}, "d": {"B": b"x" * 300_000}}
            rig.client.put_item(TableName=rig.table, Item=filler)
        rig.now_ms = before + REWRITTEN_AFTER_MS
        runs = [self.rewrite(rig, steps=1) for _ in range(8)]
        assert sum(runs) == 12
        assert max(runs) < 12
        state = rig.client.get_item(TableName=rig.table, Key=STATE_KEY)["Item"]
        assert state["d"] == {"BOOL": True}
        assert "a" not in state
        assert all(name.startswith("erased#hmac#") for name in self.tombstones(rig))

    def test_projections_find_either(self, rig: ErasureRig, before: int) -> None:
        client = direct_client_of(rig.endpoint)
        self.leave_old(rig, "ann", before)
        rig.erase("ben")
        for _ in range(2):
            profiles = ProfilesTable(client, rig.table, 90, "secret")
            assert [profiles.erased_at_ms(each) for each in ("ann", "ben", "bob")] == [before, before, None]
            many = [f"viewer-{n}" for n in range(70)]
            assert profiles.unknown(["ann", "ben", *many]) == set(many)
            rig.now_ms = before + REWRITTEN_AFTER_MS
            self.rewrite(rig)

    def test_another_secret_erases_and_answers_nothing(self, rig: ErasureRig, before: int) -> None:
        direct = direct_client_of(rig.endpoint)
        other = ErasureRequestsTable(rig.client, rig.table, 90, "another")
        for refused in (
            lambda: other.ask("ann", before),
            lambda: other.status("ann"),
            lambda: ErasuresTable(direct, rig.table, "another").due(before),
            lambda: TombstoneRewriting(direct, rig.table, "another").go_on(before, lambda: True),
            lambda: ProfilesTable(direct, rig.table, 90, "another").unknown(["a"]),
        ):
            with pytest.raises(WrongTombstoneSecret):
                refused()
        assert self.tombstones(rig) == []
