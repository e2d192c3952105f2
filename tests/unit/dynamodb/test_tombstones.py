"""Tombstones name nobody, and a function with another secret than the table's stops before it looks for one."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import cast

import pytest

from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.tombstones import (
    REWRITTEN_AFTER_MS,
    STATE_KEY,
    TombstoneKeys,
    WrongTombstoneSecret,
    erased_at_ms,
    is_old,
    old_key,
    state_item,
    tombstone_item,
)
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.intake.store import SessionPart
from live_viewers.settings import ProcessEventsSettings
from tests.store_in_memory import CallsInMemory
from tests.viewing import START_MS, play

NOW_MS = 1_795_518_000_000
VIEWER = "viewer@example.com"
INNER = hashlib.sha256(VIEWER.encode()).hexdigest()


class State:
    """Keeps the item about the keys, and counts what is asked of it."""

    def __init__(self, item: Item | None = None) -> None:
        self.item = item
        self.reads = self.inserts = 0

    def read(self, key: Item) -> Item | None:
        assert key == STATE_KEY
        self.reads += 1
        return self.item

    def insert(self, item: Item) -> None:
        self.inserts += 1
        self.item = self.item or item


def test_the_key_is_a_keyed_hash_of_the_hash_of_the_id() -> None:
    (key,) = TombstoneKeys("k", State(state_item("k", NOW_MS, is_done=True))).of(VIEWER)
    expected = hmac.new(b"k", bytes.fromhex(INNER), hashlib.sha256).hexdigest()
    assert key == {"viewer_id": {"S": f"erased#hmac#{expected}"}, "sk": {"S": "tombstone"}}
    item = tombstone_item(key, NOW_MS, 1)
    assert VIEWER not in str(item)
    assert INNER not in str(item)
    assert erased_at_ms(item) == NOW_MS


def test_an_id_that_is_no_text_has_a_key_too() -> None:
    (key,) = TombstoneKeys("k", State(state_item("k", NOW_MS, is_done=True))).of("\ud800")
    assert not is_old(key["viewer_id"]["S"])


def test_an_old_key_is_rewritten_without_the_id() -> None:
    keys = TombstoneKeys("k", State())
    new, old = keys.of(VIEWER)
    assert old == {"viewer_id": {"S": f"erased#{INNER}"}, "sk": {"S": "tombstone"}} == old_key(VIEWER)
    assert keys.rewritten(old) == new
    assert (is_old(old["viewer_id"]["S"]), is_old(new["viewer_id"]["S"])) == (True, False)


def test_an_instance_reads_the_state_once_and_not_before_it_needs_it() -> None:
    state = State(state_item("k", NOW_MS, is_done=True))
    keys = TombstoneKeys("k", state)
    assert state.reads == 0
    for viewer in ("a", "b", "c"):
        assert len(keys.of(viewer)) == 1
    assert (state.reads, state.inserts) == (1, 0)


def test_the_first_function_puts_the_fingerprint_and_not_the_secret() -> None:
    state = State()
    TombstoneKeys("the-secret", state, lambda: NOW_MS).of("a")
    assert state.inserts == 1
    assert "the-secret" not in str(state.item)
    TombstoneKeys("the-secret", state).of("a")
    assert state.inserts == 1


def test_another_secret_is_refused_by_name_each_time() -> None:
    keys = TombstoneKeys("other", State(state_item("k", NOW_MS)))
    for _ in range(2):
        with pytest.raises(WrongTombstoneSecret, match=r"TOMBSTONE_SECRET .*docs/upgrading\.md"):
            keys.of("a")
    with pytest.raises(WrongTombstoneSecret):
        keys.to_write("a", NOW_MS)
    with pytest.raises(WrongTombstoneSecret):
        keys.rewritten(old_key("a"))


def test_both_keys_are_written_while_the_release_before_may_run() -> None:
    keys = TombstoneKeys("k", State(state_item("k", NOW_MS)))
    assert len(keys.to_write("a", NOW_MS + REWRITTEN_AFTER_MS - 1)) == 2
    assert len(keys.to_write("a", NOW_MS + REWRITTEN_AFTER_MS)) == 1
    assert len(keys.of("a")) == 2  # but looked for, until they are rewritten
    done = TombstoneKeys("k", State(state_item("k", NOW_MS, is_done=True)))
    assert len(done.to_write("a", NOW_MS)) == 1


class CountingCalls(CallsInMemory):
    """Notes the reads of the state, and how many keys the others ask for."""

    def __init__(self, state: Item) -> None:
        super().__init__()
        self.items["erasures", "tombstone-key"] = state
        self.state_reads = 0
        self.asked: list[int] = []

    def read(self, keys: Sequence[Item]) -> list[Item]:
        if keys == [STATE_KEY]:
            self.state_reads += 1
        else:
            self.asked.append(len(keys))
        return super().read(keys)


def create_two(calls: CountingCalls) -> None:
    """Two batches of an instance of the hot path, each of a new session."""
    settings = ProcessEventsSettings(
        stage="local",
        viewer_profiles_table="table",
        rejected_bucket="-",
        live_index_secret="secret",
        tombstone_secret="k",
    )
    writer = SessionWriter(cast(Calls, calls), settings)
    for viewer in ("ann", "bob"):
        part = SessionPart(viewer, "s")
        part.events.append(play(at=0, viewer_id=viewer, session_id="s"))
        part.records.append({"topic": "t", "partition": 0, "offset": 1})
        writer.write([part], lambda: START_MS, lambda: 60_000)


@pytest.mark.parametrize(("is_done", "tombstones"), [(True, 1), (False, 2)])
def test_the_hot_path_reads_the_state_once_and_checks_one_key_once_all_are_rewritten(
    is_done: bool, tombstones: int
) -> None:
    calls = CountingCalls(state_item("k", NOW_MS, is_done))
    create_two(calls)
    # With the session, and once more when it is there.
    assert (calls.state_reads, calls.asked) == (1, [1 + tombstones, tombstones] * 2)


def test_the_hot_path_writes_nothing_with_another_secret() -> None:
    calls = CountingCalls(state_item("other", NOW_MS))
    with pytest.raises(WrongTombstoneSecret):
        create_two(calls)
    assert set(calls.items) == {("erasures", "tombstone-key")}
