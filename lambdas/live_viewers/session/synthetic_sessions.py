"""Sessions of formats without a media session id: one a page view and label (`pv-`), where pages are known; else
one a viewer and day (UTC; `day-`), joined again when read."""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import NEVER
from live_viewers.events.viewer import DAY_SESSION
from live_viewers.session.media_session import MediaSession

_CONTINUING = frozenset((EventKind.PING, EventKind.PERCENT_PROGRESS))


class ReadSessions(msgspec.Struct):
    """A viewer's sessions as a reader is to see them, newest event first.

    `superseded` holds the ids of day sessions after which another one began: they aren't live any more.
    """

    sessions: list[MediaSession]
    superseded: frozenset[str]


def read_sessions(sessions: Iterable[MediaSession]) -> ReadSessions:
    """Join what midnight cut apart.

    A day session with nothing but pings and progress goes on with what the viewer did the day before, so it
    is joined to it (under the earlier id). The earlier of two that aren't joined isn't live once the later
    exists.
    """
    seen: list[MediaSession] = []
    days: list[MediaSession] = []
    last_day: date | None = None
    every = list(sessions)
    for session in sorted(filter(_is_day, every), key=lambda one: one.session_id):
        day = date.fromisoformat(session.session_id.removeprefix(DAY_SESSION))
        if days and last_day == day - timedelta(days=1) and _only_continues(session):
            days[-1] = joined(days[-1], session)
        else:
            days.append(session)
        last_day = day
    seen = [one for one in every if not _is_day(one)] + days
    seen.sort(key=lambda one: (one.last_seen_ms, one.session_id), reverse=True)
    return ReadSessions(seen, frozenset(one.session_id for one in days[:-1]))


def _is_day(session: MediaSession) -> bool:
    return session.is_synthetic and session.session_id.startswith(DAY_SESSION)


def joined(earlier: MediaSession, later: MediaSession) -> MediaSession:
    """One session of two, under the earlier id and the newer version; both stay as they are."""
    whole = MediaSession(earlier.viewer_id, earlier.session_id, max(earlier.version, later.version))
    whole.merge(earlier)
    whole.merge(later)
    return whole


def _only_continues(session: MediaSession) -> bool:
    return all(register == NEVER or kind in _CONTINUING for kind, register in enumerate(session.registers))
