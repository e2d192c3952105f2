"""The titles that a session had before the one it has now: rows beside it, each the newest of its kind."""

from collections.abc import Sequence
from itertools import chain, permutations, repeat
from typing import cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.dynamodb import items
from live_viewers.dynamodb.writing.calls import Action, Calls, Passing
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import MediaEvent
from live_viewers.events.order_key import NEVER, order_prefix, sortable, unsortable
from live_viewers.intake.store import OutOfTime, SessionPart, StoreUnavailable
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.session.seen_title import SeenTitle
from live_viewers.settings import ProcessEventsSettings
from tests.any_events import any_event
from tests.store_in_memory import CallsInMemory
from tests.viewing import SESSION, START_MS, VIEWER, end, ping, play

FIRST = [play(at=0, label="Episode 1"), end(at=60, position=60, label="Episode 1")]
SECOND = [play(at=61, label="Episode 2"), ping(at=91, position=30, label="Episode 2")]
NOW_MS = START_MS + 3_600_000


def writer(calls: CallsInMemory) -> SessionWriter:
    settings = ProcessEventsSettings(
        stage="local",
        viewer_profiles_table="ViewerProfiles",
        rejected_bucket="rejected",
        live_index_secret="secret",
        tombstone_secret="secret",
    )
    return SessionWriter(cast(Calls, calls), settings)


def write(to: SessionWriter, *events: MediaEvent, now_ms: int = NOW_MS) -> None:
    part = SessionPart(VIEWER, SESSION)
    for number, event in enumerate(events):
        part.events.append(event)
        part.records.append({"topic": "t", "partition": 0, "offset": number})
    to.write([part], lambda: now_ms, lambda: 60_000)


def rows(calls: CallsInMemory) -> dict[str, SeenTitle]:
    found = [item for (_, sk), item in calls.items.items() if sk.startswith("title#")]
    return {title.media_id: title for title in items.seen_titles(found)}


def titles(calls: CallsInMemory) -> list[str]:
    session = items.session_of(calls.items[VIEWER, f"session#{SESSION}"])
    return [one.title for one in fold_profile([session], NOW_MS, titles=rows(calls).values()).titles]


def test_a_session_of_one_title_has_no_row() -> None:
    calls = CallsInMemory()
    write(writer(calls), *FIRST)
    assert rows(calls) == {}
    assert titles(calls) == ["Episode 1"]


@pytest.mark.parametrize("batches", list(permutations([FIRST[:1], FIRST[1:], SECOND])), ids=str)
def test_both_titles_of_a_playlist_are_known_whatever_order_they_come_in(batches: list[list[MediaEvent]]) -> None:
    calls = CallsInMemory()
    to = writer(calls)
    for batch in batches:
        write(to, *batch)
    assert titles(calls) == ["Episode 2", "Episode 1"]
    assert rows(calls)["Episode 1"].key == order_prefix(FIRST[1])


def test_both_titles_are_known_from_one_batch_and_from_an_instance_that_remembers_nothing() -> None:
    together, apart = CallsInMemory(), CallsInMemory()
    write(writer(together), *FIRST, *SECOND)
    for event in [*FIRST, *SECOND]:
        write(writer(apart), event)
    assert titles(together) == titles(apart) == ["Episode 2", "Episode 1"]
    assert rows(together)["Episode 1"] == rows(apart)["Episode 1"]


def test_a_title_left_is_not_lost_when_the_write_of_the_session_fails_after_it(monkeypatch) -> None:
    calls = CallsInMemory()
    write(writer(calls), *FIRST)

    def away(_: object) -> None:
        raise Passing("away")

    with monkeypatch.context() as patch:
        patch.setattr(calls, "execute", away)
        left_ms = chain(repeat(60_000, 3), repeat(0))
        part = SessionPart(VIEWER, SESSION)
        part.events, part.records = list(SECOND), [{"offset": 0}, {"offset": 1}]
        with pytest.raises(StoreUnavailable):
            writer(calls).write([part], lambda: NOW_MS, lambda: next(left_ms))
    write(writer(calls), *SECOND)
    assert titles(calls) == ["Episode 2", "Episode 1"]


