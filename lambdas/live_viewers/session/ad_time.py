"""How long an ad or an ad break lasts: until its end event, else as long as its newest event lets it."""

from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import NEVER, OrderPrefix, kind_of
from live_viewers.session.media_session import MediaSession
from live_viewers.session.moved_on import moved_on
from live_viewers.session.snapshot import Snapshot

UNKNOWN_AD_MS = 120 * 1000  # an ad whose length isn't reported
AD_GRACE_MS = 10 * 1000  # ads load, stall and are paused
STANDING_BREAK_MS = 10 * 60 * 1000  # by then a break is over in which the content's playhead hasn't moved

# What happens in an ad or a break, but for the break's end.
OF_ADS = (
    EventKind.AD_BREAK_START,
    EventKind.AD_START,
    EventKind.AD_QUARTILE,
    EventKind.AD_PAUSE,
    EventKind.AD_RESUME,
    EventKind.AD_CLICK,
    EventKind.AD_SKIP,
    EventKind.AD_COMPLETE,
)
_AD_OVER = (EventKind.AD_COMPLETE, EventKind.AD_SKIP)
# To look a member up in its enum takes ten times as long (Python 3.11).
_PLAY, _PAUSE, _END, _AD_START = EventKind.PLAY, EventKind.PAUSE, EventKind.END, EventKind.AD_START
_AD_BREAK_START, _AD_BREAK_END = EventKind.AD_BREAK_START, EventKind.AD_BREAK_END


def is_ad_open(session: MediaSession) -> bool:
    """An ad break that takes the screen (linear or untyped) is open, or an ad outside a break.

    The entities of the newest event say so, where events carry them, but a tracker goes on attaching a break
    whose end never came: `ad_ends_ms` bounds it.
    """
    registers, newest = session.registers, session.newest
    break_start = registers[_AD_BREAK_START]
    closing = max(registers[_AD_BREAK_END], registers[_END])
    if newest is None or not session.carried_ads or break_start > newest.key:
        return _is_open_by_registers(session, closing)
    if closing >= newest.key:
        return False
    if newest.ad_break is None:
        if newest.ad is None or newest.kind in _AD_OVER:
            return False
    elif newest.ad_break.break_type not in (None, "linear") or _was_ended_in_the_break(registers, newest):
        return False
    return session.last_order_ms < ad_ends_ms(session)


def _is_open_by_registers(session: MediaSession, closing: OrderPrefix) -> bool:
    """Where no event says which ad it is in (viewer JSON, sites that give the tracker no entities)."""
    registers = session.registers
    break_start, ad_start = registers[_AD_BREAK_START], registers[_AD_START]
    if break_start <= closing and (ad_start <= closing or any(ad_start <= registers[kind] for kind in _AD_OVER)):
        return False
    return session.last_order_ms < _break_ends_ms(session, max(break_start, ad_start))


def _was_ended_in_the_break(registers: list[OrderPrefix], newest: Snapshot) -> bool:
    """An end closes a break whose own end was lost, though the tracker goes on attaching it; but an ad after
    the end is a post-roll."""
    end = registers[_END]
    ad = max(registers[_AD_BREAK_START], registers[_AD_START])
    return newest.player is not None and newest.player.ended and end > ad


def _break_ends_ms(session: MediaSession, break_start: OrderPrefix) -> int:
    """When a break that only the registers know is over: where no event reports the player's state, it isn't soon
    while the content's playhead stands."""
    if session.newest is not None or moved_on(session, break_start):
        return ad_ends_ms(session)
    return max(ad_ends_ms(session), break_start[0] + STANDING_BREAK_MS)


def ad_ends_ms(session: MediaSession) -> int:
    """When the ad or break that is open ends unless another event comes (order time, ms).

    The newest event of an ad's kind (a ping that carries the ad doesn't count), plus what is left of the ad, plus
    10 s. An ad of which nothing came but what carries it lasts as long as it is carried: its start was lost. One
    that is over ends with the play or pause that comes after it: those are of the content.
    """
    newest_ad = max(session.registers[kind] for kind in OF_ADS)
    if _start_was_lost(session, newest_ad):
        return session.last_order_ms + UNKNOWN_AD_MS + AD_GRACE_MS
    content = max(session.registers[_PLAY], session.registers[_PAUSE])
    if kind_of(newest_ad) in _AD_OVER and content > newest_ad:
        return content[0]
    return newest_ad[0] + _left_ms(session, newest_ad) + AD_GRACE_MS


def _start_was_lost(session: MediaSession, newest_ad: OrderPrefix) -> bool:
    """Whether the events in ads that are known are of an earlier ad than the newest event's."""
    snapshot = session.newest
    if snapshot is None or snapshot.key <= newest_ad:
        return False
    return newest_ad <= session.registers[_AD_BREAK_END] or (
        kind_of(newest_ad) in _AD_OVER and snapshot.ad is not None
    )


def _left_ms(session: MediaSession, newest_ad: OrderPrefix) -> int:
    """What is left of the ad at its newest event: nothing of one that is over, but while the content waits, paused
    for a break, another may come."""
    snapshot = session.newest or session.newest_ad
    ad = None if snapshot is None else snapshot.ad
    gone = snapshot is not None and snapshot.key > newest_ad and snapshot.ad_break is not None and ad is None
    is_over = kind_of(newest_ad) in _AD_OVER or (gone and kind_of(newest_ad) != _AD_BREAK_START)
    waits = snapshot is None or snapshot.player is None or snapshot.player.paused
    if is_over and (not waits or moved_on(session, newest_ad)):
        return 0
    start = session.registers[_AD_START]
    if ad is None or ad.duration_s is None or start == NEVER:
        return UNKNOWN_AD_MS
    return max(0, int(ad.duration_s * 1000) - (newest_ad[0] - start[0]))
