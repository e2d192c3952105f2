"""When the profile item is rewritten, what it says, and that concurrent changes can't spoil it."""

from collections.abc import Mapping, Sequence

import msgspec
import pytest

from live_viewers.ads.ad_view import AdsOfViewer
from live_viewers.events.media_event import EventKind, MediaEvent, SessionTotals
from live_viewers.profile.projection import (
    LEASE_MS,
    RENEWED_BELOW_MS,
    ProfileSummary,
    Rewrite,
    ViewerItems,
    needs_rewrite,
    summary_of,
)
from live_viewers.profile.projection_writing import ProfileContended, Projector
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_change import SessionChange
from tests.stories import change_of
from tests.viewing import START_MS, VIEWER, ad_start, end, pause, ping, play, with_player

PING_S = 30
NOW_MS = START_MS + 60_000


class InMemoryProfiles:
    """A table of one profile item a viewer. `meanwhile` happens before the next put."""

    def __init__(self) -> None:
        self.sessions: dict[str, list[MediaSession]] = {}
        self.profiles: dict[str, tuple[int, ProfileSummary]] = {}
        self.erased: dict[str, int] = {}
        self.puts = 0
        self.partial = False
        self.inserts = 0
        self.updates = 0
        self.changing: set[str] = set()  # whose item is changed between the look and the update
        self.taken: set[str] = set()  # who gets an item between the look and the insert
        self.meanwhile: list[tuple[str, list[MediaSession]]] = []
        self.always_lost = False
        self.read_beside: list[str] = []

    def read(self, viewer_id: str) -> ViewerItems:
        version, profile = self.profiles.get(viewer_id, (0, None))
        return ViewerItems(version, profile, list(self.sessions.get(viewer_id, [])), partial=self.partial)

    def beside(self, stored: Mapping[str, tuple[int, ProfileSummary]]) -> dict[str, ViewerItems]:
        self.read_beside += stored
        return {
            each: ViewerItems(*profile, sessions)
            for each, profile in stored.items()
            if (sessions := self.sessions.get(each)) and not self.partial
        }

    def erased_at_ms(self, viewer_id: str) -> int | None:
        return self.erased.get(viewer_id)

    def unknown(self, viewer_ids: Sequence[str]) -> set[str]:
        return {each for each in viewer_ids if each not in self.profiles and each not in self.erased}

    def insert(self, summaries: Mapping[str, ProfileSummary], version: int) -> set[str]:
        inserted = {each for each in summaries if each not in self.profiles and each not in self.taken}
        self.profiles |= {each: (version, summaries[each]) for each in inserted}
        self.inserts += len(inserted)
        return inserted

    def stored(self, viewer_ids: Sequence[str]) -> dict[str, tuple[int, ProfileSummary]]:
        return {each: self.profiles[each] for each in viewer_ids if each in self.profiles}

    def update(self, rewrites: Mapping[str, Rewrite], version: int) -> set[str]:
        still = {each for each, rewrite in rewrites.items() if self.profiles[each] == rewrite[:2]}
        written = still - self.changing
        self.profiles |= {each: (max(version, rewrites[each][0] + 1), rewrites[each].new) for each in written}
        self.updates += len(written)
        return written

    def put(self, viewer_id: str, summary: ProfileSummary, version: int, read_version: int) -> bool:
        if self.meanwhile:
            _, self.sessions[viewer_id] = self.meanwhile.pop()
            other = summary_of(fold_profile(self.sessions[viewer_id], NOW_MS, PING_S))
            self.profiles[viewer_id] = (version + 1, other)
        if self.always_lost or self.profiles.get(viewer_id, (0, None))[0] != read_version:
            return False
        self.profiles[viewer_id] = (version, summary)
        self.puts += 1
        return True

    def delete(self, viewer_id: str, read_version: int) -> bool:
        if self.profiles.get(viewer_id, (0, None))[0] != read_version:
            return False
        del self.profiles[viewer_id]
        return True


