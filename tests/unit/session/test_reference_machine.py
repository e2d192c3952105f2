"""The reference back-end's state machine as the model.

On in-order events ours says the same, but for the differences that make ours right: each is a test with its name.
"""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.status import Status, status_of
from tests.viewing import PREROLL, bare, with_player

K = EventKind
SIX = [K.PLAY, K.PAUSE, K.PING, K.END, K.AD_BREAK_START, K.AD_BREAK_END]

Teller = Callable[[list[EventKind]], list[MediaEvent]]


LEAVES = {
    Status.WATCHING_VIDEO: {
        K.PAUSE: Status.PAUSED_VIDEO,
        K.AD_BREAK_START: Status.WATCHING_AD,
        K.END: Status.COMPLETED_VIDEO,
    },
    Status.PAUSED_VIDEO: {K.PLAY: Status.WATCHING_VIDEO},
    Status.WATCHING_AD: {K.AD_BREAK_END: Status.WATCHING_VIDEO, K.END: Status.COMPLETED_VIDEO},
    Status.COMPLETED_VIDEO: {},
}


class Reference:
    """The reference's machine: one viewer, events in order."""

    def __init__(self) -> None:
        self.status = Status.WATCHING_VIDEO

    def take(self, kind: EventKind) -> None:
        self.status = LEAVES[self.status].get(kind, self.status)

    def differs_from_now_on(self, kind: EventKind) -> bool:
        """Whether this event begins one of the named differences."""
        return (self.status, kind) in {
            (Status.WATCHING_AD, K.PAUSE),
            (Status.PAUSED_VIDEO, K.END),
            (Status.PAUSED_VIDEO, K.AD_BREAK_START),
            (Status.COMPLETED_VIDEO, K.AD_BREAK_START),
            (Status.COMPLETED_VIDEO, K.PLAY),
        }


class Playback:
    """What really goes on: the reference's machine with the differences put right."""

    def __init__(self) -> None:
        self.in_break = self.paused = self.ended = False

    def take(self, kind: EventKind) -> None:
        if kind is K.PLAY:
            self.paused = self.ended = False
        elif kind is K.PAUSE:
            self.paused = True
        elif kind is K.END:
            self.paused = self.ended = True
            self.in_break = False
        elif kind in (K.AD_BREAK_START, K.AD_BREAK_END):
            self.in_break = kind is K.AD_BREAK_START

    @property
    def status(self) -> Status:
        if self.in_break:
            return Status.WATCHING_AD
        if self.ended:
            return Status.COMPLETED_VIDEO
        return Status.PAUSED_VIDEO if self.paused else Status.WATCHING_VIDEO


def by_player(kinds: list[EventKind]) -> list[MediaEvent]:
    """The events as the web tracker sends them: the player's state and the open break on each."""
    playback, events = Playback(), []
    for second, kind in enumerate(kinds):
        playback.take(kind)
        attached = PREROLL if playback.in_break or kind is K.AD_BREAK_END else None
        events.append(
            with_player(
                kind, at=second, paused=playback.paused, ended=playback.ended, ad_break=attached, position=second
            )
        )
    return events


def by_viewer_json(kinds: list[EventKind]) -> list[MediaEvent]:
    """The events as the reference's own JSON has them."""
    return [bare(kind, at=second, position=second) for second, kind in enumerate(kinds)]


TELLERS = pytest.mark.parametrize("tell", [by_player, by_viewer_json])
SEQUENCES = st.lists(st.sampled_from(SIX), min_size=1, max_size=14)


def statuses(events: list[MediaEvent]) -> Iterator[Status]:
    """Our status after each event."""
    session = MediaSession(events[0].viewer_id, events[0].session_id)
    for event in events:
        session.add(event)
        yield status_of(session)


