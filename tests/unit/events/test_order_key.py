"""Which of two events is the newer: by content alone."""

from hypothesis import given

from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.events.order_key import content_digest, kind_of, order_key, order_prefix, position_of
from live_viewers.events.title import media_id_of, title_of
from live_viewers.session.media_session import fold
from tests.any_events import any_event, resent
from tests.viewing import bare, end, pause, play, seek_end, with_player


def newest_first(*events: MediaEvent) -> list[EventKind]:
    return [event.kind for event in sorted(events, key=order_key, reverse=True)]


def test_with_device_time_the_rank_decides_in_the_same_millisecond():
    assert newest_first(play(at=1, position=9), seek_end(at=1, position=50)) == [
        EventKind.PLAY,
        EventKind.SEEK_END,
    ]
    assert newest_first(end(at=1), pause(at=1)) == [EventKind.END, EventKind.PAUSE]


def test_without_device_time_the_position_decides_before_the_rank():
    early_pause, later_play = bare(EventKind.PAUSE, at=1, position=5), bare(EventKind.PLAY, at=1, position=6)
    assert newest_first(early_pause, later_play) == [EventKind.PLAY, EventKind.PAUSE]
    same_place = bare(EventKind.PLAY, at=1, position=5)
    assert newest_first(early_pause, same_place) == [EventKind.PAUSE, EventKind.PLAY]


@given(any_event())
def test_position_and_kind_are_in_the_prefix_of_either_shape(event):
    prefix = order_prefix(event)
    assert kind_of(prefix) == event.kind
    valid = event.position_s is not None and event.position_s >= 0
    assert position_of(prefix) == (round(event.position_s * 1000) if valid else -1)


@given(any_event())
def test_a_trackers_retry_is_the_same_event_and_another_id_is_another(event):
    assert content_digest(resent(event, 4321)) == content_digest(event)
    assert order_key(resent(event, 4321)) == order_key(event)


def test_no_number_that_is_no_position_gets_into_the_key():
    for position in (float("nan"), float("inf"), 1e300, -0.5):
        assert position_of(order_prefix(play(at=0, position=position))) == -1


def test_of_two_labels_at_the_same_instant_one_wins_whatever_the_order():
    one, other = (with_player(EventKind.PLAY, at=0, label=label) for label in ("A", "B"))
    assert fold([one, other]).title == fold([other, one]).title == "B"


def test_a_media_id_is_the_trimmed_label_or_its_beginning_and_a_hash():
    assert media_id_of("  Sintel ") == "Sintel"
    assert media_id_of("x" * 64) == "x" * 64
    assert media_id_of("x" * 65) == "x" * 47 + "~9537c5fdf120482f"
    shortened = media_id_of("映" * 30)
    assert shortened is not None
    assert shortened.startswith("映" * 15 + "~")
    assert len(shortened.encode()) == 45 + 17
    assert media_id_of(None) is media_id_of("  ") is title_of("") is None


def test_a_title_is_cut_between_characters():
    assert title_of("x" * 101) == "x" * 100
    assert title_of("映" * 100) == "映" * 53
