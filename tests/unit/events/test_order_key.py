"""Which of two events is the newer: by content alone."""

from hypothesis import given

from live_viewers.events.media_event import (
    Ad,
    AdBreak,
    EpochMs,
    EventKind,
    MediaEvent,
    Player,
    SessionTotals,
)
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


def test_a_digest_is_the_same_in_every_release():
    """Sessions keep it, and it decides between two events of one key, of which releases may have met one each."""
    event = MediaEvent(
        viewer_id="viewer",
        session_id="session",
        kind=EventKind.AD_QUARTILE,
        event_id="e-1",
        event_time_ms=2,
        order_time_ms=1,
        collector_time_ms=3,
        position_s=4.5,
        player=Player(
            position_s=4.5,
            paused=False,
            ended=False,
            duration_s=60.0,
            label="A title",
            playback_rate=1.0,
            muted=True,
            volume=50,
            fullscreen=True,
            picture_in_picture=False,
            livestream=False,
            loop=False,
            quality="720p",
            media_type="video",
            player_type="org.whatwg-media_element",
        ),
        totals=SessionTotals(
            media_session_id="session",
            ping_interval_s=30,
            started_at_ms=EpochMs(1),
            time_played_s=1.5,
            time_played_muted_s=0.5,
            time_paused_s=2.5,
            content_watched_s=2.0,
            time_buffering_s=0.1,
            time_spent_ads_s=3.5,
            ads=1,
            ads_clicked=2,
            ads_skipped=3,
            ad_breaks=4,
            avg_playback_rate=1.0,
        ),
        ad=Ad(ad_id="ad", name="An ad", creative_id="creative", pod_position=1, duration_s=15.0, skippable=True),
        ad_break=AdBreak(break_id="break", name="A break", start_time_s=4.0, break_type="linear", pod_size=2),
        payload={"percent_progress": 25},
    )

    assert content_digest(event).hex() == "8a2d605feb198416"


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
