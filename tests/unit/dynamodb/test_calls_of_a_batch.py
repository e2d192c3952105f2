"""How many calls a batch takes, and what of it comes again after a failure."""

from collections.abc import Callable, Iterable, Sequence
from typing import cast

import msgspec
import pytest

from bench.capacity import is_of_ads
from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.transport import PUTS_A_CALL, STATEMENTS_A_CALL, ErrorAnswer
from live_viewers.dynamodb.writing.calls import Calls, Statement
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import SessionPart
from live_viewers.settings import ProcessEventsSettings
from tests.store_in_memory import CallsInMemory
from tests.viewing import PREROLL, START_MS, VIEWER, ad_break_start, ad_start, ping, play


class Counted(CallsInMemory):
    """What each call had: how many statements of sessions or of ads, and which rows. `reads` counts calls."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.sessions: list[int] = []
        self.ads: list[int] = []
        self.rows: list[list[Item]] = []
        self.refuses: Callable[[Item], bool] = lambda item: False
        self.is_throttled = False

    def read(self, keys: Sequence[Item]) -> list[Item]:
        self.reads += 1
        return super().read(keys)

    def execute(self, statements: Sequence[Statement]) -> list[str | None]:
        of_ads = {is_of_ads(each) for each in statements}
        assert len(of_ads) == 1
        (self.ads if of_ads.pop() else self.sessions).append(len(statements))
        return super().execute(statements)

    def put(self, items: Sequence[Item]) -> list[Item]:
        self.rows.append(list(items))
        if any(map(self.refuses, items)):
            raise ErrorAnswer("AccessDeniedException", 400, {})
        if self.is_throttled:  # as AWS does, some are left to put
            super().put(items[:10])
            return list(items[10:])
        return super().put(items)


def parts_of(sessions: Iterable[int], *makers: Callable[..., MediaEvent]) -> list[SessionPart]:
    parts = []
    for number in sessions:
        part = SessionPart(VIEWER, f"session-{number}")
        for at, make in enumerate(makers):
            event = make(at=at)
            part.events.append(msgspec.structs.replace(event, session_id=part.session_id))
            part.records.append({"topic": "t", "partition": 0, "offset": number * 10 + at})
        parts.append(part)
    return parts


def writer(calls: CallsInMemory) -> SessionWriter:
    settings = ProcessEventsSettings(
        stage="local",
        viewer_profiles_table="ViewerProfiles",
        rejected_bucket="rejected",
        live_index_secret="secret",
        tombstone_secret="secret",
    )
    return SessionWriter(cast(Calls, calls), settings)


def write(to: SessionWriter, parts: list[SessionPart]) -> None:
    written = to.write(parts, lambda: START_MS, lambda: 60_000)
    assert not written.refused


def ad(at: float) -> MediaEvent:
    return ad_start(at=at, ad_break=PREROLL)


def rows_there(calls: Counted) -> int:
    return sum(sk.startswith("event#") for _, sk in calls.items)


@pytest.mark.parametrize("sessions", [1, 24, 25, 49, 50, 51, 400, 401, 1_000])
def test_of_each_kind_of_call_a_batch_has_one_that_is_not_full(sessions: int) -> None:
    calls = Counted()
    write(writer(calls), parts_of(range(sessions), play, ad_break_start, ad))
    rows = [len(items) for items in calls.rows]
    for sizes, count in ((calls.sessions, sessions), (calls.ads, 2 * sessions), (rows, 3 * sessions)):
        assert sum(sizes) == count
        assert len(sizes) == -(-count // STATEMENTS_A_CALL)
    assert rows_there(calls) == 3 * sessions


def test_rows_that_a_call_left_are_put_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Counted()
    calls.is_throttled = True
    monkeypatch.setattr("time.sleep", lambda _: None)
    write(writer(calls), parts_of(range(60), play))
    assert rows_there(calls) == 60


def test_rows_and_ads_wait_until_their_sessions_are_known_to_stay() -> None:
    """Inserted, but whether their viewers were erased meanwhile could not be looked up."""

    class Denied(Counted):
        def read(self, keys: Sequence[Item]) -> list[Item]:
            if self.sessions:
                raise ErrorAnswer("AccessDeniedException", 400, {})
            return super().read(keys)

    calls = Denied()
    parts = parts_of(range(3), play, ad_break_start, ad)
    with pytest.raises(ErrorAnswer):
        write(writer(calls), parts)
    assert calls.sessions == [3]
    assert calls.rows == []
    assert calls.ads == []


def test_what_leaves_nothing_to_write_needs_no_time() -> None:
    calls = Counted()
    to = writer(calls)
    to.write([], lambda: START_MS, lambda: 0)
    assert calls.reads == 0
    # The item about tombstones before and after it is put, the sessions, their viewers' tombstones once more.
    to.write(parts_of(range(3), ping), lambda: START_MS, lambda: 0 if calls.reads == 4 else 60_000)
    assert calls.reads == 4
    assert calls.sessions == [3]


def test_sessions_whose_ads_could_not_be_told_are_not_taken_for_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    calls = Counted()
    to = writer(calls)
    parts = parts_of(range(3), play, ad_break_start, ad)
    with monkeypatch.context() as patch:
        patch.setattr("live_viewers.dynamodb.writing.ad_writer.tokens_of", fail)
        with pytest.raises(ZeroDivisionError):
            write(to, parts)
    assert calls.ads == []
    write(to, parts)
    assert calls.ads == [2 * len(parts)]


def test_after_a_failure_only_sessions_of_which_something_is_left_are_written_again() -> None:
    calls = Counted()
    parts = parts_of(range(100), play, ad_break_start, ad)
    last = parts[-1].events[0].event_id
    calls.refuses = lambda item: item["sk"]["S"].endswith(last)
    to = writer(calls)
    with pytest.raises(ErrorAnswer):
        write(to, parts)
    # The last call has the rows of the last of the sessions.
    left = 3 * len(parts) % PUTS_A_CALL or PUTS_A_CALL
    assert rows_there(calls) == 3 * len(parts) - left
    calls.refuses = lambda item: False
    calls.rows.clear()
    calls.sessions.clear()
    write(to, parts)
    assert calls.sessions == []
    assert {item["sk"]["S"] for call in calls.rows for item in call} == {
        f"event#{event.order_time_ms:013d}#{event.event_id}"
        for part in parts[-(-left // 3) * -1 :]
        for event in part.events
    }
    assert rows_there(calls) == 3 * len(parts)


def test_a_memory_that_turns_out_wrong_is_not_relied_on_for_the_rest_of_a_batch() -> None:
    calls = Counted()
    one, other = writer(calls), writer(calls)
    for number, to in enumerate((one, other)):
        write(to, parts_of(range(200), lambda at, later=number: play(at=later)))
    written = one.write(parts_of(range(200), lambda at: play(at=2)), lambda: START_MS + 1, lambda: 60_000)
    assert (written.conflicts, written.sessions) == (STATEMENTS_A_CALL, 200)
