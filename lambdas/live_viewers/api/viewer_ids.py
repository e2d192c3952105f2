"""Viewer ids as segments of a path.

A viewer id is outside input and may hold any character, while gateways decode paths, some of them twice, cut them
at a decoded `?` and merge slashes. So a segment holds only characters that stay as they are on every way: the id
itself where it is plain, else `~` and the base64url of its UTF-8, without padding. None is ever percent-decoded.
"""

import base64
import binascii
import re

RESERVED = frozenset({"ads", "batch-get", "erasure", "sessions", "timeline", "titles"})
"""Parts of paths, now or to come: an id that is one of these is written with `~`."""

PATTERN = r"^([A-Za-z0-9_@:-][A-Za-z0-9._@:-]*|~[A-Za-z0-9_-]+)$"
"""Of segments, for the OpenAPI document."""

_PLAIN = re.compile(r"[A-Za-z0-9_@:-][A-Za-z0-9._@:-]*")


def segment_of(viewer_id: str) -> str:
    """The segment that stands for a viewer id."""
    if _PLAIN.fullmatch(viewer_id) and viewer_id not in RESERVED:
        return viewer_id
    return "~" + _encode(viewer_id.encode())


def viewer_id_of(segment: str) -> str | None:
    """The viewer id that a segment stands for; None where it stands for none."""
    if not segment.startswith("~"):
        return segment if _PLAIN.fullmatch(segment) and segment not in RESERVED else None
    text = segment[1:]
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        viewer_id = data.decode()
    except (binascii.Error, UnicodeError, ValueError):
        return None
    return viewer_id if viewer_id and _encode(data) == text else None  # one id, one way to write it


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
