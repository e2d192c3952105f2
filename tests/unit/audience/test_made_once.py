"""What is made once stays so, whatever the rules, the definitions or the order of arrival."""

import pytest

from live_viewers.audience.counting import count_changes
from live_viewers.audience.counts import OLDEST_MINUTES, counts_of
from live_viewers.audience.made_once import minute_of
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.summing import by_minute
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.events.media_event import EventKind, SessionTotals
from live_viewers.scope import ALL, Scope, dimension_scope, title_scope
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.session.status import Status
from tests.stories import PING_S, InMemoryAudience
from tests.viewing import CAR_AD, START_MS, ad_start, ping, play, ready, with_player

MINUTE = START_MS // MINUTE_MS
EVER = 1 << 40
TV, PHONE = "abc.0", "abc.1"


def image(
    session: MediaSession,
    status: Status | None = None,
    lease_minute: int | None = None,
    dimensions: tuple[str, ...] | None = None,
) -> SessionImage:
    """What some release, with rules and settings of its own, wrote beside the session."""
    usual = SessionImage.of(session, PING_S)
    return SessionImage(
        status or usual.status,
        lease_minute or usual.lease_minute,
        session.media_id,
        lambda: session,
        PING_S,
        usual.dimensions if dimensions is None else dimensions,
    )


def count(*images: SessionImage | None, created_ms: int = START_MS) -> dict[Scope, dict[int, ScopeCounts]]:
    """The counts of a session that went through these images."""
    audience = InMemoryAudience()
    changes = [
        SessionChange(number, "viewer-1", "session-1", old, new, created_ms=created_ms)
        for number, (old, new) in enumerate(zip((None, *images[:-1]), images, strict=True), 1)
    ]
    count_changes(changes, "shard-1", audience)
    return by_minute(audience.all_blocks(), 0, EVER)


def whole(counts: dict[Scope, dict[int, ScopeCounts]], scope: Scope = ALL) -> ScopeCounts:
    return sum(counts.get(scope, {}).values(), start=ScopeCounts())


def totals(played_s: float, started_at_ms: int = START_MS, **more: float) -> SessionTotals:
    return SessionTotals(started_at_ms=started_at_ms, time_played_s=played_s, **more)


def test_a_ready_player_is_an_attempt_where_it_was_first_seen_and_a_start_where_the_first_frame_is() -> None:
    events = [ready(at=10), play(at=70)]
    counts = count(image(fold(events[:1])), image(fold(events)))
    assert counts[ALL][MINUTE].attempts == 1
    assert counts[ALL][MINUTE].starts == 0
    assert (counts[ALL][MINUTE + 1].attempts, counts[ALL][MINUTE + 1].starts) == (0, 1)


TRACKED = SessionTotals(started_at_ms=START_MS)


def test_a_pre_roll_starts_up_though_nothing_was_played_yet() -> None:
    pre_roll = ad_start(at=0.4, totals=TRACKED)
    counts = whole(count(image(fold([ready(at=0)])), image(fold([ready(at=0), pre_roll]))))
    assert counts.start_up == (0, 1, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0, 0), (0.1, 0), (0.101, 1), (0.5, 1), (1, 2), (2, 3), (5, 4), (10, 5), (15, 6), (15.001, 7), (60, 7)],
)
def test_a_start_up_is_in_the_bucket_whose_upper_bound_it_reaches(seconds: float, bucket: int) -> None:
    events = [ready(at=0), play(at=seconds, totals=TRACKED), ping(at=seconds + 30)]
    counts = whole(count(*(image(fold(events[: number + 1])) for number in range(3))))
    assert counts.start_up == tuple(int(place == bucket) for place in range(8))


