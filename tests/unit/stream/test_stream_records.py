"""Lambda events of the table's stream, as changes of sessions."""

import json
from base64 import b64encode
from typing import Any

from live_viewers.dynamodb import items
from live_viewers.dynamodb.stream_records import changes_of, shard_of
from live_viewers.media_session import MediaSession, fold
from tests.unit.domain.viewing import START_MS, pause, play

STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/ViewerProfiles/stream/2026-11-24T11:00:00.000"


def image(session: MediaSession) -> dict[str, Any]:
    """A session item as a Lambda event has it: binary attributes in base64."""
    item = items.session_item(
        session, status="READY", live_until_ms=START_MS, now_ms=START_MS, live_shards=8, retention_days=90
    )
    return {name: {"B": b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()}


def record(sequence: str, old: MediaSession | None, new: MediaSession | None, **more: Any) -> dict[str, Any]:
    one = new or old
    assert one is not None
    change: dict[str, Any] = {
        "Keys": items.session_key(one.viewer_id, one.session_id),
        "SequenceNumber": sequence,
    }
    if old is not None:
        change["OldImage"] = image(old)
    if new is not None:
        change["NewImage"] = image(new)
    return {"eventName": "MODIFY", "dynamodb": change, "eventSourceARN": STREAM, **more}


def test_images_are_sessions_again_and_sequence_numbers_exact() -> None:
    old, new = fold([play(at=0)]), fold([play(at=0), pause(at=5)])
    old.version, new.version = 5, 6
    longest = "9" * 40
    event = json.loads(json.dumps({"Records": [record(longest, old, new)]}))
    (change,) = changes_of(event)
    assert (change.old, change.new) == (old, new)
    assert change.new is not None
    assert (change.new.version, change.sequence) == (6, 10**40 - 1)


def test_items_that_are_no_sessions_are_passed_over() -> None:
    others = [
        {"dynamodb": {"Keys": {"viewer_id": {"S": "viewer-1"}, "sk": {"S": sort_key}}, "SequenceNumber": "1"}}
        for sort_key in ("profile", "event#1795518000000#event-1", "tombstone")
    ]
    assert list(changes_of({"Records": others})) == []


def test_a_removal_by_time_to_live_is_told_from_an_erasure() -> None:
    session = fold([play(at=0)])
    by_service = {"userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}}
    expired, erased = changes_of(
        {"Records": [record("1", session, None, **by_service), record("2", session, None)]}
    )
    assert (expired.expired, expired.was_erased) == (True, False)
    assert (erased.expired, erased.was_erased) == (False, True)


def test_the_shard_is_the_window_s_and_without_one_the_stream() -> None:
    records = [record("1", None, fold([play(at=0)]))]
    assert shard_of({"Records": records, "shardId": "shardId-00000001"}) == "shardId-00000001"
    assert shard_of({"Records": records}) == STREAM
    assert shard_of({"Records": []}) is None


def test_the_last_call_of_a_window_may_be_empty() -> None:
    event = {"Records": [], "isFinalInvokeForWindow": True, "shardId": "shardId-1", "state": {}}
    assert list(changes_of(event)) == []
