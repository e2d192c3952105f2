"""Who the viewer of an event is, and which identifiers can be stored at all."""

from unicodedata import category

from live_viewers.events.short_text_cache import LONGEST_ID, MOST_IDS, Memo

# How the ids of sessions begin where the format has no media session id: the viewer's day, or what is played under
# one label in a page view.
DAY_SESSION = "day-"
PAGE_VIEW_SESSION = "pv-"

# Trackers and Snowplow's anonymisation write this where there is no id; it belongs to nobody.
_NULL_IDS = frozenset({"00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000"})
# DynamoDB: a partition key is at most 2,048 bytes, a sort key 1,024 bytes (of which our prefixes take some).
VIEWER_ID_MAX_BYTES = 2048
SESSION_ID_MAX_BYTES = 1024 - len("session#")
EVENT_ID_MAX_BYTES = 1024 - len("event#0000000000000#")


class UnusableId(ValueError):
    """An identifier that is there but can't be a key: too long, or with characters that no id has."""


def viewer_of(
    user_id: str | None,
    domain_userid: str | None,
    client_user_id: str | None,
    network_userid: str | None,
    placeholders: frozenset[str],
) -> str | None:
    """The viewer id: user_id, else domain_userid, else client_session.userId (mobile), else network_userid.

    Blank ids, null UUIDs and the configured placeholders don't count. None when nothing is left: such an event is
    to be rejected, never pooled into one invented viewer. Raises UnusableId when the id that counts can't be a key
    (another one isn't taken instead: one person would become two viewers).
    """
    usable = USABLE_IDS[placeholders]
    for candidate in (user_id, domain_userid, client_user_id, network_userid):
        if candidate:
            viewer_id = usable[candidate]
            if viewer_id is not None:
                return viewer_id
    return None


def _usable_ids(placeholders: frozenset[str]) -> Memo[str, str | None]:
    """The viewer ids that candidates come to, None where they don't count."""

    def viewer_id_of(candidate: str) -> str | None:
        viewer_id = candidate.strip()
        if not viewer_id or viewer_id in _NULL_IDS or viewer_id in placeholders:
            return None
        return checked_id(viewer_id, VIEWER_ID_MAX_BYTES)

    return Memo(viewer_id_of, MOST_IDS, LONGEST_ID)


USABLE_IDS = Memo(_usable_ids, most=4)
"""By the site's placeholders: what a candidate comes to as a viewer id, see `viewer_of`."""


def checked_id(identifier: str, max_bytes: int) -> str:
    """The identifier itself, when it can be (part of) a DynamoDB key. Raises UnusableId.

    Control characters (NUL among them), lone surrogates and U+FFFD (what a lone surrogate is cleaned to) are
    refused rather than removed, since removing them could make two viewers one.
    """
    if identifier.isascii() and identifier.isprintable():
        if len(identifier) > max_bytes:
            raise UnusableId(f"longer than {max_bytes} bytes")
        return identifier
    for character in identifier[: max_bytes + 1]:
        if character == "\ufffd" or category(character) in ("Cc", "Cs"):
            raise UnusableId(f"holds the character U+{ord(character):04X}")
    if len(identifier.encode()) > max_bytes:
        raise UnusableId(f"longer than {max_bytes} bytes")
    return identifier
