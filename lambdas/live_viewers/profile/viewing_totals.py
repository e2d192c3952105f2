"""What a session, or many together, come to: seconds and counts, None where the events' format has none."""

from collections.abc import Iterable
from typing import Any

import msgspec

from live_viewers.ads.ad_totals import AdTotals
from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import NEVER
from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_counters import FULL, UNKNOWN
from live_viewers.session.status import Status, status_of


class ViewingTotals(msgspec.Struct, frozen=True):
    """`time_paused_s` leaves out the time before anything was started. `ads_seen` counts the ads played, where the
    tracker counts them, else ad views; `ads_completed` counts ad views, null in lists of live sessions and in the
    socket's messages where there were ads. `partial`: a session had more than four visits, what is here is of
    its newest four, or there were more ad views than are read.
    """

    time_played_s: float | None = None
    time_played_muted_s: float | None = None
    time_paused_s: float | None = None
    content_watched_s: float | None = None
    time_buffering_s: float | None = None
    time_spent_ads_s: float | None = None
    ad_breaks: int | None = None
    ads_seen: int | None = None
    ads_clicked: int | None = None
    ads_skipped: int | None = None
    ads_completed: int | None = None
    partial: bool = False


def totals_of(session: MediaSession, views: AdTotals | None = None) -> ViewingTotals:
    """The totals of one session: from the tracker's counters where they are known, else from its ad views (None:
    they weren't read)."""
    counters = session.counters
    if session.totals_void:
        return ViewingTotals()
    if not session.carried_ads:
        views = AdTotals()
    reports_ads = session.newest is not None or session.registers[EventKind.AD_COMPLETE] != NEVER
    seen = completed = clicked = skipped = None
    partial = False
    if views is not None:
        seen, partial = views.seen, views.partial
        if reports_ads:
            clicked, skipped, completed = views.clicked, views.skipped, views.completed
    if counters is None or counters.known != FULL:
        if counters is not None and counters.known != UNKNOWN:
            clicked, skipped = counters.ads_clicked, counters.ads_skipped
        return ViewingTotals(
            ads_seen=seen, ads_clicked=clicked, ads_skipped=skipped, ads_completed=completed, partial=partial
        )
    return ViewingTotals(
        _to_ms(counters.time_played_s),
        _to_ms(counters.time_played_muted_s),
        _to_ms(0.0 if status_of(session) is Status.READY else counters.time_paused_s - counters.hesitation_s),
        _to_ms(counters.content_watched_s),
        _to_ms(counters.time_buffering_s),
        _to_ms(counters.time_spent_ads_s),
        counters.ad_breaks,
        counters.ads,
        counters.ads_clicked,
        counters.ads_skipped,
        completed,
        session.visits.dropped or partial,
    )


def sum_totals(many: Iterable[ViewingTotals]) -> ViewingTotals:
    """The sum of each total over those that know it; None where none does."""
    sums: dict[str, Any] = {}
    for totals in many:
        for name in ViewingTotals.__struct_fields__:
            value = getattr(totals, name)
            if name == "partial":
                sums[name] = sums.get(name, False) or value
            elif value is not None:
                sums[name] = round(sums.get(name, 0) + value, 3)
    return ViewingTotals(**sums)


def _to_ms(seconds: float) -> float:
    """Seconds to the millisecond, as a packed session has them, so that both show the same."""
    return round(seconds, 3)
