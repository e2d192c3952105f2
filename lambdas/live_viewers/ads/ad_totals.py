"""What the ad views of a session come to."""

from typing import NamedTuple

import msgspec

from live_viewers.ads.ad_counting import AdChange
from live_viewers.ads.ad_tokens import CLICKED, COMPLETED, SKIPPED
from live_viewers.ads.ad_view import AdItem, AdsOfViewer, session_in_key


class AdTotals(NamedTuple):
    """Ad views of one session: all, with a click, skipped, complete. `partial`: there may be more."""

    seen: int = 0
    clicked: int = 0
    skipped: int = 0
    completed: int = 0
    partial: bool = False

    def joined(self, other: "AdTotals") -> "AdTotals":
        """Of both."""
        return AdTotals(
            self.seen + other.seen,
            self.clicked + other.clicked,
            self.skipped + other.skipped,
            self.completed + other.completed,
            self.partial or other.partial,
        )


class AdTotalsOfViewer(msgspec.Struct, frozen=True):
    """The ad totals of a viewer's sessions; `others` are those of a session that isn't among them (None: the
    viewer's ads weren't read)."""

    by_session: dict[str, AdTotals] = {}
    others: AdTotals | None = None

    @classmethod
    def of_ads(cls, ads: AdsOfViewer | None) -> "AdTotalsOfViewer":
        """From what was read of the viewer's ads."""
        if ads is None:
            return cls()
        others = AdTotals(partial=not ads.all_read)
        by_session: dict[str, AdTotals] = {}
        for item in ads.items:
            known = by_session.get(item.session_id, others)
            by_session[item.session_id] = known.joined(totals_of_item(item))
        return cls(by_session, others)

    def of(self, session_id: str) -> AdTotals | None:
        """Of one session; None where they weren't read."""
        return self.by_session.get(session_in_key(session_id), self.others)


def totals_of_item(item: AdItem) -> AdTotals:
    """Of the views that one item keeps."""
    flags = [view.flags for view in item.views]
    clicked, skipped, completed = (
        sum(1 for each in flags if each & flag) for flag in (CLICKED, SKIPPED, COMPLETED)
    )
    return AdTotals(len(flags), clicked, skipped, completed, item.has_more)


def shows_in_totals(change: AdChange) -> bool:
    """Whether a change of an item shows in the totals of its session. Removals don't: their sessions do."""
    if change.new is None:
        return False
    return change.old is None or totals_of_item(change.old) != totals_of_item(change.new)
