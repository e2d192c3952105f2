"""Whether the playhead has moved on since an event: the sign that what the event reported is over."""

from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import OrderPrefix, position_of
from live_viewers.session.media_session import MediaSession

_FURTHER_MS = 500  # positions this near to each other are the same place
_SEEK_END = EventKind.SEEK_END
_SEEKS = (EventKind.SEEK_START, _SEEK_END)


def moved_on(session: MediaSession, since: OrderPrefix) -> bool:
    """Whether of the positions of an event and of those after it two are more than 0.5 s apart.

    In either direction, since the positions of a live stream begin anew with a new window. The positions of seeks
    don't count, since a seek moves the playhead of a player that stands; where one has ended after the event, only
    the positions from there on do.
    """
    seek_end = session.registers[_SEEK_END]
    start = seek_end if seek_end > since else since
    first = last = position_of(start)
    newer = [
        register for kind, register in enumerate(session.registers) if register > start and kind not in _SEEKS
    ]
    snapshot = session.newest
    if snapshot is not None and snapshot.key > start and snapshot.kind not in _SEEKS:
        newer.append(snapshot.key)
    for register in newer:
        position = position_of(register)
        if position < 0:
            continue
        if first < 0:
            first = last = position
        first, last = min(first, position), max(last, position)
    return last - first > _FURTHER_MS
