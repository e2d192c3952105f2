"""The failure rules: what happens when the store throttles, conflicts, is away, or can't ever take an item."""

import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from live_viewers.dynamodb.tombstones import StateInTable, TombstoneKeys, tombstone_item
from live_viewers.dynamodb.transport import STATEMENTS_A_CALL, ErrorAnswer
from live_viewers.dynamodb.writing import patience
from live_viewers.intake.store import OutOfTime, StoreUnavailable
from live_viewers.session.status import Status, status_of
from tests.faults import FaultProxy, done_but_silent, error, faulty, throttle_statement_of, unprocessed_puts
from tests.instances import Instance, stored_items, stored_viewer
from tests.kafka_records import START_MS, enriched_json, event_of
from tests.tables import client_of, direct_client_of


@pytest.fixture
def proxy(dynamodb_local: str) -> Iterator[FaultProxy]:
    with faulty(dynamodb_local) as proxy:
        yield proxy


@pytest.fixture
def instance(proxy: FaultProxy, profiles_table: str) -> Instance:
    return Instance(proxy.endpoint, profiles_table)


@pytest.fixture
def viewers() -> list[str]:
    run = uuid4()
    return [f"{run}-{n}" for n in range(3)]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives up after milliseconds rather than seconds."""
    monkeypatch.setattr(patience, "FIRST_WAIT_S", 0.0001)


def first_half(viewers: list[str]) -> dict[str, Any]:
    return event_of(
        [
            enriched_json(f"{name}_event", START_MS + at, viewer=viewer, event_id=f"e-{name}")
            for viewer in viewers
            for at, name in enumerate(("ready", "play"))
        ]
    )


def second_half(viewers: list[str]) -> dict[str, Any]:
    values = [
        enriched_json("pause_event", START_MS + 9_000, viewer=viewer, event_id="e-pause", player={"paused": True})
        for viewer in viewers
    ]
    return event_of(values, first_offset=1_000)


def assert_all_paused(dynamodb_local: str, table: str, viewers: list[str]) -> None:
    client = client_of(dynamodb_local)
    for viewer in viewers:
        sessions, rows = stored_viewer(client, table, viewer)
        assert status_of(sessions["session"]) is Status.PAUSED_VIDEO
        assert [row.event_id for row in rows] == ["e-ready", "e-play", "e-pause"]


def test_one_throttled_session_is_tried_again_and_the_others_are_not(
    instance: Instance, proxy: FaultProxy, viewers: list[str], dynamodb_local: str, profiles_table: str
) -> None:
    instance.process(first_half(viewers))
    proxy.fail(throttle_statement_of(viewers[1]), times=2)
    instance.process(second_half(viewers))
    assert proxy.operations["BatchExecuteStatement"] == 1 + 3  # the first half's inserts before
    assert_all_paused(dynamodb_local, profiles_table, viewers)


@pytest.mark.usefixtures("impatient")
def test_a_session_that_stays_throttled_fails_the_invocation_and_comes_right_with_the_next(
    instance: Instance, proxy: FaultProxy, viewers: list[str], dynamodb_local: str, profiles_table: str
) -> None:
    instance.process(first_half(viewers))
    proxy.fail(throttle_statement_of(viewers[1]), times=patience.ROUNDS)
    with pytest.raises(StoreUnavailable):
        instance.process(second_half(viewers))
    assert instance.rejected.objects == {}
    instance.process(second_half(viewers))
    assert_all_paused(dynamodb_local, profiles_table, viewers)


def test_timeline_rows_that_were_not_processed_are_put_again(
    instance: Instance, proxy: FaultProxy, viewers: list[str], dynamodb_local: str, profiles_table: str
) -> None:
    proxy.fail(unprocessed_puts(most=2), times=2)
    instance.process(first_half(viewers))
    instance.process(second_half(viewers))
    assert_all_paused(dynamodb_local, profiles_table, viewers)


@pytest.mark.parametrize("operation", ["BatchGetItem", "BatchExecuteStatement", "BatchWriteItem"])
@pytest.mark.parametrize(
    ("code", "status"),
    [("ProvisionedThroughputExceededException", 400), ("ThrottlingException", 400), ("InternalServerError", 500)],
)
def test_a_call_that_fails_for_a_while_is_made_again(
    instance: Instance,
    proxy: FaultProxy,
    viewers: list[str],
    dynamodb_local: str,
    profiles_table: str,
    operation: str,
    code: str,
    status: int,
) -> None:
    proxy.fail(error(code, status, on=operation), times=2)
    instance.process(first_half(viewers))
    instance.process(second_half(viewers))
    assert_all_paused(dynamodb_local, profiles_table, viewers)


@pytest.mark.parametrize("operation", ["BatchExecuteStatement", "BatchWriteItem"])
def test_a_write_that_was_done_but_not_answered_is_not_done_twice(
    dynamodb_local: str,
    proxy: FaultProxy,
    profiles_table: str,
    viewers: list[str],
    operation: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance = Instance(proxy.endpoint, profiles_table)
    monkeypatch.setattr(instance.calls._transport, "_read_timeout_s", 0.5)
    proxy.fail(done_but_silent(operation, seconds=1.5), times=1)
    instance.process(first_half(viewers))
    instance.process(second_half(viewers))
    assert_all_paused(dynamodb_local, profiles_table, viewers)
    assert instance.rejected.objects == {}


@pytest.mark.usefixtures("impatient")
def test_while_the_store_is_away_the_invocation_fails_and_nothing_is_lost(
    instance: Instance, proxy: FaultProxy, viewers: list[str], dynamodb_local: str, profiles_table: str
) -> None:
    instance.process(first_half(viewers))
    proxy.refuses_connections = True
    with pytest.raises(StoreUnavailable):
        instance.process(second_half(viewers))
    proxy.refuses_connections = False
    instance.process(second_half(viewers))
    assert_all_paused(dynamodb_local, profiles_table, viewers)


def test_an_outage_shorter_than_the_patience_is_sat_out(
    instance: Instance, proxy: FaultProxy, viewers: list[str], dynamodb_local: str, profiles_table: str
) -> None:
    instance.process(first_half(viewers))
    proxy.refuses_connections = True
    threading.Timer(0.5, lambda: setattr(proxy, "refuses_connections", False)).start()
    instance.process(second_half(viewers))
    assert_all_paused(dynamodb_local, profiles_table, viewers)


def test_denied_access_fails_the_invocation_at_once(
    instance: Instance, proxy: FaultProxy, viewers: list[str]
) -> None:
    proxy.fail(error("AccessDeniedException"), times=1)
    with pytest.raises(ErrorAnswer):
        instance.process(first_half(viewers))
    assert proxy.operations.total() == 1
    assert instance.rejected.objects == {}


def test_an_invocation_stops_before_its_deadline_and_the_next_goes_on(
    instance: Instance, proxy: FaultProxy, dynamodb_local: str, profiles_table: str
) -> None:
    run = uuid4()
    viewers = [f"{run}-{n:03d}" for n in range(120)]
    left = iter([60_000] * 4 + [0] * 1_000)
    event = first_half(viewers)
    with pytest.raises(OutOfTime):
        instance.process(event, time_left_ms=lambda: next(left))
    before = proxy.operations.total()
    instance.process(event)
    assert proxy.operations.total() > before
    instance.process(second_half(viewers))
    assert_all_paused(dynamodb_local, profiles_table, [viewers[0], viewers[60], viewers[119]])


def test_what_a_failed_invocation_had_finished_is_not_done_again_by_the_same_instance(
    instance: Instance, proxy: FaultProxy
) -> None:
    run = uuid4()
    viewers = [f"{run}-{n:03d}" for n in range(2 * STATEMENTS_A_CALL + 1)]
    instance.process(first_half(viewers))
    proxy.fail(_denied_for(viewers[-1]), times=1)
    with pytest.raises(ErrorAnswer):
        instance.process(second_half(viewers))
    proxy.operations.clear()
    instance.process(second_half(viewers))
    # The last session with its viewer's tombstone, its update, its rows.
    assert proxy.operations == {"BatchGetItem": 1, "BatchExecuteStatement": 1, "BatchWriteItem": 1}


def _denied_for(viewer: str) -> Any:
    fail = error("AccessDeniedException", on="BatchExecuteStatement")
    return lambda operation, body, forward: fail(operation, body, forward) if viewer in str(body) else None


def test_two_invocations_that_create_the_same_session_both_end_in_it(
    dynamodb_local: str, profiles_table: str, viewers: list[str]
) -> None:
    one, other = (Instance(dynamodb_local, profiles_table) for _ in range(2))
    one.calls.before_write = lambda: other.process(second_half(viewers))
    one.process(first_half(viewers))
    client = client_of(dynamodb_local)
    for viewer in viewers:
        sessions, rows = stored_viewer(client, profiles_table, viewer)
        assert status_of(sessions["session"]) is Status.PAUSED_VIDEO
        assert len(rows) == 3


def test_invocations_at_the_same_time_lose_nothing(dynamodb_local: str, profiles_table: str) -> None:
    viewer = f"viewer-{uuid4()}"
    values = [
        enriched_json(
            "volume_change_event", START_MS + at, viewer=viewer, event_id=f"e-{at}", payload={"newVolume": 1}
        )
        for at in range(24)
    ]
    crew = [Instance(dynamodb_local, profiles_table) for _ in range(4)]
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for at in range(number, 24, 4):
                crew[number].process(event_of([values[at]], first_offset=at))
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    sessions, rows = stored_viewer(crew[0].client, profiles_table, viewer)
    assert len(rows) == 24
    assert sessions["session"].last_order_ms == START_MS + 23


class TestWhatTheStoreCanNeverTake:
    """Wire checks keep such ids out; this is the second line, for what a check might miss."""

    @pytest.fixture(autouse=True)
    def without_id_checks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("live_viewers.wire.assembly.checked_id", lambda *_: None)
        monkeypatch.setattr("live_viewers.wire.enriched_json.viewer_id_of", lambda user_id, *_: user_id)

    @pytest.mark.parametrize("poison", ["viewer", "session"])
    def test_a_key_too_long_is_rejected_and_its_neighbours_are_stored(
        self, dynamodb_local: str, profiles_table: str, viewers: list[str], poison: str
    ) -> None:
        instance = Instance(dynamodb_local, profiles_table)
        bad = {"viewer": viewers[0] + "x" * 2_048} if poison == "viewer" else {"session": "s" * 1_100}
        good = [enriched_json("play_event", START_MS, viewer=viewer, event_id="e") for viewer in viewers]
        poisoned = enriched_json("play_event", START_MS, **{"viewer": viewers[0], "event_id": "p", **bad})
        instance.process(event_of([good[0], poisoned, *good[1:]]))
        assert [(record.offset, record.reason) for record in instance.rejected.records] == [(1, "unstorable")]
        for viewer in viewers:
            assert "session" in stored_viewer(instance.client, profiles_table, viewer)[0]

    def test_an_event_id_too_long_for_a_row_is_rejected_and_its_neighbours_have_rows(
        self, dynamodb_local: str, profiles_table: str, viewers: list[str]
    ) -> None:
        instance = Instance(dynamodb_local, profiles_table)
        values = [
            enriched_json("play_event", START_MS, viewer=viewers[0], event_id=event_id)
            for event_id in ("a", "x" * 1_100, "b")
        ]
        instance.process(event_of(values))
        assert [(record.offset, record.reason) for record in instance.rejected.records] == [(1, "unstorable")]
        assert len(stored_viewer(instance.client, profiles_table, viewers[0])[1]) == 2

    @pytest.mark.parametrize("is_known", [True, False])
    def test_an_item_too_large_is_rejected_and_its_neighbours_are_stored(
        self,
        dynamodb_local: str,
        profiles_table: str,
        viewers: list[str],
        monkeypatch: pytest.MonkeyPatch,
        is_known: bool,
    ) -> None:
        instance = Instance(dynamodb_local, profiles_table)
        if is_known:
            instance.process(first_half(viewers))
        from live_viewers.dynamodb.writing import session_write

        attributes_of = session_write.session_attributes

        def oversized(session: Any, packed: bytes, **rest: Any) -> Any:
            bulk = b"x" * 500_000 if session.viewer_id == viewers[1] else packed
            return attributes_of(session, bulk, **rest)

        monkeypatch.setattr(session_write, "session_attributes", oversized)
        instance.process(second_half(viewers))
        assert [(record.offset, record.reason) for record in instance.rejected.records] == [(1_001, "unstorable")]
        for viewer in (viewers[0], viewers[2]):
            sessions, _ = stored_viewer(instance.client, profiles_table, viewer)
            assert status_of(sessions["session"]) is Status.PAUSED_VIDEO


class TestAfterAnErasure:
    ERASED_MS = START_MS + 5_000

    @pytest.fixture
    def erased(self, dynamodb_local: str, profiles_table: str, viewers: list[str]) -> Instance:
        """Knows the first half's sessions; the store has only the viewers' tombstones."""
        instance = Instance(dynamodb_local, profiles_table)
        instance.process(first_half(viewers))
        for viewer in viewers:
            for item in stored_items(instance.client, profiles_table, viewer):
                key = {name: item[name] for name in ("viewer_id", "sk")}
                instance.client.delete_item(TableName=profiles_table, Key=key)
            keys = TombstoneKeys("secret", StateInTable(direct_client_of(dynamodb_local), profiles_table))
            tombstone = tombstone_item(keys.of(viewer)[0], self.ERASED_MS, int(time.time()) + 3_600)
            instance.client.put_item(TableName=profiles_table, Item=tombstone)
        return instance

    def test_events_collected_before_bring_nothing_back(
        self, erased: Instance, profiles_table: str, viewers: list[str], dynamodb_local: str
    ) -> None:
        fresh = Instance(dynamodb_local, profiles_table)
        for instance in (erased, fresh):
            instance.process(first_half(viewers))
            assert stored_items(instance.client, profiles_table, viewers[0]) == []

    def test_events_collected_after_start_afresh_with_unknown_counters(
        self, erased: Instance, profiles_table: str, viewers: list[str]
    ) -> None:
        after = enriched_json(
            "play_event",
            START_MS + 10_000,
            viewer=viewers[0],
            event_id="after",
            totals={"startedAt": "2026-09-21T00:00:00.000Z", "timePlayed": 9.0},
        )
        erased.process(event_of([after], first_offset=50))
        # The old ones once more, now that the session exists again, in this instance and in another.
        erased.process(first_half(viewers))
        sessions, rows = stored_viewer(erased.client, profiles_table, viewers[0])
        assert [row.event_id for row in rows] == ["after"]
        assert sessions["session"].totals_void
        assert sessions["session"].first_seen_ms == START_MS + 10_000

    def test_a_batch_with_old_and_new_events_keeps_the_new(
        self, profiles_table: str, viewers: list[str], erased: Instance, dynamodb_local: str
    ) -> None:
        before, after = (
            enriched_json("play_event", START_MS + at, viewer=viewers[0], event_id=f"e-{at}") for at in (0, 9_000)
        )
        Instance(dynamodb_local, profiles_table).process(event_of([before, after]))
        sessions, rows = stored_viewer(erased.client, profiles_table, viewers[0])
        assert [row.event_id for row in rows] == ["e-9000"]
        assert sessions["session"].first_seen_ms == START_MS + 9_000
