"""The items of the Audience table: their size, their place, how many a batch writes."""

import random
from typing import Any

import pytest

from live_viewers.audience.counting import Addition, count_changes
from live_viewers.audience.counts import (
    BLOCK_MINUTES,
    STATUS_LETTERS,
    block_of,
    blocks_between,
    counts_of,
)
from live_viewers.audience.made_once import ATTEMPTS, COUNTERS, FAILED, START_UPS, STARTS
from live_viewers.audience.summing import by_minute
from live_viewers.defaults import LEAST_AUDIENCE_ITEMS_A_BATCH
from live_viewers.dynamodb.tables import audience_items
from live_viewers.dynamodb.tables.audience_items import key_of, mark_name, read_blocks
from live_viewers.dynamodb.tables.marks import mark_of, sequence_of
from live_viewers.events.media_event import EventKind
from live_viewers.scope import ALL, Scope, title_scope
from live_viewers.session.media_session import fold
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.session.status import Status
from tests.audience_lives import recount_lives, tell_lives
from tests.stories import InMemoryAudience, change_of
from tests.viewing import START_MS, ping, play, with_player

BLOCK = block_of(START_MS // 60_000)
LETTERS = (*COUNTERS, *STATUS_LETTERS.values())
LONGEST_TITLE = "x" * 70
LONG_ADS = (*range(1, 7), *range(10, 15))  # with the content playing, and paused
SCOPES = (
    ALL,
    title_scope("Big Buck Bunny"),
    Scope("dimension", "aB3.6y"),
    Scope("dimension", "aB3~1023"),
    Scope("pinned", "aB3.6y#Big Buck Bunny"),
)


def item_of(
    scope: Scope, counts: dict[tuple[int, str], int], shards: int, title: str | None = None
) -> dict[str, Any]:
    """The item after an update by each of so many stream shards."""
    item: dict[str, Any] = {}
    for shard in range(shards):
        addition = Addition(BLOCK, scope, title, counts, 10**39, 10**40 - 1)
        update = audience_items.update_of(addition, 63, mark_name(f"shardId-{shard:020d}-abcdef"))
        sets, _, adds = update["UpdateExpression"].removeprefix("SET ").partition(" ADD ")
        pairs = [part.split(" = ") for part in sets.split(", ")] + [part.split(" ") for part in adds.split(", ")]
        names, values = update["ExpressionAttributeNames"], update["ExpressionAttributeValues"]
        item |= update["Key"] | {names.get(name, name): values[value] for name, value in pairs}
    return item


def size_of(item: dict[str, Any]) -> int:
    """By DynamoDB's rules: text in UTF-8; a number's digits by two, and two."""
    sizes = {"S": lambda value: len(value.encode()), "N": lambda value: (len(value) + 1) // 2 + 1, "B": len}
    return sum(len(name) + sizes[kind](value) for name, each in item.items() for kind, value in each.items())


@pytest.mark.parametrize("scope", SCOPES)
def test_no_write_is_above_a_kilobyte_with_fifteen_stream_shards(scope: Scope) -> None:
    """Each counter of each minute is there, of half a million viewers in an eighth of the items, with leases as
    long as pings of 30 s, silence and ads make them. Of one title, whose text or id is here, too, so many have
    seldom the same start-up in the same minute."""
    viewers = {"n": 500_000, "V": 500_000, "h": 30_000_000_000, "j": 30_000_000, "k": 30_000_000_000}
    seldom = dict.fromkeys((*START_UPS, ATTEMPTS, STARTS, FAILED, "F", "C", "R"), 99)
    sizes = (seldom if scope.kind in ("title", "pinned") else {}) | viewers
    counts = {(minute, letter): sizes.get(letter, 9_999) for minute in range(BLOCK_MINUTES) for letter in COUNTERS}
    for letters, minutes in (("VBF", range(1, 7)), ("C", range(1, 6)), ("PR", range(10, 15)), ("A", LONG_ADS)):
        counts |= {(minute, letter): sizes.get(letter, 9_999) for letter in letters for minute in minutes}
    item = item_of(scope, counts, 15, LONGEST_TITLE if scope.kind == "title" else None)
    marks = [name for name in item if len(name) == 4]
    assert len(marks) == 15
    assert {len(item[name]["B"]) for name in marks} == {17}
    assert size_of(item) <= 1024


def test_counters_have_letters_of_their_own() -> None:
    assert len({*LETTERS}) == len(LETTERS)


@pytest.mark.parametrize("scope", SCOPES)
def test_an_item_is_read_as_it_was_written(scope: Scope) -> None:
    counts = {(minute, letter): minute + 1 for minute in range(BLOCK_MINUTES) for letter in LETTERS}
    (read,) = read_blocks([item_of(scope, counts, 1, "A title")])
    assert (read.block, read.scope, read.title, read.counts) == (BLOCK, scope, "A title", counts)


def test_values_of_a_dimension_share_partition_keys_of_their_own() -> None:
    keys = {scope: key_of(scope, BLOCK, 3) for scope in SCOPES}
    hour = BLOCK - BLOCK % 60
    assert [key["pk"]["S"] for key in keys.values()] == [
        f"{BLOCK}#3",
        f"{BLOCK}#3",
        f"{hour}#3#aB3",
        f"{hour}#3#aB3",
        f"{hour}#3#aB3#Big Buck Bunny",
    ]


def test_marks_are_in_the_order_of_their_numbers_and_come_back() -> None:
    chance = random.Random(1)
    numbers = sorted([*(chance.randrange(10**40) for _ in range(200)), 0, 10**40 - 1])
    assert sorted(map(mark_of, numbers)) == [mark_of(number) for number in numbers]
    assert [sequence_of(mark_of(number)) for number in numbers] == numbers


def test_blocks_of_fifteen_minutes_are_read_from_where_they_begin() -> None:
    assert blocks_between(40, 56) == [15, 25, 30, 35, 40, 45, 50, 55]
    assert blocks_between(47, 51) == [30, 35, 40, 45, 50]
    assert blocks_between(54, 55) == [30, 40, 45, 50]
    assert blocks_between(44, 44) == []


def test_a_renewed_lease_is_held_by_the_block_of_its_event_whatever_the_status() -> None:
    """Where a ping comes every 30 s: a paused viewer's lease ends in ten minutes."""
    block_s = 5 * 60
    for kind, paused in ((EventKind.PING, False), (EventKind.PAUSE, True), (EventKind.END, True)):
        for at in range(30, block_s, 5):
            new = fold([play(at=0), with_player(kind, at=at, paused=paused, ended=kind is EventKind.END)])
            change = change_of(1, "v", "s", fold([play(at=0), ping(at=at - 30)]), new)
            entries = [entry for counted in counts_of(change) for entry in counted.entries]
            assert {block_of(held_by) for *_, held_by in entries} <= {BLOCK}


def test_an_item_of_version_1_is_read_with_what_is_added_to_it_now() -> None:
    fifteen = BLOCK - BLOCK % 15
    item = {
        "pk": {"S": f"{fifteen}#0"},
        "sk": {"S": "ALL"},
        "q191d0278c360": {"S": "0000010000000000000000000000000000000007"},
        "V2": {"N": "5"},
        "Vc": {"N": "7"},
        "nc": {"N": "2"},
    }
    now = item_of(ALL, {(2, "V"): -1, (2, "a"): 3}, 1) | {"pk": {"S": f"{fifteen}#0"}}
    counts = by_minute(read_blocks([item | now | {"V2": {"N": "4"}}]), fifteen, fifteen + 15)[ALL]
    assert {minute - fifteen: each.leases for minute, each in counts.items() if each.leases} == {
        2: {Status.WATCHING_VIDEO: 4},
        12: {Status.WATCHING_VIDEO: 7},
    }
    assert (counts[fifteen + 2].attempts, counts[fifteen + 12].seen) == (3, 2)


def new_viewers(count: int) -> list[SessionChange]:
    """Each with a title and an open value of its own."""
    changes = []
    for number in range(count):
        session = fold([play(at=0, viewer_id=f"viewer-{number}", label=f"Title {number}")])
        usual = SessionImage.of(session)
        new = SessionImage(
            usual.status,
            usual.lease_minute,
            usual.media_id,
            lambda session=session: session,
            dimensions=(f"abc=value {number}",),
        )
        changes.append(SessionChange(number + 1, session.viewer_id, "session-1", None, new))
    return changes


def touched(audience: InMemoryAudience) -> int:
    return len(audience.items) + len(audience.names)


def test_a_batch_is_cut_before_the_change_that_would_touch_too_many_items() -> None:
    changes = new_viewers(40)
    audience = InMemoryAudience()
    assert count_changes(changes[:10], "shard", audience).changes == 10
    most = touched(audience)
    for limit, counted in ((most, 10), (most - 1, 9), (1, 1)):
        audience = InMemoryAudience()
        report = count_changes(changes, "shard", audience, limit)
        assert report.changes == counted
        assert counted == 1 or touched(audience) <= limit
    rest = changes
    audience = InMemoryAudience()
    while rest:
        rest = rest[count_changes(rest, "shard", audience, most).changes :]
    at_once = InMemoryAudience()
    count_changes(changes, "shard", at_once)
    assert (audience.items, audience.names) == (at_once.items, at_once.names)


def test_one_change_touches_less_than_the_least_ceiling() -> None:
    """A session that was seen in each minute of an hour, in another title and other values than before."""
    hour = [play(at=-7200), *(ping(at=60 * minute, label="Sintel") for minute in range(61))]
    tokens = [[f"d{number}{place}={place}" for number in range(8)] for place in (1, 2)]
    images = [
        SessionImage(Status.PAUSED_VIDEO, BLOCK + minute, media_id, lambda s=session: s, dimensions=tuple(some))
        for session, minute, media_id, some in (
            (fold(hour[:1]), 7, "one", tokens[0]),
            (fold(hour), 70, "two", tokens[1]),
        )
    ]
    audience = InMemoryAudience()
    count_changes([SessionChange(1, "v", "s", images[0], images[1])], "shard", audience)
    assert 100 < touched(audience) < LEAST_AUDIENCE_ITEMS_A_BATCH


def test_names_of_open_values_are_told_by_the_hour_of_their_session() -> None:
    lives = tell_lives(5)
    audience = InMemoryAudience()
    for shard in range(2):
        count_changes(lives.changes(shard), f"shard-{shard}", audience)
    buckets = {scope for scope in recount_lives(lives.shards) if "~" in scope.id[3:4]}
    assert {name.scope for name in audience.names} == buckets
    assert {name.text for name in audience.names} == {"Berlin", "Köln", "Lyon"}
    assert all(name.hour % 60 == 0 for name in audience.names)