def test_a_start_up_is_counted_once_it_can_not_change_any_more() -> None:
    """A play may come before the buffering that begins with it: the end of that or a later event tells."""
    start = [ready(at=0), play(at=1, totals=TRACKED)]
    buffering = [
        with_player(EventKind.BUFFER_START, at=1.1, totals=TRACKED),
        with_player(EventKind.BUFFER_END, at=4),
    ]
    for rest, told, bucket in (
        ([ping(at=16)], [0, 0, 0], None),
        ([ping(at=16.001)], [0, 0, 1], 2),
        (buffering, [0, 0, 0, 1], 4),
        ([buffering[0], ping(at=20), buffering[1]], [0, 0, 0, 1, 1], 7),
        ([with_player(EventKind.AD_START, at=0.5, ad=CAR_AD)], [0, 0, 1], 1),
    ):
        events = [*start, *rest]
        images = [image(fold(events[: number + 1])) for number in range(len(events))]
        counted = [whole(count(*images[: number + 1])).start_up for number in range(len(events))]
        assert [sum(each) for each in counted] == told
        assert bucket is None or counted[-1][bucket] == 1


def test_a_start_up_that_cannot_be_known_is_in_no_bucket() -> None:
    for events in ([play(at=0)], [ready(at=0), play(at=60.001, totals=TRACKED)], [play(at=0), ready(at=5)]):
        counts = whole(count(image(fold([*events, ping(at=100)]))))
        assert (counts.starts, sum(counts.start_up)) == (1, 0)


def test_a_first_error_counts_once_however_often_the_session_recovers() -> None:
    error = EventKind.ERROR
    events = [play(at=0), with_player(error, at=20), play(at=70), with_player(error, at=130)]
    counts = count(*(image(fold(events[: number + 1])) for number in range(4)))
    assert {minute: each.failed for minute, each in counts[ALL].items() if each.failed} == {MINUTE: 1}


def test_seconds_are_the_growth_of_the_counters_in_the_minute_of_the_newest_event() -> None:
    events = [ping(at=30, totals=totals(20.5)), ping(at=90, totals=totals(80.25, time_buffering_s=3.0))]
    counts = count(image(fold(events[:1])), image(fold(events)))
    assert [
        (counts[ALL][MINUTE + place].played_s, counts[ALL][MINUTE + place].buffering_s) for place in (0, 1)
    ] == [
        (20.5, 0.0),
        (59.75, 3.0),
    ]


def test_stalls_that_the_tracker_counts_as_paused_are_watched_too() -> None:
    youtube = {"player_type": "com.youtube-youtube"}
    events = [
        ping(at=30, totals=totals(2.0, time_buffering_s=13.0), **youtube),
        ping(at=60, totals=totals(9.0, time_buffering_s=13.0), **youtube),
    ]
    counts = whole(count(image(fold(events[:1])), image(fold(events))))
    assert (counts.played_s, counts.buffering_s, counts.watched_s) == (9.0, 13.0, 22.0)


def test_a_fifth_visit_drops_the_oldest_counters_and_takes_nothing_away() -> None:
    events = [
        ping(at=600 * visit + 30, totals=totals(10.0 + visit, START_MS + visit * 600_000)) for visit in range(5)
    ]
    images = [image(fold(events[: number + 1])) for number in range(5)]
    assert whole(count(*images)).played_s == 10 + 11 + 12 + 13 + 14


def test_counters_that_began_before_an_erasure_add_no_seconds() -> None:
    session = fold([ping(at=30, totals=totals(20.0))])
    session.totals_void = True
    counts = whole(count(image(session)))
    assert (counts.seen, counts.played_s, counts.watched_s) == (1, 0.0, 0.0)


@pytest.mark.parametrize("late_first", [False, True])
def test_a_minute_counts_as_seen_up_to_sixty_before_the_newest_in_either_order(late_first: bool) -> None:
    for minutes, seen in ((60, 2), (61, 1 if late_first else 2)):
        events = [play(at=0), ping(at=minutes * 60)]
        if late_first:
            events.reverse()
        counts = whole(count(image(fold(events[:1])), image(fold(events))))
        assert counts.seen == seen


def test_a_minute_that_the_session_has_forgotten_is_not_counted_again() -> None:
    events = [play(at=0), ping(at=70 * 60), play(at=1)]
    counts = count(*(image(fold(events[: number + 1])) for number in range(3)))
    assert counts[ALL][MINUTE].seen == 1


