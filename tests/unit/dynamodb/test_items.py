"""Items: their keys, their place in the live index, and that what is written is read back."""

from collections import Counter

import pytest

from live_viewers.dynamodb import items
from live_viewers.dynamodb.live_key import LIVE_BLOCK, LivePlaces, kept_live_key, spare_of
from live_viewers.dynamodb.tables.live_index import BLOCKS
from live_viewers.session.liveness import live_until_ms
from live_viewers.session.media_session import MediaSession
from live_viewers.session.status import status_of
from live_viewers.session.timeline import timeline_row
from live_viewers.wire import DecodeSettings, Unreadable, decode
from tests.golden_events import all_tsv_records

NOW_MS = 1_790_000_000_000
PLACES = LivePlaces("secret", 8)


def golden_sessions() -> list[MediaSession]:
    sessions: dict[tuple[str, str], MediaSession] = {}
    for record in all_tsv_records():
        try:
            event = decode(record, DecodeSettings())
        except Unreadable:
            continue
        if event is not None:
            key = (event.viewer_id, event.session_id)
            sessions.setdefault(key, MediaSession(*key)).add(event)
    return list(sessions.values())


def item_of(session: MediaSession) -> items.Item:
    return items.session_item(
        session,
        status=status_of(session).value,
        live_until_ms=live_until_ms(session),
        now_ms=session.last_seen_ms,
        places=PLACES,
        retention_days=90,
    )


def size_of(item: items.Item) -> int:
    """As DynamoDB counts: names and values; a number half a byte a digit, and one."""
    sizes = {"S": lambda text: len(text.encode()), "N": lambda digits: len(digits) // 2 + 2, "B": len}
    return sum(len(name) + sizes[kind](raw) for name, value in item.items() for kind, raw in value.items())


def test_a_session_item_is_read_as_it_was_written() -> None:
    sessions = golden_sessions()
    assert sessions
    for session in sessions:
        session.version = NOW_MS
        read = items.session_of(item_of(session))
        assert read == session
        assert read.version == NOW_MS


def test_every_golden_session_fits_one_write_unit() -> None:
    assert max(size_of(item_of(session)) for session in golden_sessions()) <= 1_024


def test_a_timeline_item_is_read_as_it_was_written_even_with_hashes_in_the_event_id() -> None:
    event = decode(all_tsv_records()[0], DecodeSettings())
    assert event is not None
    row = timeline_row(event)
    assert row is not None
    item = items.timeline_item(row, retention_days=30)
    assert items.timeline_row_of(item) == row
    item["sk"]["S"] += "#more"
    assert items.timeline_row_of(item).event_id == row.event_id + "#more"


def test_timeline_keys_sort_as_times_do() -> None:
    times = [0, 999, 1_000, 999_999_999_999, 1_790_000_000_000]
    keys = [items.event_sort_key(time_ms, "z") for time_ms in times]
    assert keys == sorted(keys)


def test_a_lease_renewed_by_pings_moves_in_the_index_once_in_ten_minutes() -> None:
    keys = {PLACES.key("v", "s", NOW_MS + ping * 30_000) for ping in range(40)}
    assert len(keys) == 3
    assert len({key % LIVE_BLOCK for _, key in keys}) == 1


def test_who_has_watched_for_half_an_hour_moves_once_in_thirty_minutes() -> None:
    stored, keys = None, []
    for at_ms in range(0, 2 * 3_600_000, 30_000):
        now_ms = NOW_MS + at_ms
        _, key = PLACES.key("v", "s", now_ms + 75_000)
        stored = kept_live_key(key, stored, now_ms, spare_of(at_ms, 75_000))
        assert stored is not None
        assert stored >= key
        keys.append(stored)
    assert keys == sorted(keys)
    assert len(set(keys)) in (
        5,
        6,
    )  # in two hours: after 10 minutes, 20 more, then 30 each
    assert len({key % LIVE_BLOCK for key in keys}) == 1


@pytest.mark.parametrize("lasted_ms", [0, 9 * 60_000, 10 * 60_000, 29 * 60_000, 30 * 60_000, 10**9])
@pytest.mark.parametrize(
    ("lease_ms", "ahead_ms"),
    [
        (60_000, 0),
        (75_000, 300_000),
        (300_000, 300_000),
        (300_001, 300_000),
        (600_000, 300_000),
        (750_000, 300_000),
        (750_001, 0),
        (1_800_000, 0),
    ],
)
def test_every_key_is_within_the_blocks_that_readers_look_at(lasted_ms: int, lease_ms: int, ahead_ms: int) -> None:
    """`ahead_ms`: by how much a device's clock may be ahead."""
    for now_ms in range(NOW_MS, NOW_MS + 1_200_000, 7_000):
        floor = -(-now_ms // 600_000) * LIVE_BLOCK
        _, key = PLACES.key("v", "s", now_ms + ahead_ms + lease_ms)
        assert floor <= key
        assert key + spare_of(lasted_ms, lease_ms) < floor + BLOCKS * LIVE_BLOCK


@pytest.mark.parametrize("lasted_hours", [0, 0.9, 5.9, 6, 100.5, 9_000])
def test_a_session_is_listed_by_an_hour_at_most_six_before_its_newest_event(lasted_hours: float) -> None:
    last_seen_ms = NOW_MS + int(lasted_hours * 3_600_000)
    hour = items.recent_hour(NOW_MS, last_seen_ms)
    assert last_seen_ms // 3_600_000 - 6 <= hour <= last_seen_ms // 3_600_000
    assert (hour == NOW_MS // 3_600_000) is (lasted_hours < 6)


NOW_S = NOW_MS // 1000


@pytest.mark.parametrize(
    ("key", "stored", "written"),
    [
        (NOW_S + 600, None, NOW_S + 600),
        (NOW_S + 600, NOW_S + 1200, NOW_S + 1200),
        (NOW_S + 1200, NOW_S + 600, NOW_S + 1200),
        (None, NOW_S + 600, NOW_S + 600),
        (None, NOW_S, None),
        (NOW_S - 300, NOW_S - 100, NOW_S - 300),
        (None, None, None),
    ],
)
def test_a_session_goes_on_in_the_index_and_back_only_when_its_place_is_past(
    key: int | None, stored: int | None, written: int | None
) -> None:
    assert kept_live_key(key, stored, NOW_MS) == written


def test_only_a_session_that_has_to_move_on_moves_further() -> None:
    assert kept_live_key(NOW_S + 600, NOW_S + 600, NOW_MS, LIVE_BLOCK) == NOW_S + 600
    assert kept_live_key(NOW_S + 601, NOW_S + 600, NOW_MS, LIVE_BLOCK) == NOW_S + 601 + LIVE_BLOCK
    assert kept_live_key(NOW_S + 600, None, NOW_MS, LIVE_BLOCK) == NOW_S + 600


def test_sessions_are_spread_over_shards_and_over_the_block() -> None:
    keys = [PLACES.key(f"viewer-{n}", "s", NOW_MS) for n in range(8_000)]
    shards = Counter(shard for shard, _ in keys)
    assert set(shards) == {f"live#{n}" for n in range(8)}
    assert max(shards.values()) < 1_200
    assert len({key % LIVE_BLOCK for _, key in keys}) == LIVE_BLOCK


@pytest.mark.parametrize("ahead_ms", [1, 75_000, 600_000])
def test_a_live_session_is_found_from_the_block_of_now_on(ahead_ms: int) -> None:
    floor = -(-NOW_MS // 600_000) * LIVE_BLOCK
    for n in range(100):
        assert PLACES.key(f"viewer-{n}", "s", NOW_MS + ahead_ms)[1] >= floor
