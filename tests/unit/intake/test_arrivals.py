"""A batch is decoded record by record, whatever stands between the good ones."""

from typing import Any

from live_viewers.intake.arrivals import decode_batch
from live_viewers.wire import DecodeSettings, RejectReason
from tests.kafka_records import kafka_record
from tests.unit.wire.records import viewer_json

SETTINGS = DecodeSettings()


def good(number: int, viewer: str = "v-1") -> dict[str, Any]:
    return kafka_record(viewer_json(viewer_id=viewer, event_id=f"e-{number}"), number)


def test_each_event_is_with_its_record_in_the_part_of_its_session() -> None:
    records = [good(number, f"v-{number % 3}") for number in range(1_000)]
    arrivals = decode_batch(iter(records), SETTINGS)
    assert (arrivals.records, arrivals.decoded, arrivals.skipped, arrivals.refused) == (1_000, 1_000, 0, [])
    assert [viewer for viewer, _ in arrivals.parts] == ["v-0", "v-1", "v-2"]
    for (viewer, session), part in arrivals.parts.items():
        assert (part.viewer_id, part.session_id) == (viewer, session)
        assert [event.event_id for event in part.events] == [f"e-{each['offset']}" for each in part.records]
    assert sorted(each["offset"] for part in arrivals.parts.values() for each in part.records) == list(
        range(1_000)
    )


def test_what_can_t_be_read_is_refused_alone_and_in_its_order() -> None:
    not_base64: dict[str, Any] = {**good(1), "value": "A"}
    not_a_text: dict[str, Any] = {**good(2), "value": 5}
    unreadable = kafka_record(b"not an event", 3)
    tombstone, page_view = kafka_record(None, 4), kafka_record(viewer_json(event_name="page_view"), 5)
    records = [good(0), not_base64, not_a_text, unreadable, tombstone, page_view, good(6)]
    arrivals = decode_batch(records, SETTINGS)
    assert [(each.record, each.reason, each.detail) for each in arrivals.refused] == [
        (not_base64, RejectReason.INTERNAL_ERROR, "decoding: Error"),
        (not_a_text, RejectReason.INTERNAL_ERROR, "decoding: TypeError"),
        (unreadable, RejectReason.UNKNOWN_FORMAT, "neither tab-separated nor a JSON object"),
    ]
    assert (arrivals.records, arrivals.decoded, arrivals.skipped) == (7, 2, 2)
    (part,) = arrivals.parts.values()
    assert part.records == [records[0], records[6]]


def test_a_batch_may_be_empty() -> None:
    arrivals = decode_batch([], SETTINGS)
    assert (arrivals.records, arrivals.parts) == (0, {})
