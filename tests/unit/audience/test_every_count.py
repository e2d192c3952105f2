"""Every counter of every scope against a recount that knows every event, however the stream was delivered."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from live_viewers.audience.counting import count_changes
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.summing import by_minute
from live_viewers.dimensions.tokens import key_of
from live_viewers.scope import ALL, Scope
from tests.audience_lives import COUNTRY, DEVICE, DIMENSIONS, Lives, recount_lives, tell_lives
from tests.stories import InMemoryAudience, cut

EVER = 1 << 40
Counts = dict[Scope, dict[int, ScopeCounts]]


def counted(audience: InMemoryAudience) -> Counts:
    return by_minute(audience.all_blocks(), 0, EVER)


def deliver(audience: InMemoryAudience, lives: Lives, chance: random.Random, kills: list[int], most: int) -> None:
    """Every shard's changes in batches of up to `most`; after so many writes as `kills` says the function is
    killed, and the batch comes again, perhaps cut differently. Some batches come twice."""
    killed_at = iter(kills)
    for shard in range(len(lives.shards)):
        changes = lives.changes(shard)
        batches = list(cut(chance, changes, most))
        for number, batch in enumerate(batches):
            audience.fail_after, audience.lose_answers = next(killed_at, None), chance.random() < 0.5
            parts = [batch] if chance.random() < 0.3 else []  # once more: the answer was lost
            try:
                count_changes(batch, f"shardId-{shard}", audience)
            except ConnectionError:
                again = batch + (batches[number + 1] if number + 1 < len(batches) else [])
                parts = [again] if chance.random() < 0.5 else [batch[: len(batch) // 2 + 1], batch]
            audience.fail_after = None
            for part in parts:
                count_changes(part, f"shardId-{shard}", audience)


@given(
    seed=st.integers(0, 10**9),
    kills=st.lists(st.integers(0, 40), max_size=6),
    most=st.sampled_from((3, 40, 10**6)),
)
@settings(max_examples=60, deadline=None)
def test_every_count_equals_a_recount_minute_by_minute(seed: int, kills: list[int], most: int) -> None:
    lives = tell_lives(seed)
    audience = InMemoryAudience()
    deliver(audience, lives, random.Random(seed), kills, most)
    assert counted(audience) == recount_lives(lives.shards)
    # Readers of titles look there first (see AudienceReads).
    assert all((block, ALL, shard) in audience.items for block, _, shard in audience.items)


@given(seed=st.integers(0, 10**9))
@settings(max_examples=20, deadline=None)
def test_rows_of_a_closed_dimension_add_up_to_the_total_in_each_count_of_each_minute(seed: int) -> None:
    lives = tell_lives(seed)
    audience = InMemoryAudience()
    deliver(audience, lives, random.Random(seed), [], 40)
    counts = counted(audience)
    for dimension in (DEVICE, COUNTRY):
        rows = [
            minutes
            for scope, minutes in counts.items()
            if scope.kind == "dimension" and key_of(scope.id) == dimension.key
        ]
        for minute, total in counts[ALL].items():
            summed = sum((row[minute] for row in rows if minute in row), start=ScopeCounts())
            assert rounded(summed) == rounded(total)


def rounded(counts: ScopeCounts) -> tuple[object, ...]:
    """Seconds are sums of fractions, in whatever order."""
    seconds = (counts.watched_s, counts.buffering_s, counts.played_s)
    made = (counts.seen, counts.attempts, counts.starts, counts.failed, counts.start_up)
    return (*made, counts.leases, *(round(each, 3) for each in seconds))


def test_the_recount_sees_all_there_is() -> None:
    """Nothing above is true because nothing happened."""
    whole = sum(
        (counts for counts in recount_lives(tell_lives(4, viewers=150).shards)[ALL].values()), start=ScopeCounts()
    )
    assert min(whole.seen, whole.attempts, whole.starts, whole.failed, min(whole.start_up)) > 0
    assert min(whole.watched_s, whole.buffering_s, whole.played_s) > 0
    assert whole.attempts > whole.starts > sum(whole.start_up)
    assert DIMENSIONS.names == ("device", "country", "city")
