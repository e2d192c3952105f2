"""What players and trackers were reported to send, made into events: each with what the profile must show then."""

import json
from collections.abc import Callable

import pytest
from snowplow_analytics_sdk.event_transformer import transform

from live_viewers.events.media_event import MediaEvent
from live_viewers.profile.experience import experience_of
from live_viewers.profile.session_view import session_view
from live_viewers.profile.viewer_profile import ViewerProfile, fold_profile
from live_viewers.profile.viewing_totals import totals_of
from live_viewers.session.media_session import MediaSession
from live_viewers.session.seen_title import SeenTitle, current_title, titles_to_keep
from live_viewers.session.status import Status
from live_viewers.wire import DecodeSettings, decode
from tests.players.steps import FOLDER

# Times in the files begin here.
BEGIN_MS = 1_772_481_600_000  # 2026-03-02T20:00:00Z


def lines(file: str) -> list[bytes]:
    (found,) = (FOLDER / "reported").glob(f"{file}-*.tsv")
    return [line for line in found.read_bytes().split(b"\n") if line]


def events_of(file: str) -> list[MediaEvent]:
    """Nothing may be rejected."""
    events = [decode(line, DecodeSettings()) for line in lines(file)]
    assert None not in events
    return [event for event in events if event is not None]


def profile_of(file: str) -> ViewerProfile:
    """One event a batch, as the writer of sessions joins them, read at the time of the last one."""
    sessions: dict[str, MediaSession] = {}
    kept: dict[str, SeenTitle] = {}
    events = events_of(file)
    for event in events:
        session = sessions.setdefault(event.session_id, MediaSession(event.viewer_id, event.session_id))
        before = current_title(session)
        session.add(event)
        for title in titles_to_keep(session, before, [event]):
            kept[title.media_id] = max(kept.get(title.media_id, title), title, key=lambda one: one.key)
    return fold_profile(sessions.values(), events[-1].event_time_ms + 1, titles=kept.values())


def current(file: str) -> MediaSession:
    return profile_of(file).current_session


@pytest.mark.parametrize(
    ("file", "status", "watching"),
    [
        ("01", Status.WATCHING_VIDEO, True),
        ("02", Status.BUFFERING_VIDEO, True),
        ("03", Status.WATCHING_VIDEO, True),
        ("05", Status.WATCHING_AD, True),
        ("07", Status.READY, False),
        ("17", Status.WATCHING_VIDEO, True),
    ],
)
def test_the_status_is_what_the_viewer_saw(file: str, status: Status, watching: bool) -> None:
    profile = profile_of(file)
    assert profile.status is status
    view = session_view(profile.current_session, profile.last_seen_ms + 1)
    assert view.watching is watching


def test_no_ad_is_shown_of_a_break_that_is_over() -> None:
    session = current("03")
    assert session_view(session, session.last_seen_ms).ad is None


def test_whole_numbers_with_a_point_are_read() -> None:
    player = current("08").newest
    assert player is not None
    assert player.player is not None
    assert player.player.volume == 50


def test_a_live_stream_of_duration_0_has_its_seconds_and_no_duration() -> None:
    session = current("09")
    assert totals_of(session).content_watched_s == 61.0
    assert session_view(session, session.last_seen_ms).duration_s is None


def test_a_pre_roll_is_no_start_up() -> None:
    start_up = experience_of([current("11")]).start_up_s
    assert start_up is not None
    assert start_up <= 1.3


def test_a_stall_counts_once() -> None:
    assert experience_of([current("12")]).rebuffer_ratio == 0.3333


@pytest.mark.parametrize(("file", "titles"), [("14", ["Episode 2", "Episode 1"]), ("15", ["Talk B", "Talk A"])])
def test_every_title_is_known(file: str, titles: list[str]) -> None:
    assert [title.title for title in profile_of(file).titles] == titles


def test_a_clock_of_1970_gives_way_to_the_collectors() -> None:
    assert 0 <= profile_of("16").first_seen_ms - BEGIN_MS < 10_000


@pytest.mark.parametrize("shape", [bytes, lambda line: json.dumps(transform(line.decode())).encode()])
def test_of_two_versions_of_the_player_the_higher_is_read(shape: Callable[[bytes], bytes]) -> None:
    (line,) = lines("19")
    event = decode(shape(line), DecodeSettings())
    assert event is not None
    assert event.position_s == 50.0