def change(old: MediaSession | None, new: MediaSession | None, *, expired: bool = False) -> SessionChange:
    one = new or old
    assert one is not None
    return change_of(1, one.viewer_id, one.session_id, old, new, expired)


def project(store: InMemoryProfiles, *changes: SessionChange, now_ms: int = NOW_MS) -> None:
    Projector(store, PING_S, threads=2).project(changes, now_ms)


BEFORE = [play(at=0), ping(at=30)]
PAUSES = msgspec.structs.replace(change(fold([play(at=0)]), fold([play(at=0), pause(at=5)])), created_ms=NOW_MS)


@pytest.mark.parametrize(
    ("event", "shows"),
    [
        (ping(at=60), False),
        (pause(at=60), True),
        (end(at=60), True),
        (ad_start(at=60), True),
        (ping(at=60, label="Sintel"), True),
        (ping(at=60, totals=SessionTotals(ads=1)), True),
        (ping(at=60, totals=SessionTotals(time_played_s=60.0)), False),
        (with_player(EventKind.VOLUME_CHANGE, at=60), False),
    ],
)
def test_a_change_rewrites_the_item_when_it_shows_in_it(event, shows: bool) -> None:
    before = [*BEFORE, ping(at=31, totals=SessionTotals())]
    # A viewer whose lease isn't renewed around now, or every ping would do.
    assert needs_rewrite(change(fold(before), fold([*before, event]))) is shows


def test_sessions_that_come_and_go_rewrite_the_item() -> None:
    assert needs_rewrite(change(None, fold(BEFORE)))
    assert needs_rewrite(change(fold(BEFORE), None))


def test_a_steady_viewer_is_rewritten_every_eight_minutes_and_the_stored_lease_never_runs_out() -> None:
    events = [play(at=0)]
    stored_until_ms = 0
    rewritten = 0
    pings = 120
    for number in range(1, pings + 1):
        old = fold(events)
        events.append(ping(at=30.0 * number))
        new = fold(events)
        if number == 1 or needs_rewrite(change(old, new)):
            rewritten += 1
            stored_until_ms = summary_of(fold_profile([new], new.last_seen_ms, PING_S)).live_until_ms
        assert stored_until_ms >= new.last_seen_ms + RENEWED_BELOW_MS - 30_000
        assert stored_until_ms <= new.last_seen_ms + LEASE_MS
    assert rewritten <= pings * 30 // 480 + 2


def test_the_item_shows_the_viewer() -> None:
    store = InMemoryProfiles()
    totals = SessionTotals(time_played_s=40.0, ads=2, ads_clicked=1)
    session = fold([play(at=0), ping(at=40, position=40.0, totals=totals)])
    store.sessions[VIEWER] = [session]
    project(store, change(None, session))
    version, told_of = store.profiles[VIEWER]
    assert version == NOW_MS
    assert (told_of.status, told_of.title, told_of.position_s) == ("WATCHING_VIDEO", "Big Buck Bunny", 40.0)
    assert (told_of.sessions, told_of.time_played_s, told_of.ads_seen, told_of.ads_clicked) == (1, 40.0, 2, 1)


def test_a_viewer_is_written_once_a_batch_and_not_again_for_the_same() -> None:
    store = InMemoryProfiles()
    states = [fold([play(at=0)]), fold([play(at=0), pause(at=5)]), fold([play(at=0), pause(at=5), end(at=6)])]
    store.sessions[VIEWER] = [states[-1]]
    batch = [change(None, states[0]), change(states[0], states[1]), change(states[1], states[2])]
    project(store, *batch)
    project(store, *batch)
    assert (store.inserts, store.puts) == (1, 0)
    assert store.profiles[VIEWER][1].status == "COMPLETED_VIDEO"


def test_a_write_that_lost_folds_again() -> None:
    store = InMemoryProfiles()
    older, newer = fold([play(at=0), pause(at=5)]), fold([play(at=0), pause(at=5), end(at=6)])
    store.sessions[VIEWER] = [older]
    store.meanwhile = [(VIEWER, [newer])]
    project(store, change(fold([play(at=0)]), older))
    assert store.profiles[VIEWER][1].status == "COMPLETED_VIDEO"


