"""How long a title is, as far as its player can be believed: live streams and players at their start say 0, or the
length of the window that can be sought."""

from live_viewers.session.snapshot import Snapshot

_TOLERANCE_S = 5.0  # a playhead runs a little past the duration of many titles


def believed_duration_s(
    duration_s: float | None, position_s: float | None, livestream: bool | None
) -> float | None:
    """The duration that an event reported, in seconds; None where it is no length of a title.

    It is none where it is 0, of a live stream, or passed by the same event's position by more than 5 s.
    """
    if not duration_s or livestream:
        return None
    if position_s is not None and position_s > duration_s + _TOLERANCE_S:
        return None
    return duration_s


def duration_of(snapshot: Snapshot | None) -> float | None:
    """The believed duration of the title that a snapshot is of, in seconds."""
    if snapshot is None or snapshot.player is None:
        return None
    position_s = None if snapshot.position_ms < 0 else snapshot.position_ms / 1000
    return believed_duration_s(snapshot.player.duration_s, position_s, snapshot.player.livestream)


def is_livestream(snapshot: Snapshot | None) -> bool | None:
    """Whether the title is live: as the player says; else if its playhead is beyond the end; None where neither
    reports."""
    player = None if snapshot is None else snapshot.player
    if snapshot is None or player is None or player.livestream:
        return None if player is None else player.livestream
    if player.duration_s is not None and snapshot.position_ms / 1000 > player.duration_s + _TOLERANCE_S:
        return True
    return player.livestream
