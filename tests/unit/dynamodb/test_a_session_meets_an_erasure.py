"""A session that is written for the first time while its viewer is erased: of the two, one sees the other."""

from collections.abc import Callable, Sequence
from typing import cast

import pytest

from live_viewers.dynamodb.items import Item, session_of
from live_viewers.dynamodb.tombstones import StateStore, TombstoneKeys, state_item, tombstone_item
from live_viewers.dynamodb.writing.calls import Calls, Passing, StateByCalls, Statement
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import SessionPart
from live_viewers.settings import ProcessEventsSettings
from tests.store_in_memory import CallsInMemory
from tests.viewing import SESSION, START_MS, VIEWER, pause, play

NOW_MS = START_MS + 60_000
ERASED_MS = START_MS + 5_000
SESSION_AT = (VIEWER, f"session#{SESSION}")
SETTINGS = ProcessEventsSettings(
    stage="local",
    viewer_profiles_table="table",
    rejected_bucket="-",
    live_index_secret="secret",
    tombstone_secret="k",
)


class Store(CallsInMemory):
    """`before` and `after` are called once, around the next statements. `executed`: the statements' verbs.
    `withdrawals` are called before the next removals, and may give the code that answers them."""

    def __init__(self) -> None:
        super().__init__()
        state = state_item("k", 0, is_done=True)
        self.items["erasures", "tombstone-key"] = state
        self.executed: list[str] = []
        self.reads: list[list[str]] = []
        self.before: Callable[[], None] | None = None
        self.after: Callable[[], None] | None = None
        self.fail_next_read = False
        self.withdrawals: list[Callable[[], str | None]] = []

    def read(self, keys: Sequence[Item]) -> list[Item]:
        if self.fail_next_read:
            self.fail_next_read = False
            raise Passing("throttled")
        self.reads.append([key["sk"]["S"] for key in keys])
        return super().read(keys)

    def execute(self, statements: Sequence[Statement]) -> list[str | None]:
        self.executed += [statement["Statement"].split(" ")[0] for statement in statements]
        before, self.before = self.before, None
        if before:
            before()
        if statements[0]["Statement"].startswith("DELETE") and self.withdrawals:
            code = self.withdrawals.pop(0)()
            if code is not None:
                return [code for _ in statements]
        outcomes = super().execute(statements)
        after, self.after = self.after, None
        if after:
            after()
        return outcomes

    def put_tombstone(self) -> None:
        """As the request does."""
        (key,) = TombstoneKeys("k", cast(StateStore, StateByCalls(cast(Calls, self), "table"))).of(VIEWER)
        self.items[key["viewer_id"]["S"], "tombstone"] = tombstone_item(key, ERASED_MS, 1)

    def erase(self) -> None:
        """As the request does, and the job's first pass: the tombstone, then what there is of the viewer."""
        self.put_tombstone()
        for at in [at for at in self.items if at[0] == VIEWER]:
            del self.items[at]


def writer(calls: Store) -> SessionWriter:
    return SessionWriter(cast(Calls, calls), SETTINGS)


def write(to: SessionWriter, *events: MediaEvent) -> None:
    part = SessionPart(VIEWER, SESSION)
    part.events += events
    part.records += [{"topic": "t", "partition": 0, "offset": number} for number, _ in enumerate(events)]
    to.write([part], lambda: NOW_MS, lambda: 60_000)


def of_viewer(calls: Store) -> list[str]:
    return sorted(sk for viewer_id, sk in calls.items if viewer_id == VIEWER)


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_was_collected_before_an_erasure_that_comes_between_does_not_stay(when: str) -> None:
    calls = Store()
    setattr(calls, when, calls.erase)
    write(writer(calls), play(at=0))
    assert of_viewer(calls) == []


def test_a_session_that_was_there_before_the_first_pass_is_removed_by_it_and_not_written_again() -> None:
    """The erasure comes between the write and the look: the pass removed the session, and the look sees why."""
    calls = Store()
    to = writer(calls)
    calls.after = calls.erase
    write(to, play(at=0))
    write(to, play(at=0), pause(at=2))
    assert of_viewer(calls) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_was_collected_after_it_starts_afresh(when: str) -> None:
    calls = Store()
    setattr(calls, when, calls.erase)
    write(writer(calls), play(at=0), pause(at=9))
    session = session_of(calls.items[SESSION_AT])
    assert session.first_seen_ms == START_MS + 9_000
    assert calls.items[SESSION_AT]["e"] == {"N": str(ERASED_MS)}
    (row,) = [sk for sk in of_viewer(calls) if sk.startswith("event#")]
    assert row.startswith(f"event#{START_MS + 9_000}#")


def throttled() -> str:
    return "ThrottlingError"


def away() -> str:
    raise Passing("InternalServerError")


@pytest.mark.parametrize("trouble", [[throttled], [away], [throttled, away, throttled]])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_session_that_could_not_be_taken_back_is_until_it_is_gone(
    when: str, trouble: list[Callable[[], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    calls = Store()
    setattr(calls, when, calls.put_tombstone)
    calls.withdrawals = [*trouble]
    write(writer(calls), play(at=0), pause(at=9))
    assert calls.executed == ["INSERT", *["DELETE"] * (len(trouble) + 1), "INSERT"]
    assert session_of(calls.items[SESSION_AT]).first_seen_ms == START_MS + 9_000
    assert calls.items[SESSION_AT]["e"] == {"N": str(ERASED_MS)}


def test_what_another_instance_has_gone_on_with_stays_without_the_mark_of_a_new_beginning() -> None:
    """So the erasure's second pass removes it: it takes all that isn't marked."""
    calls = Store()
    calls.after = calls.put_tombstone
    other = writer(calls)
    calls.withdrawals = [lambda: write(other, play(at=0), pause(at=2))]
    write(writer(calls), play(at=0))
    assert session_of(calls.items[SESSION_AT]).last_seen_ms == START_MS + 2_000
    assert "e" not in calls.items[SESSION_AT]


def test_a_viewer_erased_before_costs_no_write_that_is_taken_back() -> None:
    calls = Store()
    calls.erase()
    write(writer(calls), play(at=0))
    assert calls.executed == []
    write(writer(calls), pause(at=9))
    assert calls.executed == ["INSERT"]


def test_a_session_that_is_remembered_and_gone_asks_why() -> None:
    calls = Store()
    to = writer(calls)
    write(to, play(at=0))
    calls.erase()
    write(to, pause(at=2))
    assert of_viewer(calls) == []
    write(to, pause(at=9))
    assert calls.items[SESSION_AT]["e"] == {"N": str(ERASED_MS)}


def test_what_was_collected_before_is_asked_for_where_memory_says_that_it_is_all_there() -> None:
    calls = Store()
    to = writer(calls)
    event = play(at=0)
    write(to, event)
    calls.erase()
    write(to, event)
    assert (of_viewer(calls), calls.executed) == ([], ["INSERT"])


def test_a_look_that_fails_is_made_again_with_the_session_read() -> None:
    calls = Store()

    def throttle() -> None:
        calls.fail_next_read = True

    calls.after = throttle
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        write(writer(calls), play(at=0))
    assert calls.executed == ["INSERT"]
    assert SESSION_AT in calls.items


def test_a_known_session_asks_for_no_tombstone() -> None:
    calls = Store()
    to = writer(calls)
    write(to, play(at=0))
    calls.reads.clear()
    write(to, pause(at=2))
    assert calls.reads == []
    write(writer(calls), pause(at=9))
    assert calls.reads[-1] == [f"session#{SESSION}", "tombstone"]
