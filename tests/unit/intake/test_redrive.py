"""Redrive: which records, as what event, and what becomes of their objects."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from live_viewers.intake.redrive import Selection, epoch_ms, records_in, redrive
from live_viewers.intake.rejected import RejectedRecord, rejected_objects
from tests.kafka_records import event_of


class ObjectsInMemory:
    """A bucket; the tag of an object is its body."""

    def __init__(self, *records: RejectedRecord) -> None:
        self.objects = dict(rejected_objects(records))

    def names(self, prefix: str, after: str | None) -> Iterator[str]:
        yield from sorted(n for n in self.objects if n.startswith(prefix) and (after is None or n > after))

    def get(self, name: str) -> tuple[bytes, str] | None:
        return (self.objects[name], str(self.objects[name])) if name in self.objects else None

    def put(self, name: str, body: bytes) -> None:
        self.objects[name] = body

    def remove(self, name: str, tag: str) -> None:
        if name in self.objects and str(self.objects[name]) == tag:
            del self.objects[name]

    @property
    def records(self) -> list[RejectedRecord]:
        return [record for body in self.objects.values() for record in records_in(body)]


def rejected(offset: int, reason: str = "bad_json", topic: str = "t", timestamp: int = 1_000) -> RejectedRecord:
    return RejectedRecord(topic, 0, offset, timestamp, "a2V5", "dmFsdWU=", reason, "why")


def test_records_are_processed_as_kafka_would_deliver_them_and_their_object_goes() -> None:
    objects = ObjectsInMemory(rejected(5), rejected(9))
    events: list[dict[str, Any]] = []
    report = redrive(objects, events.append, Selection())
    assert (report.objects, report.selected, report.by_reason, report.after) == (1, 2, {"bad_json": 2}, None)
    assert objects.objects == {}
    first = events[0]["records"]["t-0"][0]
    assert (first["topic"], first["partition"], first["offset"]) == ("t", 0, 5)
    assert (first["timestamp"], first["key"], first["value"]) == (1_000, "a2V5", "dmFsdWU=")
    assert first["headers"] == [{"live-viewers-attempt": [49]}]


def test_a_dry_run_only_counts() -> None:
    objects = ObjectsInMemory(rejected(5), rejected(9, "no_viewer"))
    before = dict(objects.objects)
    report = redrive(objects, pytest.fail, Selection(), dry_run=True)
    assert report.by_reason == {"bad_json": 1, "no_viewer": 1}
    assert objects.objects == before


@pytest.mark.parametrize(
    ("selection", "offsets"),
    [
        (Selection(reason="no_viewer"), [2]),
        (Selection(topic="other"), [3]),
        (Selection(since_ms=2_000), [4]),
        (Selection(until_ms=2_000), [1, 2, 3]),
        (Selection(topic="t", reason="bad_json", until_ms=2_000), [1]),
    ],
)
def test_only_selected_records_are_redriven_and_the_others_stay(selection: Selection, offsets: list[int]) -> None:
    made = [rejected(1), rejected(2, "no_viewer"), rejected(3, topic="other"), rejected(4, timestamp=2_000)]
    objects = ObjectsInMemory(*made)
    done: list[int] = []

    def process(event: dict[str, Any]) -> None:
        done.extend(record["offset"] for records in event["records"].values() for record in records)

    redrive(objects, process, selection)
    assert sorted(done) == offsets
    assert sorted(record.offset for record in objects.records) == sorted({1, 2, 3, 4} - set(offsets))


def test_what_is_rejected_again_stays_and_its_next_attempt_is_counted() -> None:
    objects = ObjectsInMemory(rejected(5), rejected(9))
    attempts: list[Any] = []

    def rejects_again(event: dict[str, Any]) -> None:
        again = event["records"]["t-0"]
        attempts.append(again[0]["headers"])
        kept = [
            RejectedRecord("t", 0, r["offset"], 1_000, r["key"], r["value"], "bad_json", "", r["headers"])
            for r in again
        ]
        for name, body in rejected_objects(kept):
            objects.put(name, body)

    for _ in range(3):
        redrive(objects, rejects_again, Selection())
        assert sorted(record.offset for record in objects.records) == [5, 9]
    assert attempts == [[{"live-viewers-attempt": [n]}] for n in b"123"]


def test_when_processing_fails_the_objects_stay() -> None:
    objects = ObjectsInMemory(rejected(5))

    def fail(_: dict[str, Any]) -> None:
        raise RuntimeError("away")

    with pytest.raises(RuntimeError):
        redrive(objects, fail, Selection())
    assert [record.offset for record in objects.records] == [5]


def test_it_stops_when_time_is_over_and_goes_on_from_there() -> None:
    objects = ObjectsInMemory(*(rejected(1, topic=f"t{n}") for n in range(4)))
    events: list[dict[str, Any]] = []
    left = iter([True, True, False])
    report = redrive(objects, events.append, Selection(), may_go_on=lambda: next(left))
    assert report.after is not None
    assert redrive(objects, events.append, Selection(), after=report.after).after is None
    assert len(events) == 4


def test_an_object_that_is_none_of_ours_is_counted_and_left() -> None:
    objects = ObjectsInMemory()
    objects.put("rejected/t/notes.txt", b"hello")
    report = redrive(objects, pytest.fail, Selection())
    assert report.unreadable_objects == 1
    assert objects.objects


@pytest.mark.parametrize("is_text", [True, False])
def test_a_batch_that_lambda_gave_up_on_is_redriven_too(is_text: bool) -> None:
    payload = event_of([b"a", None], first_offset=7)
    document = {"requestContext": {}, "KafkaBatchInfo": {}, "payload": json.dumps(payload) if is_text else payload}
    objects = ObjectsInMemory()
    objects.put("aws/lambda/mapping/topic/0/2026/11/01/failed", json.dumps(document).encode())
    events: list[dict[str, Any]] = []
    report = redrive(objects, events.append, Selection(reason="on_failure"), prefix="aws/lambda/")
    assert report.by_reason == {"on_failure": 2}
    redriven = events[0]["records"]["snowplow-enriched-good-0"]
    assert [(record["offset"], record["value"]) for record in redriven] == [(7, "YQ=="), (8, None)]


def test_large_records_go_in_several_invocations() -> None:
    big = "x" * 3_000_000
    objects = ObjectsInMemory(*(RejectedRecord("t", 0, n, 1, None, big, "bad_json", "") for n in range(3)))
    events: list[dict[str, Any]] = []
    redrive(objects, events.append, Selection())
    assert len(events) == 3


def test_times_are_utc_where_they_do_not_say() -> None:
    assert epoch_ms("1970-01-01T00:00:01") == epoch_ms("1970-01-01T01:00:01+01:00") == 1_000