def test_rows_of_titles_are_written_only_while_there_is_time() -> None:
    class Counted(CallsInMemory):
        transactions = 0

        def transact(self, actions: Sequence[Action]) -> None:
            self.transactions += any("k" in action["Put"]["Item"] for action in actions)
            super().transact(actions)

    calls = Counted()
    parts = []
    for number in range(60):
        part = SessionPart(VIEWER, f"{SESSION}-{number}")
        part.events = [msgspec.structs.replace(event, session_id=part.session_id) for event in FIRST + SECOND]
        part.records = [{"topic": "t", "partition": 0, "offset": at} for at, _ in enumerate(part.events)]
        parts.append(part)
    to = writer(calls)
    with pytest.raises(OutOfTime):
        to.write(parts, lambda: NOW_MS, lambda: 0 if calls.transactions else 60_000)
    assert calls.transactions == 1
    to.write(parts, lambda: NOW_MS, lambda: 60_000)
    assert sum(sk.endswith("#Episode 1") for _, sk in calls.items) == len(parts)


def test_a_title_that_is_only_remembered_of_an_erased_viewer_is_not_written() -> None:
    calls = CallsInMemory()
    to = writer(calls)
    write(to, *FIRST)
    calls.items.clear()  # an erasure, of which this instance knows nothing
    write(to, *SECOND)
    assert rows(calls) == {}
    assert titles(calls) == ["Episode 2"]


def test_a_batch_that_comes_again_changes_nothing() -> None:
    calls = CallsInMemory()
    to = writer(calls)
    for batch in (FIRST, SECOND):
        write(to, *batch)
    before = dict(calls.items)
    for batch in (FIRST, SECOND):
        write(writer(calls), *batch)
    assert calls.items == before


def test_pings_of_the_title_it_has_write_no_row() -> None:
    calls = CallsInMemory()
    to = writer(calls)
    write(to, *FIRST, *SECOND)
    before = rows(calls)
    write(to, ping(at=121, position=60, label="Episode 2"))
    assert rows(calls) == before


@given(st.lists(any_event(), min_size=2, max_size=8))
def test_keys_sort_as_the_events_do(events: list[MediaEvent]) -> None:
    prefixes = [NEVER, *map(order_prefix, events)]
    assert sorted(prefixes) == [unsortable(data) for data in sorted(map(sortable, prefixes))]


def test_a_row_of_a_format_that_is_not_known_is_left_out() -> None:
    item = items.title_item(SeenTitle(VIEWER, "s", "m", "T", order_prefix(FIRST[0])), 90, None)
    assert len(items.seen_titles([item, {**item, "f": {"N": "2"}}])) == 1


def test_the_key_of_a_title_is_at_most_1024_bytes() -> None:
    title = SeenTitle(VIEWER, "s" * 1016, "m" * 64, "T", order_prefix(FIRST[0]))
    assert len(items.title_item(title, 90, None)["sk"]["S"].encode()) <= 1024


def test_a_timeline_row_whose_time_to_live_has_passed_is_not_written() -> None:
    calls = CallsInMemory()
    month_ms = 31 * 86_400_000
    write(writer(calls), *FIRST, now_ms=START_MS + month_ms)
    assert [sk for _, sk in calls.items if sk.startswith("event#")] == []
    write(writer(calls), *FIRST)
    assert len([sk for _, sk in calls.items if sk.startswith("event#")]) == 2


def test_a_title_that_changes_while_the_packed_session_stays_the_same_is_written() -> None:
    """Two pings alike but for their label, after both labels were seen: the bytes beside the media id stay."""
    film, serial = (ping(at=30, position=30, label=label) for label in ("Film", "Serial"))
    earlier = play(at=0, label="Serial")
    for batches in permutations(([earlier], [film], [serial])):
        calls = CallsInMemory()
        to = writer(calls)
        for batch in batches:
            write(to, *batch)
        assert items.session_of(calls.items[VIEWER, f"session#{SESSION}"]).title == "Serial"
