"""How good the playback was: start-up time, rebuffering, errors."""

from collections.abc import Iterable

import msgspec

from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_counters import FULL, SessionCounters
from live_viewers.session.status import Status, status_of

# A longer wait between ready and play is the viewer's, who hasn't clicked yet.
LONGEST_START_UP_S = 60.0

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

    `start_up_s`: from ready (else from the start of tracking, the intent to play) to the first frame of content or
    ad; of many sessions the mean of those that have one. `rebuffer_ratio`: time buffering / time watched, stalls
    included (see `watched_s`), 0..1. Both None where they aren't known. `errors`: how many (at most 6 a session;
    all are in the timeline). `failed_sessions`: how many sessions stand in FAILED_VIDEO.
    """

    start_up_s: float | None = None
    rebuffer_ratio: float | None = None
    errors: int = 0
    failed_sessions: int = 0


def start_up_s(session: MediaSession) -> float | None:
    """Seconds from ready, else from the start of tracking, to the first frame of anything; None when not known.

    The first of play and ad_start. Of a play the time in ads is taken out that this very event tells: an ad whose
    start was lost.
    """
    ready = session.first_ready_ms
    if ready > session.last_order_ms:  # no ready came
        started = session.counters.started_at_ms if session.counters is not None else None
        if started is None:
            return None
        ready = started
    first_frame_ms = session.first_ad_start_ms
    if session.first_play_ms < first_frame_ms:
        first_frame_ms = session.first_play_ms - session.first_play_ads_ms
    seconds = (first_frame_ms - ready) / 1000
    return seconds if 0 <= seconds <= LONGEST_START_UP_S else None


def watched_s(session: MediaSession, counters: SessionCounters) -> float:
    """Seconds of watching, stalls included, by the habit of the session's tracker."""
    player = session.newest.player if session.newest is not None else None
    habit = STALLS_COUNT_AS.get(player.player_type if player is not None else None, PLAYED)
    if habit == PAUSED:
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