def test_an_item_that_never_holds_still_fails_the_batch() -> None:
    store = InMemoryProfiles()
    store.always_lost = True
    store.sessions[VIEWER] = [fold([play(at=0), pause(at=5)])]
    with pytest.raises(ProfileContended):
        project(store, PAUSES)


def test_an_item_that_never_holds_still_holds_its_shard_up_for_ten_minutes_at_the_most() -> None:
    store = InMemoryProfiles()
    store.always_lost = True
    store.sessions[VIEWER] = [fold([play(at=0), pause(at=5)])]
    late_ms = NOW_MS + 10 * 60 * 1000
    report = Projector(store, PING_S, threads=2).project([PAUSES], late_ms)
    assert (report.skipped, report.written) == (1, 0)


def test_viewers_who_begin_are_written_without_reading_their_sessions() -> None:
    store = InMemoryProfiles()
    store.read = NotImplemented  # type: ignore[method-assign]  # whoever calls it fails
    sessions = [fold([play(at=0, viewer_id=f"viewer-{number}")]) for number in range(60)]
    report = Projector(store, PING_S, threads=2).project([change(None, each) for each in sessions], NOW_MS)
    assert report.written == store.inserts == 60
    assert all(store.profiles[each.viewer_id][1].media_session_id == each.session_id for each in sessions)


def test_a_viewer_who_has_an_item_already_is_read() -> None:
    store = InMemoryProfiles()
    one, two = fold(BEFORE), fold([play(at=50, session_id="session-2")])
    project(store, change(None, one))
    store.sessions[VIEWER] = [one, two]
    project(store, change(None, two))
    assert store.profiles[VIEWER][1].sessions == 2


def test_an_item_that_somebody_wrote_meanwhile_is_read_before_it_is_replaced() -> None:
    store = InMemoryProfiles()
    session = fold(BEFORE)
    store.sessions[VIEWER] = [session]
    store.taken = {VIEWER}
    project(store, change(None, session))
    assert (store.inserts, store.puts) == (0, 1)


def test_a_viewer_of_very_many_sessions_has_a_partial_item() -> None:
    store = InMemoryProfiles()
    store.sessions[VIEWER] = [fold([play(at=0), pause(at=5)])]
    store.partial = True
    project(store, PAUSES)
    assert store.profiles[VIEWER][1].partial


def test_the_last_session_expired_takes_the_item_with_it() -> None:
    store = InMemoryProfiles()
    session = fold(BEFORE)
    store.sessions[VIEWER] = [session]
    project(store, change(None, session))
    store.sessions[VIEWER] = []
    project(store, change(session, None, expired=True))
    assert store.profiles == {}


def test_one_of_two_sessions_expired_leaves_the_other() -> None:
    store = InMemoryProfiles()
    one, two = fold(BEFORE), fold([play(at=0, session_id="session-2")])
    store.sessions[VIEWER] = [one, two]
    project(store, change(None, one), change(None, two))
    assert store.profiles[VIEWER][1].sessions == 2
    store.sessions[VIEWER] = [two]
    project(store, change(one, None, expired=True))
    assert store.profiles[VIEWER][1].sessions == 1


def test_an_erasure_half_done_takes_the_item_at_once() -> None:
    store = InMemoryProfiles()
    one, two = fold(BEFORE), fold([play(at=0, session_id="session-2")])
    store.sessions[VIEWER] = [one, two]
    project(store, change(None, one), change(None, two))
    store.erased[VIEWER] = START_MS + 40_000
    store.sessions[VIEWER] = [two]  # still to be removed
    project(store, change(one, None))
    assert store.profiles == {}


def test_a_late_change_of_an_erased_viewer_brings_nothing_back_and_a_new_start_does() -> None:
    store = InMemoryProfiles()
    old = fold(BEFORE)
    store.erased[VIEWER] = START_MS + 40_000
    store.sessions[VIEWER] = [old]
    project(store, change(None, old))
    assert store.profiles == {}
    fresh = fold([play(at=50, session_id="session-2")])
    store.sessions[VIEWER] = [old, fresh]
    project(store, change(None, fresh))
    assert store.profiles[VIEWER][1].sessions == 1
    assert store.profiles[VIEWER][1].media_session_id == "session-2"