def test_another_title_takes_the_lease_and_nothing_that_was_made() -> None:
    one = fold([play(at=0, totals=totals(5.0))])
    two = fold([play(at=0, totals=totals(5.0)), ping(at=30, label="Sintel", totals=totals(12.0))])
    counts = count(image(one), image(two))
    before, after = whole(counts, title_scope("Big Buck Bunny")), whole(counts, title_scope("Sintel"))
    assert (before.leases, before.seen, before.starts, before.played_s) == ({}, 1, 1, 5.0)
    assert (after.leases, after.seen, after.starts, after.played_s) == ({Status.WATCHING_VIDEO: 1}, 0, 0, 7.0)


@pytest.mark.parametrize("last", ["moved on", "came back after its lease", "expired", "erased"])
def test_a_lease_leaves_the_minute_that_it_was_counted_in(last: str) -> None:
    """Whatever release, settings and rules say now: what each image carries is what it counted for."""
    session = fold([play(at=0)])
    written_then = image(session, Status.READY, MINUTE + 9, (TV,))
    written_now = image(fold([play(at=0), ping(at=3600 if last.startswith("came") else 30)]), None, None, (PHONE,))
    then, now = Scope("dimension", TV), Scope("dimension", PHONE)
    counts = count(written_then, None if last in ("expired", "erased") else written_now)
    assert whole(counts, then).leases == {}
    assert whole(counts).leases == whole(counts, now).leases
    assert (
        min(
            (count for each in counts.values() for one in each.values() for count in one.leases.values()),
            default=0,
        )
        >= 0
    )


def test_a_new_definition_is_another_scope_and_the_old_one_keeps_what_it_made() -> None:
    before, after = (
        Dimensions((Dimension("device", ("atomic:dvce_type",), values),)) for values in (("TV",), ("TV", "Phone"))
    )
    (old,), (new,) = before.tokens_of("TV"), after.tokens_of("TV")
    session, later = fold([play(at=0)]), fold([play(at=0), ping(at=60)])
    counts = count(image(session, dimensions=(old,)), image(later, dimensions=(new,)))
    assert (whole(counts, dimension_scope(old)).leases, whole(counts, dimension_scope(old)).starts) == ({}, 1)
    assert whole(counts, dimension_scope(new)).seen == 1
    assert sum(whole(counts, dimension_scope(new)).leases.values()) == 1


def test_an_image_of_version_1_counts_in_no_dimension() -> None:
    old = image(fold([play(at=0)]), dimensions=())
    counts = count(old, image(fold([play(at=0), ping(at=60)]), dimensions=(TV,)))
    in_dimension = whole(counts, Scope("dimension", TV))
    assert in_dimension.leases == whole(counts).leases
    assert (in_dimension.seen, in_dimension.starts, whole(counts).starts) == (1, 0, 1)


def test_what_is_older_than_a_day_is_left_out_by_the_time_of_the_change() -> None:
    session = fold([play(at=0)])
    edge_ms = START_MS + OLDEST_MINUTES * MINUTE_MS
    for created_ms, counted in ((edge_ms, 1), (edge_ms + MINUTE_MS, 0)):
        change = SessionChange(1, "viewer-1", "session-1", None, image(session), created_ms=created_ms)
        minutes = [minute_of(count) for each in counts_of(change) for count, *_ in each.entries]
        assert minutes.count(MINUTE) >= counted
        assert (MINUTE in minutes) == bool(counted)


def test_how_viewers_left_stays_in_the_minutes_that_ended() -> None:
    """A session that goes by the table's TTL, long after, takes nothing out of them; one that comes back does."""
    left = image(fold([ready(at=0)]))
    expired = count(left, None, created_ms=START_MS + 90 * 24 * 60 * MINUTE_MS)
    assert whole(expired).leases == {}  # a change of 90 days later is about minutes that nobody counts in
    audience = InMemoryAudience()
    count_changes([SessionChange(1, "v", "s", None, left, created_ms=START_MS)], "shard", audience)
    late = SessionChange(2, "v", "s", left, None, True, created_ms=START_MS + 90 * 24 * 60 * MINUTE_MS)
    count_changes([late], "shard", audience)
    assert whole(by_minute(audience.all_blocks(), 0, EVER)).leases == {Status.READY: 1}
