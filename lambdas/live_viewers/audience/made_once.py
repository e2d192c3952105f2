"""What a session counts for once: added by the change that first shows it, and never taken back.

Each is a fact that, once true of a session, stays so (a register is set, a counter has grown), so a change shows
it first where the new image has it and the old one has not; both are judged by the same release. An image that an
earlier release counted by other rules can lose a count so, and never takes one away.
"""

from bisect import bisect_left

from live_viewers.audience.scope_counts import START_UP_BOUNDS_S
from live_viewers.events.media_event import EventKind
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.session_counters import BUFFERING_MS as BUFFERING
from live_viewers.session.session_counters import PLAYED_MS as PLAYED
from live_viewers.session.session_facts import SessionFacts
from live_viewers.session.start_up import PAUSED, stalls_count_as

SEEN, ATTEMPTS, STARTS, FAILED = "n", "a", "b", "f"
START_UPS = "stuvwxyz"
WATCHED_MS, BUFFERING_MS, PLAYED_MS = "h", "j", "k"
COUNTERS = (SEEN, ATTEMPTS, STARTS, FAILED, *START_UPS, WATCHED_MS, BUFFERING_MS, PLAYED_MS)

Count = int
"""A counter of a Unix minute as one number, for a batch adds up tens of thousands (see `count_of`)."""
Entry = tuple[Count, int, int]
"""A count, how many more there are in it, and the Unix minute whose block holds that."""


def count_of(minute: int, counter: str) -> Count:
    """The count of a counter, which is a letter."""
    return minute << 8 | ord(counter)


def minute_of(count: Count) -> int:
    """The Unix minute of a count."""
    return count >> 8


def counter_of(count: Count) -> str:
    """The counter of a count."""
    return chr(count & 0xFF)


def _made(minute: int, counter: str, more: int = 1) -> Entry:
    return count_of(minute, counter), more, minute


# Minutes before the newest in which a session still counts as seen: fewer than a session remembers, so that the
# same minute isn't counted again when it has been forgotten.
SEEN_MINUTES = 60
_SEEN_MINUTES_MASK = (1 << SEEN_MINUTES + 1) - 1
_SETTLED_AFTER_MS = round(START_UP_BOUNDS_S[-1] * 1000)
# Bits of a session's kinds.
_PLAY, _ERROR, _AD_START = 1 << EventKind.PLAY, 1 << EventKind.ERROR, 1 << EventKind.AD_START
_BUFFER_END = 1 << EventKind.BUFFER_END
_STARTED = _PLAY | _AD_START
_ATTEMPTED = _STARTED | _ERROR | 1 << EventKind.READY


def made_once(old: SessionFacts | None, new: SessionFacts) -> tuple[list[Entry], list[Entry]]:
    """What `new` is the first to show: counts of the session itself, and of its seconds."""
    ones: list[Entry] = []
    seconds: list[Entry] = []
    newest = new.last_seen_ms // MINUTE_MS
    _add_seen(ones, old, new, newest)
    _add_milestones(ones, old, new, newest)
    if new.visits and not new.totals_void:
        _add_seconds(seconds, old, new, newest)
    return ones, seconds


def _add_seen(entries: list[Entry], old: SessionFacts | None, new: SessionFacts, newest: int) -> None:
    known = 0
    if old is not None:
        gap = newest - old.last_seen_ms // MINUTE_MS  # a join never goes back
        known = old.minutes << gap if 0 <= gap < 64 else 0
    fresh = new.minutes & ~known & _SEEN_MINUTES_MASK
    while fresh:
        lowest = fresh & -fresh
        entries.append(_made(newest - lowest.bit_length() + 1, SEEN))
        fresh ^= lowest


def _add_milestones(entries: list[Entry], old: SessionFacts | None, new: SessionFacts, newest: int) -> None:
    kinds, before = new.kinds, 0 if old is None else old.kinds
    if kinds & _ERROR and not before & _ERROR:
        entries.append(_made(new.failed_ms // MINUTE_MS, FAILED))
    if old is not None and _start_up_is_settled(old):
        return  # what comes before it was told, too
    if kinds & _ATTEMPTED and not before & _ATTEMPTED:
        entries.append(_made(new.first_seen_ms // MINUTE_MS, ATTEMPTS))
    start_up = new.start_up
    if kinds & _STARTED and not before & _STARTED:
        entries.append(_made(min(start_up.play_ms, start_up.ad_start_ms) // MINUTE_MS, STARTS))
    seconds = start_up.seconds if _start_up_is_settled(new) else None
    if seconds is not None:
        place = len(START_UP_BOUNDS_S) if start_up.is_starting else bisect_left(START_UP_BOUNDS_S, seconds)
        entries.append(_made(newest, START_UPS[place]))


def _start_up_is_settled(facts: SessionFacts) -> bool:
    """Whether no event that comes in its order changes the length of the start-up any more: an ad or the end of
    buffering has told the first frame, or something came later than the last bucket's bound."""
    kinds, start_up = facts.kinds, facts.start_up
    if kinds & _AD_START:
        return True
    if not kinds & _PLAY:
        return False
    return bool(kinds & _BUFFER_END) or start_up.last_order_ms > start_up.play_ms + _SETTLED_AFTER_MS


def _add_seconds(entries: list[Entry], old: SessionFacts | None, new: SessionFacts, newest: int) -> None:
    """The growth of the counters, of each visit for itself: one that is dropped for a fifth takes nothing away."""
    watched = buffering = played = stalled = 0
    visits = {} if old is None else old.visits
    for start, counters in new.visits.items():
        played_ms, buffering_ms = counters[PLAYED], counters[BUFFERING]
        before = visits.get(start)
        old_played_ms, old_buffering_ms = (0, 0) if before is None else (before[PLAYED], before[BUFFERING])
        played += played_ms - old_played_ms
        buffering += buffering_ms - old_buffering_ms
        watched += max(played_ms, buffering_ms) - max(old_played_ms, old_buffering_ms)
        stalled += buffering_ms
    if stalled and stalls_count_as(new.start_up.player_type) == PAUSED:  # the newest image's to say, of both
        watched = played + buffering
    if watched > 0:
        entries.append(_made(newest, WATCHED_MS, watched))
    if buffering > 0:
        entries.append(_made(newest, BUFFERING_MS, buffering))
    if played > 0:
        entries.append(_made(newest, PLAYED_MS, played))
