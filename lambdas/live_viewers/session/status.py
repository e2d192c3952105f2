"""The status of a session: a pure function of its events, by one table in order of precedence.

Where events carry the player entity, the newest event with one decides, so that a lost start or end heals
with the next ping. Where they don't (viewer JSON), the registers decide, which keep the newest event of each
kind. In a session that has both, registers newer than the snapshot speak after it.

What a snapshot says of paused and ended is believed only as far as real players can be.
"""

from collections.abc import Callable
from enum import StrEnum

from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import NEVER, OrderPrefix, position_of
from live_viewers.session.ad_time import OF_ADS, is_ad_open
from live_viewers.session.media_session import MediaSession
from live_viewers.session.moved_on import moved_on
from live_viewers.session.snapshot import PlayerState

_SAME_PLACE_MS = 1000  # this near to the end of the content, the playhead is at it
_FASTEST_RATE = 4  # no one plays faster
# To look a member up in its enum takes ten times as long (Python 3.11).
_READY, _PLAY, _PAUSE, _END = EventKind.READY, EventKind.PLAY, EventKind.PAUSE, EventKind.END
_ERROR, _SEEK_END = EventKind.ERROR, EventKind.SEEK_END
_BUFFER_START, _BUFFER_END = EventKind.BUFFER_START, EventKind.BUFFER_END


class Status(StrEnum):
    """What a viewer is doing in a session."""

    WATCHING_VIDEO = "WATCHING_VIDEO"
    WATCHING_AD = "WATCHING_AD"
    PAUSED_VIDEO = "PAUSED_VIDEO"
    BUFFERING_VIDEO = "BUFFERING_VIDEO"
    COMPLETED_VIDEO = "COMPLETED_VIDEO"
    FAILED_VIDEO = "FAILED_VIDEO"
    READY = "READY"


def is_ended(session: MediaSession) -> bool:
    """The content is at its end."""
    return _playback(session)[1]


def has_failed(session: MediaSession) -> bool:
    """An error is newer than the newest play, and the playhead hasn't moved on since.

    Pings go on after an error, so they alone don't clear it.
    """
    error = session.registers[_ERROR]
    return error != NEVER and error > session.registers[_PLAY] and not moved_on(session, error)


def is_ready(session: MediaSession) -> bool:
    """Ready came, but no play, no ad and no playback since: whatever pings, the volume or a seek to where the
    viewer left off say, and though the player says that it is paused."""
    registers, newest = session.registers, session.newest
    ready = registers[_READY]
    if ready == NEVER or registers[_PLAY] != NEVER:
        return False
    if any(registers[kind] != NEVER for kind in OF_ADS):
        return False
    if newest is not None and (newest.ad is not None or newest.ad_break is not None):
        return False
    return not moved_on(session, ready) or _was_put_there(session, ready)


def _was_put_there(session: MediaSession, ready: OrderPrefix) -> bool:
    """Whether a paused playhead stands where playback since ready can't have brought it: the player resumes where
    the viewer left off, without a word of a seek."""
    newest = session.newest
    if newest is None or newest.player is None or not newest.player.paused:
        return False
    moved, elapsed = newest.position_ms - position_of(ready), newest.key[0] - ready[0]
    return not 0 <= moved <= elapsed * _FASTEST_RATE


def is_paused(session: MediaSession) -> bool:
    """The content is paused. A player that says so while it buffers isn't (see `is_buffering`)."""
    return _playback(session)[0] and not is_buffering(session)