@TELLERS
@given(kinds=SEQUENCES)
def test_our_status_is_the_references_until_a_named_difference_begins(tell: Teller, kinds):
    reference = Reference()
    for kind, ours in zip(kinds, statuses(tell(kinds)), strict=True):
        if reference.differs_from_now_on(kind):
            return
        reference.take(kind)
        assert ours is reference.status


@TELLERS
@given(kinds=SEQUENCES)
def test_our_status_is_what_really_goes_on(tell: Teller, kinds):
    playback = Playback()
    for kind, ours in zip(kinds, statuses(tell(kinds)), strict=True):
        playback.take(kind)
        assert ours is playback.status


def end_of(kinds: list[EventKind], tell: Teller) -> tuple[Status, Status]:
    """(the reference's status, ours) after a sequence."""
    reference = Reference()
    for kind in kinds:
        reference.take(kind)
    return reference.status, status_of(fold(tell(kinds)))


@TELLERS
def test_difference_pause_then_end_as_every_html5_player_does_is_completed(tell):
    assert end_of([K.PLAY, K.PAUSE, K.END], tell) == (Status.PAUSED_VIDEO, Status.COMPLETED_VIDEO)


@TELLERS
def test_difference_pause_during_an_ad_is_remembered_after_the_ad(tell):
    kinds = [K.PLAY, K.AD_BREAK_START, K.PAUSE, K.AD_BREAK_END]
    assert end_of(kinds, tell) == (Status.WATCHING_VIDEO, Status.PAUSED_VIDEO)


@TELLERS
def test_difference_pause_then_ad_break_start_is_watching_the_ad(tell):
    assert end_of([K.PAUSE, K.AD_BREAK_START], tell) == (Status.PAUSED_VIDEO, Status.WATCHING_AD)


@TELLERS
def test_difference_pause_then_ad_break_start_then_play_is_still_watching_the_ad(tell):
    assert end_of([K.PAUSE, K.AD_BREAK_START, K.PLAY], tell) == (Status.WATCHING_VIDEO, Status.WATCHING_AD)


@TELLERS
def test_difference_end_then_ad_break_start_is_watching_a_post_roll(tell):
    assert end_of([K.PLAY, K.END, K.AD_BREAK_START], tell) == (Status.COMPLETED_VIDEO, Status.WATCHING_AD)


@TELLERS
def test_difference_end_then_play_of_the_same_title_is_watching_again(tell):
    assert end_of([K.PLAY, K.END, K.PLAY], tell) == (Status.COMPLETED_VIDEO, Status.WATCHING_VIDEO)


@TELLERS
def test_difference_a_late_pause_after_a_play_does_not_stick(tell):
    events = tell([K.PLAY, K.PAUSE, K.PLAY, K.PING])
    assert status_of(fold([events[0], events[2], events[1], events[3]])) is Status.WATCHING_VIDEO


@TELLERS
def test_difference_a_duplicate_of_an_old_pause_after_a_play_changes_nothing(tell):
    events = tell([K.PLAY, K.PAUSE, K.PLAY])
    assert fold([*events, events[1]]) == fold(events)


@given(SEQUENCES, st.sets(st.integers(0, 13)))
def test_with_the_player_entity_a_ping_heals_whatever_was_lost(kinds, lost):
    events = by_player([*kinds, K.PING])
    kept = [event for number, event in enumerate(events[:-1]) if number not in lost]
    playback = Playback()
    for kind in kinds:
        playback.take(kind)
    if playback.in_break and playback.ended:
        return  # a post-roll whose start was lost looks like a break that the end has closed, until its first ad
    assert status_of(fold([*kept, events[-1]])) is playback.status


def test_a_post_roll_whose_start_was_lost_is_seen_with_its_first_ad():
    events = by_player([K.PLAY, K.END, K.AD_BREAK_START, K.PING, K.AD_START])
    kept = [event for event in events if event.kind is not K.AD_BREAK_START]
    assert list(statuses(kept))[-2:] == [Status.COMPLETED_VIDEO, Status.WATCHING_AD]
