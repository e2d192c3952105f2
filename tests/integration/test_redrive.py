"""From a record that nobody could read to the right profile: rejected into S3, redriven out of it."""

import json
from io import BytesIO
from typing import Any
from uuid import uuid4

import boto3
import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.redrive import RedriveReport, Selection, redrive
from live_viewers.intake.store import StoreUnavailable
from live_viewers.s3.redrive_objects import RedriveObjects
from live_viewers.s3.rejected_objects import RejectedObjects
from live_viewers.session.status import Status, status_of
from live_viewers.wire import Decode, DecodeSettings, decode
from operations.deployed_stage import DeployedStage, OperationFailed
from operations.options import kafka_producer
from operations.redrive import arguments, redrive_stage, request_of
from operations.through_kafka import produce_rejected
from tests.instances import Instance, stored_viewer
from tests.kafka_records import START_MS, enriched_json, event_of, kafka_event, kafka_record


class Redrive:
    """A bucket on the emulator, and an instance that keeps its rejected records there."""

    def __init__(self, endpoint: str, table: str, ministack: str) -> None:
        self.s3 = boto3.client("s3", endpoint_url=ministack)
        self.bucket = f"rejected-{uuid4().hex[:12]}"
        self.s3.create_bucket(Bucket=self.bucket)
        self.instance = Instance(endpoint, table, rejected=RejectedObjects(lambda: self.s3, self.bucket))
        self.viewer = f"viewer-{uuid4()}"

    def redrive(self, **selection: Any) -> RedriveReport:
        objects = RedriveObjects(self.s3, self.bucket)
        return redrive(objects, self.instance.process, Selection(**selection))

    def names(self) -> list[str]:
        return [each["Key"] for each in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])]

    def sessions(self) -> Any:
        table = self.instance.settings.viewer_profiles_table
        return stored_viewer(self.instance.client, table, self.viewer)[0]


@pytest.fixture
def rig(dynamodb_local: str, profiles_table: str, ministack: str) -> Redrive:
    return Redrive(dynamodb_local, profiles_table, ministack)


