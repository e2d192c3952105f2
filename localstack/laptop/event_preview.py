"""A record's value as a person would read it, for the event source's status page."""

from live_viewers.wire import DecodeSettings, Unreadable, decode

_SETTINGS = DecodeSettings()


def preview(value: bytes) -> str:
    """One line: the event, its viewer and where in which title, or why it can't be read."""
    try:
        event = decode(value, _SETTINGS)
    except Unreadable as problem:
        return f"unreadable: {problem}"
    if event is None:
        return "not a media event"
    title = event.player.label if event.player else None
    where = "" if event.position_s is None else f" at {event.position_s:.1f} s"
    return f"{event.kind.event_name} of {event.viewer_id}{where}{f' in {title}' if title else ''}"