def is_buffering(session: MediaSession) -> bool:
    """A buffer_start is newer than buffer_end and play, no pause is newer than that play, and the playhead hasn't
    moved on since.

    The snapshot's `paused` doesn't count meanwhile: the YouTube plugin says paused whenever the player isn't
    playing. A seek that ends with the player playing ends the buffering too, where its word of that counts (see
    `_says_playing`). Players start with a stall that begins and ends within the same millisecond.
    """
    registers, newest = session.registers, session.newest
    start, play = registers[_BUFFER_START], registers[_PLAY]
    if start == NEVER or start < play or start[0] <= registers[_BUFFER_END][0]:
        return False
    if registers[_PAUSE] > play:
        return False
    plays = newest is None or newest.player is None or _says_playing(session, newest.player)
    if start < registers[_SEEK_END] and plays:
        return False
    return not moved_on(session, start)


def _is_playing(session: MediaSession) -> bool:
    return True


# The first row that holds decides.
PRECEDENCE: tuple[tuple[Status, Callable[[MediaSession], bool]], ...] = (
    (Status.WATCHING_AD, is_ad_open),
    (Status.COMPLETED_VIDEO, is_ended),
    (Status.FAILED_VIDEO, has_failed),
    (Status.READY, is_ready),
    (Status.PAUSED_VIDEO, is_paused),
    (Status.BUFFERING_VIDEO, is_buffering),
    (Status.WATCHING_VIDEO, _is_playing),
)


def status_of(session: MediaSession) -> Status:
    """The session's status by `PRECEDENCE`."""
    for status, holds in PRECEDENCE:
        if holds(session):
            return status
    raise AssertionError("the last row always holds")


def _playback(session: MediaSession) -> tuple[bool, bool]:
    """(paused, ended). Play, pause and end count for themselves before the snapshot they carry."""
    registers, newest = session.registers, session.newest
    play, pause, end = registers[_PLAY], registers[_PAUSE], registers[_END]
    if newest is None or newest.player is None:
        return pause > play, end > play
    latest = max(play, pause, end)
    if latest > newest.key or (latest == newest.key and latest != pause):
        return latest != play, latest == end
    paused = latest == newest.key or not _says_playing(session, newest.player)
    return paused, _is_at_the_end(session, newest.player, paused)


def _says_playing(session: MediaSession, player: PlayerState) -> bool:
    """Whether a snapshot's word that the player isn't paused counts.

    In a format without media sessions it doesn't until the playhead has moved on since the newest pause or stall:
    such events are version 1, of which the YouTube plugin never says paused. Nor does it of a player that buffers
    while it is paused.
    """
    if player.paused:
        return False
    registers = session.registers
    play, pause, stall = (registers[kind] for kind in (_PLAY, _PAUSE, _BUFFER_START))
    buffers_in_a_pause = stall > pause > play and stall > registers[_BUFFER_END]
    if not session.is_synthetic and not buffers_in_a_pause:
        return True
    halt = max(pause, stall)
    return halt < play or moved_on(session, halt)


def _is_at_the_end(session: MediaSession, player: PlayerState, paused: bool) -> bool:
    """Whether the content is at its end by a snapshot that comes after play and end.

    Trackers leave `ended` set when the viewer plays again (the media plugins of Snowplow), or never set it (iOS'
    AVPlayer), so where there was an end it is read together with the playhead.
    """
    play, end = session.registers[_PLAY], session.registers[_END]
    if not player.ended:
        return paused and end > play and _stands_at_the_end(session, player)
    if end == NEVER:
        return paused or play == NEVER
    if end > play:
        plays_again = player.loop and not paused
        return not plays_again or _stands_at_the_end(session, player)
    paused_in_the_replay = (pause := session.registers[_PAUSE]) > play and not moved_on(session, pause)
    return paused and (_stands_at_the_end(session, player) or not paused_in_the_replay)


def _stands_at_the_end(session: MediaSession, player: PlayerState) -> bool:
    newest, end = session.newest, session.registers[_END]
    if newest is None or newest.position_ms < 0:
        return False
    places = [] if player.duration_s is None else [player.duration_s * 1000]
    if end != NEVER:
        places.append(position_of(end))
    return any(abs(newest.position_ms - place) <= _SAME_PLACE_MS for place in places)