def test_a_record_rejected_then_understood_by_a_newer_decoder_ends_in_the_right_profile(
    rig: Redrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = enriched_json("play_event", START_MS, viewer=rig.viewer, event_id="e-1")
    pause = enriched_json(
        "pause_event", START_MS + 1_000, viewer=rig.viewer, event_id="e-2", player={"paused": True}
    )
    with monkeypatch.context() as older_release:
        older_release.setattr("live_viewers.intake.arrivals.decoder", _decoder_of_an_older_release)
        rig.instance.process(event_of([play, pause, b"rubbish"], first_offset=40))
    assert status_of(rig.sessions()["session"]) is Status.WATCHING_VIDEO
    assert len(rig.names()) == 1
    report = rig.redrive(reason="internal_error")
    assert report.by_reason == {"internal_error": 1}
    assert status_of(rig.sessions()["session"]) is Status.PAUSED_VIDEO
    # What nobody understands is still there, and comes back when it is redriven.
    assert rig.redrive().by_reason == {"unknown_format": 1}
    assert rig.redrive().by_reason == {"unknown_format": 1}


def _decoder_of_an_older_release(settings: DecodeSettings) -> Decode:
    def understands_no_pause(value: bytes) -> MediaEvent | None:
        if b"pause_event" in value:
            raise ZeroDivisionError
        return decode(value, settings)

    return understands_no_pause


def test_redriving_what_was_redriven_changes_nothing(rig: Redrive) -> None:
    play = enriched_json("play_event", START_MS, viewer=rig.viewer, event_id="e-1")
    rig.instance.process(event_of([b"rubbish"], first_offset=1))
    (name,) = rig.names()
    body = rig.s3.get_object(Bucket=rig.bucket, Key=name)["Body"].read()
    repaired = json.loads(body)
    repaired["value"] = event_of([play])["records"]["snowplow-enriched-good-0"][0]["value"]
    versions = set()
    for _ in range(2):
        rig.s3.put_object(Bucket=rig.bucket, Key=name, Body=json.dumps(repaired).encode())
        assert rig.redrive().selected == 1
        assert rig.names() == []
        versions.add(rig.sessions()["session"].version)
    assert len(versions) == 1


def test_through_kafka_records_go_to_their_topic_with_their_key_and_where_they_came_from(
    rig: Redrive, embedded_kafka: str
) -> None:
    topic = f"redriven-{uuid4().hex[:8]}"
    admin = AdminClient({"bootstrap.servers": embedded_kafka})
    admin.create_topics([NewTopic(topic, 1)])[topic].result(20)
    rig.instance.process(kafka_event([kafka_record(b"rubbish", 77, topic=topic, key="ann")]))
    answer = produce_rejected(rig.s3, rig.bucket, kafka_producer(embedded_kafka, []), {"topic": topic})
    assert answer["selected"] == 1
    assert rig.names() == []
    consumer = Consumer({"bootstrap.servers": embedded_kafka, "group.id": topic, "enable.auto.commit": "false"})
    consumer.assign([TopicPartition(topic, 0, 0)])
    message = consumer.poll(120)
    consumer.close()
    assert message is not None
    assert message.error() is None
    assert (message.key(), message.value()) == (b"ann", b"rubbish")
    headers = dict(message.headers())
    assert headers["live-viewers-offset"] == b"77"
    assert headers["live-viewers-timestamp"] == str(START_MS + 77).encode()
    assert headers["live-viewers-attempt"] == b"1"


def test_a_bucket_that_is_away_fails_the_invocation(
    dynamodb_local: str, profiles_table: str, ministack: str
) -> None:
    missing = RejectedObjects(lambda: boto3.client("s3", endpoint_url=ministack), "no-such-bucket")
    instance = Instance(dynamodb_local, profiles_table, rejected=missing)
    with pytest.raises(StoreUnavailable):
        instance.process(event_of([b"rubbish"]))


class OperatorsSession:
    """The AWS clients of the command: a stack with one function, which answers with these reports in turn."""

    def __init__(self, *reports: dict[str, Any], error: bool = False) -> None:
        self.reports = list(reports)
        self.error = error
        self.asked: list[dict[str, Any]] = []

    def client(self, name: str, **_: Any) -> Any:
        return self

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, StackName: str) -> Any:
        function = {"ResourceType": "AWS::Lambda::Function", "PhysicalResourceId": StackName + "-redrive"}
        return [{"StackResourceSummaries": [{**function, "LogicalResourceId": "FunctionsRedriveRejected1A2B"}]}]

    def invoke(self, FunctionName: str, Payload: bytes) -> Any:
        self.asked.append({"function": FunctionName, **json.loads(Payload)})
        answer: dict[str, Any] = {"Payload": BytesIO(json.dumps(self.reports.pop(0)).encode())}
        return {**answer, "FunctionError": "Unhandled"} if self.error else answer


def report(after: str | None, selected: int = 1) -> dict[str, Any]:
    return {
        "objects": 1,
        "selected": selected,
        "unreadable_objects": 0,
        "by_reason": {"a": selected},
        "after": after,
    }


def test_the_command_calls_the_stages_function_until_it_is_through() -> None:
    session = OperatorsSession(report("one"), report("two", 3), report(None))
    options = arguments().parse_args(
        ["--stage", "dev", "--topic", "t", "--since", "2026-11-01T00:00:00", "--dry-run"]
    )
    total = redrive_stage(DeployedStage(options.stage, session), request_of(options))
    assert (total["objects"], total["selected"], total["by_reason"]) == (3, 5, {"a": 5})
    first = session.asked[0]
    assert (first["function"], first["topic"], first["dry_run"]) == ("LiveViewers-dev-redrive", "t", True)
    assert first["since_ms"] == 1_793_491_200_000
    assert [each.get("after") for each in session.asked] == [None, "one", "two"]


def test_the_command_says_when_the_function_fails_or_makes_no_progress() -> None:
    with pytest.raises(OperationFailed, match="ProcessingFailed"):
        redrive_stage(DeployedStage("dev", OperatorsSession({"errorType": "ProcessingFailed"}, error=True)), {})
    with pytest.raises(OperationFailed, match="no progress"):
        redrive_stage(DeployedStage("dev", OperatorsSession(report("one"), report("one"))), {})
