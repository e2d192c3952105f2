"""Ad views and ad breaks as the stored tokens tell them."""

import msgspec

from live_viewers.ads.ad_tokens import BREAK_SHOWED_AD, STARTED, THE_BREAK, Known, Shown
from live_viewers.events.title import short_id

MOST_AD_ITEMS_OF_VIEWER = 200
"""So many items are read of a viewer."""
SESSION_BYTES = 900
"""Of a session's id, in the key of an item."""


class AdView(msgspec.Struct, frozen=True, gc=False):
    """One ad in one break (None: in none) of one session. `flags` are those of ad_tokens with what they imply,
    `hour` the Unix hour that it counts in."""

    session_id: str
    break_id: str | None
    subject: str  # the hash of the ad's id
    flags: int
    hour: int
    shown: Shown

    @property
    def ad_id(self) -> str:
        return self.shown.id or self.subject


class BreakView(msgspec.Struct, frozen=True, gc=False):
    """One ad break of one session, with or without an ad."""

    session_id: str
    break_id: str
    showed_ad: bool
    hour: int
    shown: Shown


class AdItem(msgspec.Struct, frozen=True, gc=False):
    """What one item keeps. `has_more`: it was full, so its figures are lower bounds. `erased_ms`: as its session
    has it."""

    viewer_id: str
    session_id: str  # as short as keys have it
    break_id: str | None
    known: dict[str, Known]
    has_more: bool = False
    erased_ms: int | None = None

    @property
    def views(self) -> list[AdView]:
        return [
            AdView(self.session_id, self.break_id, subject, known.flags, known.hour, Shown.read(known.shown))
            for subject, known in self.known.items()
            if subject != THE_BREAK and known.flags & STARTED
        ]

    @property
    def ad_break(self) -> BreakView | None:
        """The break, where this item tells of it."""
        known = self.known.get(THE_BREAK)
        if known is None or self.break_id is None:
            return None
        shown = Shown.read(known.shown)
        return BreakView(self.session_id, self.break_id, bool(known.flags & BREAK_SHOWED_AD), known.hour, shown)


class AdsOfViewer(msgspec.Struct, frozen=True):
    """A viewer's items, as many as are read; `all_read`: these are all."""

    items: list[AdItem] = []
    all_read: bool = True

    @property
    def complete(self) -> bool:
        """Whether all views are here: all items are, and none was full."""
        return self.all_read and not any(item.has_more for item in self.items)

    @property
    def views(self) -> list[AdView]:
        return [view for item in self.items for view in item.views]


def session_in_key(session_id: str) -> str:
    """A session's id as AdItem has it."""
    return short_id(session_id, SESSION_BYTES)
