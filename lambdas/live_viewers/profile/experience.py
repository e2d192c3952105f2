"""How good the playback was: start-up time, rebuffering, errors."""

from collections.abc import Iterable

import msgspec

from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_counters import FULL, SessionCounters
from live_viewers.session.status import Status, status_of

# A longer start-up isn't believed: the event of an earlier start was lost.
LONGEST_START_UP_S = 60.0
# `waiting` of a <video> comes with its `play` where there is nothing to show yet.
BUFFERING_BEGINS_WITHIN_MS = 250
# So exact are a tracker's counters: its clock is read some milliseconds before or after the event's time.
COUNTED_TO_MS = 100

PLAYED, PAUSED = "played", "paused"
# In which counter of a tracker a stall is, by `playerType`. Snowplow's trackers count the time between two events
# by the first one's `paused`: a <video> that stalls isn't paused (golden files of tests/players), nor is a Vimeo
# player (browser-plugin-vimeo-tracking, source). The YouTube plugin says paused whenever the player's state isn't
# PLAYING (browser-plugin-youtube-tracking 4, entities.ts, source).
STALLS_COUNT_AS: dict[str | None, str] = {
    "org.whatwg-media_element": PLAYED,
    "com.vimeo-vimeo": PLAYED,
    "com.youtube-youtube": PAUSED,
}


class Experience(msgspec.Struct, frozen=True):
    """Of one session or of many.

    `start_up_s`: from the request to play (a click, an autoplay) to the first frame of content or ad; of many
    sessions the mean of those that have one. `rebuffer_ratio`: time buffering / time watched, stalls included
    (see `watched_s`), 0..1. Both None where they aren't known. `errors`: how many (at most 6 a session;
    all are in the timeline). `failed_sessions`: how many sessions stand in FAILED_VIDEO.
    """

    start_up_s: float | None = None
    rebuffer_ratio: float | None = None
    errors: int = 0
    failed_sessions: int = 0


def start_up_s(session: MediaSession) -> float | None:
    """Seconds from the request to play to the first frame of anything; None where it can't be known."""
    first_frame_ms = _first_frame_ms(session)
    requested_ms = None if first_frame_ms is None else _requested_ms(session, first_frame_ms)
    if first_frame_ms is None or requested_ms is None:
        return None
    seconds = max(0, first_frame_ms - requested_ms) / 1000
    return seconds if seconds <= LONGEST_START_UP_S else None


def _first_frame_ms(session: MediaSession) -> int | None:
    """The first of play and ad_start. A play with which buffering begins was the click: the frame comes with the
    buffering's end. Of a play the time in ads is taken out that this event has: an ad whose start was lost."""
    play_ms, ad_start_ms, last_ms = session.first_play_ms, session.first_ad_start_ms, session.last_order_ms
    if min(play_ms, ad_start_ms) > last_ms:
        return None
    if ad_start_ms <= play_ms:
        return ad_start_ms
    frame_ms = play_ms
    if _begins_buffering(session) and play_ms <= session.first_buffer_end_ms <= last_ms:
        frame_ms = session.first_buffer_end_ms
    return frame_ms - session.first_play_ads_ms


def is_starting(session: MediaSession) -> bool:
    """Whether the first play began with buffering that has not ended."""
    ended = session.first_play_ms <= session.first_buffer_end_ms <= session.last_order_ms
    return _begins_buffering(session) and not ended


def _begins_buffering(session: MediaSession) -> bool:
    play_ms = session.first_play_ms
    if play_ms > session.last_order_ms:
        return False  # no play yet: a pre-roll
    return play_ms <= session.first_buffer_start_ms <= play_ms + BUFFERING_BEGINS_WITHIN_MS


def _requested_ms(session: MediaSession, first_frame_ms: int) -> int | None:
    """The start of the buffering before the first frame; else the end of the pause before it, which trackers count
    from ready or from the start of tracking on. Where stalls count as paused the pause says nothing."""
    ready_ms = session.first_ready_ms if session.first_ready_ms <= session.last_order_ms else None
    counters = session.visits.first()
    started_ms = None if counters is None else counters.started_at_ms
    begun = [each for each in (ready_ms, started_ms) if each is not None]
    if begun and begun[0] <= session.first_buffer_start_ms < min(session.first_play_ms, session.first_ad_start_ms):
        return session.first_buffer_start_ms
    if counters is None or counters.initial_pause_ms is None or stalls_count_as(session) == PAUSED:
        return None
    clicked = [each + counters.initial_pause_ms for each in begun]
    return next((each for each in clicked if each <= first_frame_ms + COUNTED_TO_MS), None)


def stalls_count_as(session: MediaSession) -> str:
    """PLAYED or PAUSED: in which counter of the session's tracker a stall is."""
    player = session.newest.player if session.newest is not None else None
    return STALLS_COUNT_AS.get(player.player_type if player is not None else None, PLAYED)


def watched_s(session: MediaSession, counters: SessionCounters) -> float:
    """Seconds of watching, stalls included, by the habit of the session's tracker."""
    if stalls_count_as(session) == PAUSED:
        return counters.time_played_s + counters.time_buffering_s
    return max(counters.time_played_s, counters.time_buffering_s)


def experience_of(sessions: Iterable[MediaSession]) -> Experience:
    """The experience of one session or of many together."""
    start_ups: list[float] = []
    watched = buffering = 0.0
    errors = failed = 0
    for session in sessions:
        start_up = start_up_s(session)
        if start_up is not None:
            start_ups.append(start_up)
        counters = session.counters
        if counters is not None and counters.known == FULL and not session.totals_void:
            watched += watched_s(session, counters)
            buffering += counters.time_buffering_s
        errors += len(session.errors)
        failed += status_of(session) is Status.FAILED_VIDEO
    return Experience(
        round(sum(start_ups) / len(start_ups), 3) if start_ups else None,
        round(buffering / watched, 4) if watched > 0 else None,
        errors,
        failed,
    )
