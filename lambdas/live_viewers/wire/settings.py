"""What a site can say about its events."""

import msgspec


class DecodeSettings(msgspec.Struct, frozen=True):
    """`placeholder_viewer_ids`: ids that belong to nobody in particular, e.g. a tracker app's default user."""

    placeholder_viewer_ids: frozenset[str] = frozenset({"PoC user"})
