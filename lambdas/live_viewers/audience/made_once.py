"""What a session counts for once: added by the change that first shows it, and never taken back.

Each is a fact that, once true of a session, stays so (a register is set, a counter has grown), so a change shows
it first where the new image has it and the old one has not; both are judged by the same release. An image that an
earlier release counted by other rules can lose a count so, and never takes one away.
"""

from bisect import bisect_left
from collections.abc import Iterator

from live_viewers.audience.scope_counts import START_UP_BOUNDS_S
from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import NEVER
from live_viewers.profile.experience import is_starting, start_up_s, watched_s
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_change import SessionImage
from live_viewers.session.session_counters import SessionCounters

# (Unix minute, counter, how many)
Entry = tuple[int, str, int]

SEEN, ATTEMPTS, STARTS, FAILED = "n", "a", "b", "f"
START_UPS = "stuvwxyz"
WATCHED_MS, BUFFERING_MS, PLAYED_MS = "h", "j", "k"
COUNTERS = (SEEN, ATTEMPTS, STARTS, FAILED, *START_UPS, WATCHED_MS, BUFFERING_MS, PLAYED_MS)

# Minutes before the newest in which a session still counts as seen: fewer than a session remembers, so that the
# same minute isn't counted again when it has been forgotten.
SEEN_MINUTES = 60
_SEEN_MINUTES_MASK = (1 << SEEN_MINUTES + 1) - 1
_SETTLED_AFTER_MS = round(START_UP_BOUNDS_S[-1] * 1000)
_ATTEMPT = (EventKind.PLAY, EventKind.READY, EventKind.AD_START, EventKind.ERROR)


def made_once(old: SessionImage | None, new: SessionImage) -> tuple[Entry, ...]:
    """What `new` is the first to show. Nothing where one of the two can't be read: what it shows isn't known."""
    after = new.session
    before = None if old is None else old.session
    if after is None or (old is not None and before is None):
        return ()
    return (*_seen(before, after), *_milestones(before, after), *_seconds(before, after))


def _seen(old: MediaSession | None, new: MediaSession) -> Iterator[Entry]:
    known = 0
    newest = new.last_seen_ms // MINUTE_MS
    if old is not None:
        gap = newest - old.last_seen_ms // MINUTE_MS  # a join never goes back
        known = old.minutes << gap if 0 <= gap < 64 else 0
    fresh = new.minutes & ~known & _SEEN_MINUTES_MASK
    while fresh:
        lowest = fresh & -fresh
        yield newest - (lowest.bit_length() - 1), SEEN, 1
        fresh ^= lowest


def _milestones(old: MediaSession | None, new: MediaSession) -> Iterator[Entry]:
    error = new.registers[EventKind.ERROR]
    had_error = old is not None and old.registers[EventKind.ERROR] != NEVER
    if error != NEVER and not had_error:
        yield error[0] // MINUTE_MS, FAILED, 1
    if old is not None and _start_up_is_settled(old):
        return  # what comes before it was told, too
    if _is_attempt(new) and not (old is not None and _is_attempt(old)):
        yield new.first_seen_ms // MINUTE_MS, ATTEMPTS, 1
    if _has_started(new):
        first_frame = min(new.first_play_ms, new.first_ad_start_ms) // MINUTE_MS
        if not (old is not None and _has_started(old)):
            yield first_frame, STARTS, 1
        if _start_up_is_settled(new):
            seconds = start_up_s(new)
            if seconds is not None:
                place = len(START_UP_BOUNDS_S) if is_starting(new) else bisect_left(START_UP_BOUNDS_S, seconds)
                yield new.last_seen_ms // MINUTE_MS, START_UPS[place], 1


def _is_attempt(session: MediaSession) -> bool:
    registers = session.registers
    return any(registers[kind] != NEVER for kind in _ATTEMPT)


def _has_started(session: MediaSession) -> bool:
    registers = session.registers
    return registers[EventKind.PLAY] != NEVER or registers[EventKind.AD_START] != NEVER


def _start_up_is_settled(session: MediaSession) -> bool:
    """Whether no event that comes in its order changes the length of the start-up any more: an ad or the end of
    buffering has told the first frame, or something came later than the last bucket's bound."""
    registers = session.registers
    if not _has_started(session):
        return False
    if registers[EventKind.AD_START] != NEVER or registers[EventKind.BUFFER_END] != NEVER:
        return True
    return session.last_order_ms > session.first_play_ms + _SETTLED_AFTER_MS


def _seconds(old: MediaSession | None, new: MediaSession) -> Iterator[Entry]:
    """The growth of the counters, of each visit for itself: one that is dropped for a fifth takes nothing away."""
    if new.totals_void:
        return
    watched = buffering = played = 0
    for start, counters in new.visits.by_start.items():
        before = _NO_COUNTERS if old is None else old.visits.by_start.get(start, _NO_COUNTERS)
        played += _ms(counters.time_played_s) - _ms(before.time_played_s)
        buffering += _ms(counters.time_buffering_s) - _ms(before.time_buffering_s)
        # Where stalls count is the newest image's to say, of both.
        watched += _ms(watched_s(new, counters)) - _ms(watched_s(new, before))
    minute = new.last_seen_ms // MINUTE_MS
    if watched > 0:
        yield minute, WATCHED_MS, watched
    if buffering > 0:
        yield minute, BUFFERING_MS, buffering
    if played > 0:
        yield minute, PLAYED_MS, played


_NO_COUNTERS = SessionCounters()


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