def test_viewers_of_one_session_are_rewritten_without_reading_it() -> None:
    store = InMemoryProfiles()
    befores = [fold([play(at=0, viewer_id=f"viewer-{number}")]) for number in range(60)]
    afters = [
        fold([play(at=0, viewer_id=each.viewer_id), pause(at=5, viewer_id=each.viewer_id)]) for each in befores
    ]
    project(store, *(change(None, each) for each in befores))
    store.read = NotImplemented  # type: ignore[method-assign]  # whoever calls it fails
    batch = [change(before, after) for before, after in zip(befores, afters, strict=True)]
    report = Projector(store, PING_S, threads=2).project(batch, NOW_MS)
    assert (report.written, store.updates, store.puts) == (60, 60, 0)
    assert {profile.status for _, profile in store.profiles.values()} == {"PAUSED_VIDEO"}
    again = Projector(store, PING_S, threads=2).project(batch, NOW_MS)
    assert (again.written, again.unchanged) == (0, 60)


OTHER = fold([play(at=1, session_id="session-2")])
TWO_TITLES = fold([play(at=0), ping(at=1, label="Sintel")])
AHEAD = fold([play(at=0), pause(at=5), end(at=60)])


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ([OTHER], fold([play(at=0), pause(at=5)])),
        ([fold(BEFORE), OTHER], fold([*BEFORE, pause(at=35)])),
        ([fold(BEFORE)], fold([*BEFORE, pause(at=35, label="Sintel")])),
        ([TWO_TITLES], fold([play(at=0), ping(at=1, label="Sintel"), pause(at=35, label="Sintel")])),
        ([fold(BEFORE)], fold([*BEFORE, ad_start(at=35)])),
        ([AHEAD], fold([play(at=0), pause(at=5)])),
    ],
    ids=["of another", "of two", "a second title", "two titles", "an ad", "ahead of the stream"],
)
def test_who_has_more_to_tell_than_the_change_is_read(there: list[MediaSession], told: MediaSession) -> None:
    """The item is what a fold of all that is there says, never of the change alone."""
    store = InMemoryProfiles()
    store.sessions[VIEWER] = there
    store.profiles[VIEWER] = (1, summary_of(fold_profile(there, NOW_MS, PING_S, ads=AdsOfViewer())))
    others = [each for each in there if each.session_id != told.session_id]
    ahead = [
        each for each in there if each.session_id == told.session_id and each.last_seen_ms > told.last_seen_ms
    ]
    store.sessions[VIEWER] = [*others, *(ahead or [told])]
    project(store, change(fold([play(at=0)]), told))
    assert store.read_beside == [VIEWER]
    assert store.profiles[VIEWER][1] == summary_of(
        fold_profile(store.sessions[VIEWER], NOW_MS, PING_S, ads=AdsOfViewer())
    )


def test_a_session_of_a_day_is_read_with_those_beside_it() -> None:
    store = InMemoryProfiles()
    before, after = (
        fold([of_a_day(event) for event in events]) for events in ([play(at=0)], [play(at=0), pause(at=5)])
    )
    store.sessions[VIEWER] = [after]
    project(store, change(None, before))
    project(store, change(before, after))
    assert store.read_beside == [VIEWER]
    assert (store.updates, store.puts) == (1, 0)


def of_a_day(event: MediaEvent) -> MediaEvent:
    return msgspec.structs.replace(event, session_id="day-2026-11-24", session_is_synthetic=True)


def test_an_item_that_changed_since_it_was_looked_at_is_read() -> None:
    store = InMemoryProfiles()
    before, after = fold([play(at=0)]), fold([play(at=0), pause(at=5)])
    project(store, change(None, before))
    store.sessions[VIEWER] = [after]
    store.changing = {VIEWER}
    project(store, change(before, after))
    assert (store.updates, store.puts) == (0, 1)
