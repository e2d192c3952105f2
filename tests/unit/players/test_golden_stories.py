"""The golden files of real players: at each moment the status that a person at the screen saw."""

from random import Random
from typing import Any

import pytest

from live_viewers.profile.experience import experience_of
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.profile.viewing_totals import totals_of
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_codec import pack, unpack
from live_viewers.session.status import status_of
from live_viewers.session.timeline import QUIET, timeline_row, with_statuses
from tests.players.steps import STORIES, expected, folded, moments, story_events

# What no event tells: docs/limits.md has it.
NEVER_KNOWN = {"hls_error_with_a_full_buffer"}
EACH_STORY = pytest.mark.parametrize("story", STORIES)


def shown(step: list[Any]) -> str:
    """The status that the product shows: what was seen, but where the step says that it can't know yet."""
    return step[3]["shown"] if len(step) > 3 else step[2]


@EACH_STORY
def test_the_status_at_each_moment_is_what_a_person_saw(story):
    sessions: dict[str, MediaSession] = {}
    for step, moment in zip(expected(story)["steps"], moments(story_events(story)), strict=True):
        for event in moment:
            session = sessions.setdefault(event.session_id, MediaSession(event.viewer_id, event.session_id))
            session.add(event)
        assert [step[1], str(status_of(session))] == [
            " ".join(one.kind.name.lower() for one in moment),
            shown(step),
        ], f"{step[0]} s"


@EACH_STORY
def test_what_a_person_sees_is_shown_with_the_next_moment_at_the_latest(story):
    steps = expected(story)["steps"]
    late = [len(step) > 3 for step in steps]
    assert all(step[3]["shown"] != step[2] and step[3]["because"] for step in steps if len(step) > 3)
    if story not in NEVER_KNOWN:
        assert not any(one and following for one, following in zip(late, [*late[1:], True], strict=True))


@EACH_STORY
@pytest.mark.parametrize("seed", range(5))
def test_a_story_is_the_same_in_any_order_and_packed_in_between(story, seed):
    random = Random(seed)
    for session in folded(story_events(story)):
        events = [event for event in story_events(story) if event.session_id == session.session_id]
        arriving = [*events, *random.choices(events, k=3)]
        random.shuffle(arriving)
        at = random.randrange(1, len(arriving))
        again = fold(arriving[:at])
        again = unpack(again.viewer_id, again.session_id, pack(again), 1, again.media_id, again.dimensions.text)
        for event in arriving[at:]:
            again.add(event)
        assert again == session


@EACH_STORY
def test_the_timeline_shows_the_statuses_that_its_events_make(story):
    rows = [row for event in story_events(story) if (row := timeline_row(event)) is not None]
    sessions: dict[str, MediaSession] = {}
    statuses = []
    for event in story_events(story):
        if event.kind not in QUIET:
            session = sessions.setdefault(event.session_id, MediaSession(event.viewer_id, event.session_id))
            session.add(event)
            statuses.append(status_of(session))
    assert [status for _, status in with_statuses(rows)] == statuses


@EACH_STORY
def test_a_story_is_as_many_sessions_as_it_says(story):
    sessions = folded(story_events(story))
    profile = fold_profile(sessions, max(session.last_seen_ms for session in sessions) + 1)
    assert len(profile.sessions) == expected(story).get("sessions", 1)


@pytest.mark.parametrize(
    ("story", "stalled_s", "watched_s"), [("hls_stall", 2.5, 5.6), ("hls_stall_without_end", 2.4, 5.7)]
)
def test_the_rebuffer_ratio_is_the_share_of_the_time_that_the_picture_stood(story, stalled_s, watched_s):
    """A <video> that stalls isn't paused: its tracker counts the stall as played."""
    (session,) = folded(story_events(story))
    ratio = experience_of([session]).rebuffer_ratio
    assert ratio == pytest.approx(stalled_s / (stalled_s + watched_s), abs=0.03)


@pytest.mark.parametrize(
    ("story", "start_up_s"),
    [
        ("preroll", 0.0),  # begins 0.5 s after ready, and nobody had asked for it before
        ("app_preroll_then_home", 0.4),  # its tracker counts no pause
        ("resume_before_play", 0.0),  # 2.5 s of looking for the place
        ("youtube_watched", 0.3),  # buffers from the click to the first frame
        ("ready_and_away", None),
    ],
)
def test_start_up_is_the_time_from_the_click_to_the_first_frame(story, start_up_s):
    (session,) = folded(story_events(story))
    assert experience_of([session]).start_up_s == (start_up_s and pytest.approx(start_up_s, abs=0.05))


@pytest.mark.parametrize(
    ("story", "paused_s"),
    [("resume_before_play", 0.0), ("ready_and_away", 0.0), ("preroll", 1.0), ("replay_ended_stays", 3.0)],
)
def test_who_has_not_started_has_not_paused(story, paused_s):
    (session,) = folded(story_events(story))
    assert totals_of(session).time_paused_s == pytest.approx(paused_s, abs=0.2)
