"""Whatever bytes come: a media event, None or Unreadable, and nothing else. Bounded by the number of examples."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from live_viewers.events.media_event import MediaEvent
from live_viewers.events.viewer import EVENT_ID_MAX_BYTES, SESSION_ID_MAX_BYTES, VIEWER_ID_MAX_BYTES
from live_viewers.wire import DecodeSettings, RejectReason, Unreadable, decode
from live_viewers.wire.tsv_columns import COLUMN_COUNT
from tests.golden_events import all_tsv_records, records
from tests.unit.wire.records import COLUMNS, contexts, tsv, viewer_json

SETTINGS = DecodeSettings()
GOLDEN = all_tsv_records() + records("reference_viewer_json.jsonl")
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def check(value: bytes) -> None:
    try:
        event = decode(value, SETTINGS)
    except Unreadable as error:
        RejectReason(error.reason)  # raises for one that isn't in the closed set
        return
    if event is not None:
        check_storable(event)


def check_storable(event: MediaEvent) -> None:
    """What comes out can be written: keys that fit, texts that are UTF-8, times of 13 digits."""
    assert 0 < len(event.viewer_id.encode()) <= VIEWER_ID_MAX_BYTES
    assert 0 < len(event.session_id.encode()) <= SESSION_ID_MAX_BYTES
    assert 0 < len(event.event_id.encode()) <= EVENT_ID_MAX_BYTES
    assert 0 <= event.order_time_ms < 10**13
    assert 0 <= event.event_time_ms < 10**13
    if event.player is not None:
        assert event.player.position_s >= 0
        (event.player.label or "").encode()


@given(st.binary(max_size=400))
@example(b"\t" * (COLUMN_COUNT - 1))
@example(b"{" + b"\t" * (COLUMN_COUNT - 1))
def test_any_bytes(value: bytes):
    check(value)


@given(st.sampled_from(GOLDEN), st.data())
def test_a_golden_record_with_a_piece_replaced(record: bytes, data: st.DataObject):
    start = data.draw(st.integers(0, len(record)))
    end = data.draw(st.integers(start, min(len(record), start + 60)))
    check(record[:start] + data.draw(st.binary(max_size=20)) + record[end:])


@given(st.sampled_from(GOLDEN), st.integers(0, 4000))
def test_a_golden_record_cut_short(record: bytes, length: int):
    check(record[:length])


@given(
    st.sampled_from([name for name in COLUMNS if name not in ("event", "event_vendor", "event_name")]),
    st.text(max_size=60),
)
def test_any_text_in_any_column(column: str, text: str):
    check(tsv_with(column, text))


def tsv_with(column: str, text: str) -> bytes:
    values = tsv().split(b"\t")
    values[COLUMNS.index(column)] = text.encode(errors="surrogatepass")
    return b"\t".join(values)


@given(JSON_VALUES, JSON_VALUES)
def test_any_json_as_an_entity(player: object, session: object):
    text = contexts(player, session).encode(errors="surrogatepass")
    values = tsv().split(b"\t")
    values[COLUMNS.index("contexts")] = text
    check(b"\t".join(values))


@given(JSON_VALUES)
def test_any_json_as_a_record(value: object):
    check(json.dumps(value).encode())


@given(
    st.sampled_from(
        [
            "collector_tstamp",
            "event_id",
            "event_name",
            "viewer_id",
            "adsClicked",
            "adId",
            "video_ts",
            "derived_tstamp",
            "dvce_created_tstamp",
            "media_session_id",
            "player",
            "session",
            "ad",
            "ad_break",
            "payload",
        ]
    ),
    JSON_VALUES,
)
def test_any_json_in_any_field_of_viewer_json(field: str, value: object):
    check(viewer_json(**{field: value}))
