"""What a viewer watches, as an identifier and as a title to show: the player's label, or what the stage reads."""

import hashlib

from live_viewers.events.media_event import MediaEvent
from live_viewers.events.short_text_cache import cache_short_texts

_TITLE_CHARACTERS = 100
_TITLE_BYTES = 160
MEDIA_ID_BYTES = 64
_HASH_DIGITS = 16


def cut_to_bytes(text: str, most: int) -> str:
    """The longest beginning of a text that has at most so many bytes in UTF-8."""
    if len(text) <= most and text.isascii():
        return text
    data = text.encode()
    return text if len(data) <= most else data[:most].decode(errors="ignore")


def short_id(identifier: str, most: int) -> str:
    """An identifier of at most so many bytes: itself, or its beginning, `~` and 16 digits of its SHA-256."""
    if len(identifier) <= most and identifier.isascii():
        return identifier
    data = identifier.encode()
    if len(data) <= most:
        return identifier
    return (
        cut_to_bytes(identifier, most - 1 - _HASH_DIGITS) + "~" + hashlib.sha256(data).hexdigest()[:_HASH_DIGITS]
    )


def media_id_of(label: str | None) -> str | None:
    """The identifier of a title: the player's label, trimmed and shortened by `short_id`; None without."""
    return _media_id_of(label) if label else None


@cache_short_texts  # the same on every event of a session
def _media_id_of(label: str) -> str | None:
    trimmed = label.strip()
    return short_id(trimmed, MEDIA_ID_BYTES) if trimmed else None


def title_of(label: str | None) -> str | None:
    """The title to show: the label, trimmed, cut to 100 characters and to 160 bytes; None without a label."""
    trimmed = label.strip() if label else ""
    return cut_to_bytes(trimmed[:_TITLE_CHARACTERS], _TITLE_BYTES) if trimmed else None


def name_of(event: MediaEvent) -> str | None:
    """What the identifier of an event's title is made of: what the stage's `media_id_from` found, or the label."""
    if event.media_id is not None:
        return event.media_id
    return event.player.label if event.player is not None else None


def title_and_id(event: MediaEvent) -> tuple[str, str]:
    """Title to show and identifier of an event, empty texts where there is none; without a label the identifier's
    text is shown."""
    name, label = name_of(event), event.player.label if event.player is not None else None
    return (title_of(label) or title_of(name) or "", media_id_of(name) or "")
