"""Lambda events of the table's stream, as changes of sessions."""

import json

from live_viewers.dynamodb.tables.stream_records import changes_of, shard_of
from live_viewers.session.media_session import fold
from tests.stories import PING_S, STREAM, change_of, record, stream_event
from tests.viewing import pause, play


def test_images_are_sessions_again_and_sequence_numbers_exact() -> None:
    old, new = fold([play(at=0)]), fold([play(at=0), pause(at=5)])
    old.version, new.version = 5, 6
    longest = 10**40 - 1
    event = json.loads(json.dumps(stream_event([change_of(longest, "viewer-1", "session-1", old, new)])))
    (change,) = changes_of(event, PING_S)
    assert change.old is not None
    assert change.new is not None
    assert change.new.session is not None
    assert (change.old.session, change.new.session) == (old, new)
    assert (change.new.session.version, change.sequence) == (6, longest)


def test_items_that_are_no_sessions_are_passed_over() -> None:
    others = [
        {"dynamodb": {"Keys": {"viewer_id": {"S": "viewer-1"}, "sk": {"S": sort_key}}, "SequenceNumber": "1"}}
        for sort_key in ("profile", "event#1795518000000#event-1", "tombstone")
    ]
    assert list(changes_of({"Records": others}, PING_S)) == []


def test_a_removal_by_time_to_live_is_distinguished_from_an_erasure() -> None:
    session = fold([play(at=0)])
    removals = [change_of(1, "viewer-1", "session-1", session, None, expired) for expired in (True, False)]
    expired, erased = changes_of(stream_event(removals), PING_S)
    assert (expired.expired, expired.was_erased) == (True, False)
    assert (erased.expired, erased.was_erased) == (False, True)


def test_the_shard_is_the_window_s_and_without_one_the_stream() -> None:
    records = [record(change_of(1, "viewer-1", "session-1", None, fold([play(at=0)])))]
    assert shard_of({"Records": records, "shardId": "shardId-00000001"}) == "shardId-00000001"
    assert shard_of({"Records": records}) == STREAM
    assert shard_of({"Records": []}) is None


def test_the_last_call_of_a_window_may_be_empty() -> None:
    event = {"Records": [], "isFinalInvokeForWindow": True, "shardId": "shardId-1", "state": {}}
    assert list(changes_of(event, PING_S)) == []
