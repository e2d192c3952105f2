"""The audience against a recount of the same sessions, however the stream was delivered."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_viewers.audience.counting import count_changes
from live_viewers.audience.counts import block_of, counts_of
from live_viewers.audience.reading import read_audience, watching_now
from live_viewers.audience.scope_counts import leases_end
from live_viewers.events.media_event import Ad, EventKind
from live_viewers.scope import ALL, title_or_all, title_scope
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.media_session import fold
from live_viewers.session.session_change import SessionChange, SessionImage
from tests.stories import (
    TITLES,
    InMemoryAudience,
    Story,
    change_of,
    cut,
    figures_of,
    recount,
    tell,
)
from tests.viewing import START_MS, pause, ping, play, with_player


def count(audience: InMemoryAudience, changes: list[SessionChange], shard: int) -> None:
    count_changes(changes, f"shardId-{shard}", audience)


def assert_exact(audience: InMemoryAudience, story: Story) -> None:
    for title in TITLES:
        expected = recount(story.sessions, story.now_ms, title)
        read = read_audience(audience, title_or_all(title), story.now_ms)
        assert figures_of(read) == expected
        assert title is not None or watching_now(audience, story.now_ms) == read.watching_now


@given(seed=st.integers(0, 10**9), kills=st.lists(st.integers(0, 6), max_size=6))
@settings(max_examples=40)
def test_counts_equal_a_recount_however_batches_are_cut_repeated_and_killed(seed: int, kills: list[int]) -> None:
    story = tell(seed)
    audience = InMemoryAudience()
    chance = random.Random(seed)
    killed_at = iter(kills)
    for shard, changes in enumerate(story.shards):
        batches = list(cut(chance, changes))
        for number, batch in enumerate(batches):
            audience.fail_after = next(killed_at, None)
            audience.lose_answers = chance.random() < 0.5
            try:
                count(audience, batch, shard)
            except ConnectionError:
                audience.fail_after = None
                # It comes again, perhaps together with what followed, or in parts.
                again = batch + (batches[number + 1] if number + 1 < len(batches) else [])
                for part in (again,) if chance.random() < 0.5 else (batch[: len(batch) // 2 + 1], batch):
                    count(audience, list(part), shard)
            audience.fail_after = None
            if chance.random() < 0.3:  # delivered twice: the answer was lost
                count(audience, batch, shard)
    assert_exact(audience, story)


def test_a_whole_stream_delivered_again_changes_nothing() -> None:
    story = tell(7, viewers=30)
    audience = InMemoryAudience()
    for _ in range(2):
        for shard, changes in enumerate(story.shards):
            for batch in cut(random.Random(1), changes):
                count(audience, batch, shard)
    assert recount(story.sessions, story.now_ms)["watching_now"] > 0
    assert_exact(audience, story)


def test_changes_that_cancel_out_are_marked_as_counted() -> None:
    # Counted up to the first of two, then both come again: the first counts, though they add up to 0.
    watching = fold([play(at=0)])
    gone = change_of(2, "viewer-1", "session-1", watching, None)
    came = change_of(1, "viewer-1", "session-1", None, watching)
    audience = InMemoryAudience()
    count(audience, [came], 0)
    count(audience, [came, gone], 0)
    assert read_audience(audience, ALL, START_MS).watching_now == 0
    count(audience, [came, gone], 0)
    assert read_audience(audience, ALL, START_MS).watching_now == 0


def test_two_shards_have_marks_of_their_own() -> None:
    one, two = fold([play(at=0)]), fold([play(at=0, viewer_id="viewer-2")])
    audience = InMemoryAudience()
    count(audience, [change_of(900, "viewer-1", "session-1", None, one)], 0)
    count(audience, [change_of(5, "viewer-2", "session-1", None, two)], 1)
    assert read_audience(audience, ALL, START_MS).watching_now == 2


def test_viewers_that_vanish_fall_out_by_themselves() -> None:
    audience = InMemoryAudience()
    count(audience, [change_of(1, "viewer-1", "session-1", None, fold([play(at=0)]))], 0)
    until_ms = START_MS + 75_000
    assert read_audience(audience, ALL, until_ms).watching_now == 1
    assert read_audience(audience, ALL, until_ms + MINUTE_MS).watching_now == 0


def test_a_session_counts_once_a_minute() -> None:
    events = [play(at=0), ping(at=10), ping(at=20), ping(at=130)]
    audience = InMemoryAudience()
    old = None
    for number in range(len(events)):
        new = fold(events[: number + 1])
        count(audience, [change_of(number + 1, "viewer-1", "session-1", old, new)], 0)
        old = new
    minutes = read_audience(audience, ALL, START_MS + 130_000).minutes
    assert [minute.sessions for minute in minutes[-3:]] == [1, 0, 1]
    assert minutes[-3].minute == "2026-11-24T11:00:00.000Z"


@pytest.mark.parametrize(
    ("events", "status", "watching"),
    [
        ([play(at=0)], "WATCHING_VIDEO", 1),
        ([play(at=0), pause(at=5)], "PAUSED_VIDEO", 0),
        ([play(at=0), with_player(EventKind.AD_START, at=5, ad=Ad(ad_id="ad-1"))], "WATCHING_AD", 1),
        ([play(at=0), with_player(EventKind.BUFFER_START, at=5, position=0)], "BUFFERING_VIDEO", 1),
    ],
)
def test_watching_now_counts_who_plays(events: list, status: str, watching: int) -> None:
    audience = InMemoryAudience()
    count(audience, [change_of(1, "viewer-1", "session-1", None, fold(events))], 0)
    told_of = read_audience(audience, ALL, START_MS + 6_000)
    assert told_of.watching_now == watching
    assert getattr(told_of.by_status, status) == 1
    assert sum(msgspec.structs.astuple(told_of.by_status)) == 1


def test_a_long_ad_beside_paused_content_stays_within_the_reader_s_blocks() -> None:
    hour = Ad(ad_id="ad-1", duration_s=3600.0)
    session = fold([with_player(EventKind.AD_START, at=0, paused=True, ad=hour)])
    image = SessionImage.of(session)
    last_minute = session.last_seen_ms // MINUTE_MS
    assert image.lease_minute is not None
    assert last_minute + 10 < image.lease_minute < leases_end(last_minute)


def test_where_a_title_is_counted_all_are() -> None:
    """Of a session that goes on to another title within a minute all that moves is its title's lease."""
    one, two = fold([play(at=0)]), fold([play(at=0), ping(at=1, label="Sintel")])
    change = change_of(1, "viewer-1", "session-1", one, two)
    audience = InMemoryAudience()
    count_changes([change], "a shard that has counted nothing yet", audience)
    blocks = {scope: block for block, scope, _ in audience.items}
    assert blocks[title_scope("Sintel")] == blocks[title_scope("Big Buck Bunny")] == blocks[ALL]
    assert audience.items[blocks[ALL], ALL, "a shard that has counted nothing yet"] == {}


def test_a_renewed_lease_mostly_touches_one_item_a_scope() -> None:
    old, new = fold([play(at=60)]), fold([play(at=60), ping(at=120)])
    (counted,) = counts_of(change_of(1, "viewer-1", "session-1", old, new))
    assert [scope for scopes in counted.scopes for scope in scopes.each] == [ALL, title_scope("Big Buck Bunny")]
    blocks = {block_of(held_by) for *_, held_by in counted.entries}
    assert blocks == {block_of(START_MS // MINUTE_MS)}
