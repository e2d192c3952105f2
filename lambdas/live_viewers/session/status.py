"""The status of a session: a pure function of its events, by one table in order of precedence.

Where events carry the player entity, the newest event with one decides, so that a lost start or end heals
with the next ping. Where they don't (viewer JSON), the registers decide, which keep the newest event of each
kind. In a session that has both, registers newer than the snapshot speak after it.
"""

from collections.abc import Callable
from enum import StrEnum

from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import NEVER, OrderPrefix, position_of
from live_viewers.session.media_session import MediaSession
from live_viewers.session.snapshot import Snapshot

AD_BREAK_WITHOUT_END_MS = 10 * 60 * 1000  # by then an ad break whose end was lost is over
_MOVED_ON_MS = 500  # a playhead further on than this shows that playback went on


class Status(StrEnum):
    """What a viewer is doing in a session."""

    WATCHING_VIDEO = "WATCHING_VIDEO"
    WATCHING_AD = "WATCHING_AD"
    PAUSED_VIDEO = "PAUSED_VIDEO"
    BUFFERING_VIDEO = "BUFFERING_VIDEO"
    COMPLETED_VIDEO = "COMPLETED_VIDEO"
    FAILED_VIDEO = "FAILED_VIDEO"
    READY = "READY"


def is_ad_open(session: MediaSession) -> bool:
    """An ad break that takes the screen (linear or untyped) is open, or an ad outside a break."""
    registers, newest = session.registers, session.newest
    start = registers[EventKind.AD_BREAK_START]
    closing = max(registers[EventKind.AD_BREAK_END], registers[EventKind.END])
    if newest is None or start > newest.key:
        return start > closing and session.last_order_ms - start[0] < AD_BREAK_WITHOUT_END_MS
    if closing >= newest.key:
        return False
    if newest.ad_break is None:
        return newest.ad is not None and newest.kind not in (EventKind.AD_COMPLETE, EventKind.AD_SKIP)
    if newest.ad_break.break_type not in (None, "linear"):
        return False
    return not _was_ended_in_the_break(registers, newest)


def _was_ended_in_the_break(registers: list[OrderPrefix], newest: Snapshot) -> bool:
    """An end closes a break whose own end was lost, though the tracker goes on attaching it; but an ad after
    the end is a post-roll."""
    end = registers[EventKind.END]
    ad = max(registers[EventKind.AD_BREAK_START], registers[EventKind.AD_START])
    return newest.player is not None and newest.player.ended and end > ad


def is_ended(session: MediaSession) -> bool:
    """The content is at its end."""
    return _playback(session)[1]


def has_failed(session: MediaSession) -> bool:
    """An error is newer than the newest play, and no later position is more than 0.5 s beyond the error's.

    Pings go on after an error, so they alone don't clear it. After a seek, playback that moves on from where the
    seek ended clears it too: of a viewer who went back, no position is beyond the error's for a while.
    """
    error, seek_end = session.registers[EventKind.ERROR], session.registers[EventKind.SEEK_END]
    if error == NEVER or error < session.registers[EventKind.PLAY] or _moved_on(session, error):
        return False
    return not (seek_end > error and _moved_on(session, seek_end))


def is_only_ready(session: MediaSession) -> bool:
    """Nothing but ready came, whatever its snapshot says of `paused`."""
    ready = session.registers[EventKind.READY]
    return ready != NEVER and sum(1 for register in session.registers if register != NEVER) == 1


def is_paused(session: MediaSession) -> bool:
    """The content is paused."""
    return _playback(session)[0]


def is_buffering(session: MediaSession) -> bool:
    """A buffer_start is newer than buffer_end, play and seek_end, and no later position is beyond it."""
    registers = session.registers
    start = registers[EventKind.BUFFER_START]
    if start == NEVER:
        return False
    resumed = max(registers[EventKind.BUFFER_END], registers[EventKind.PLAY], registers[EventKind.SEEK_END])
    return start > resumed and not _moved_on(session, start)


def _is_playing(session: MediaSession) -> bool:
    return True


# The first row that holds decides.
PRECEDENCE: tuple[tuple[Status, Callable[[MediaSession], bool]], ...] = (
    (Status.WATCHING_AD, is_ad_open),
    (Status.COMPLETED_VIDEO, is_ended),
    (Status.FAILED_VIDEO, has_failed),
    (Status.READY, is_only_ready),
    (Status.PAUSED_VIDEO, is_paused),
    (Status.BUFFERING_VIDEO, is_buffering),
    (Status.WATCHING_VIDEO, _is_playing),
)


def status_of(session: MediaSession) -> Status:
    """The session's status by `PRECEDENCE`."""
    return next(status for status, holds in PRECEDENCE if holds(session))


def _playback(session: MediaSession) -> tuple[bool, bool]:
    """(paused, ended). Play, pause and end count for themselves before the snapshot they carry."""
    registers, newest = session.registers, session.newest
    play, pause, end = registers[EventKind.PLAY], registers[EventKind.PAUSE], registers[EventKind.END]
    if newest is None or newest.player is None:
        return pause > play, end > play
    latest = max(play, pause, end)
    if latest < newest.key:
        return newest.player.paused, newest.player.ended
    snapshot_ended = latest == newest.key and newest.player.ended
    return latest != play, latest != play and (latest == end or snapshot_ended)


def _moved_on(session: MediaSession, since: OrderPrefix) -> bool:
    """Whether a position after an event is more than 0.5 s beyond that event's."""
    start = position_of(since)
    return any(register > since and position_of(register) - start > _MOVED_ON_MS for register in session.registers)
