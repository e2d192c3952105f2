"""How good the playback was: start-up time, rebuffering, errors."""

from collections.abc import Iterable

import msgspec

from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_counters import FULL, SessionCounters
from live_viewers.session.start_up import PAUSED, player_type_of, stalls_count_as, start_up_of
from live_viewers.session.status import Status, status_of


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
    return start_up_of(session).seconds


def watched_s(session: MediaSession, counters: SessionCounters) -> float:
    """Seconds of watching, stalls included, by the habit of the session's tracker."""
    if stalls_count_as(player_type_of(session)) == PAUSED:
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
