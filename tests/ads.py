"""The items of ad views that events come to, as a store has them in the end."""

from collections.abc import Iterable

from live_viewers.ads.ad_tokens import known_of, tokens_of
from live_viewers.ads.ad_totals import AdTotals, AdTotalsOfViewer
from live_viewers.ads.ad_view import AdItem, AdsOfViewer, session_in_key
from live_viewers.events.media_event import MediaEvent


def ads_of(events: Iterable[MediaEvent]) -> AdsOfViewer:
    """Of one viewer's events."""
    by_session: dict[str, list[MediaEvent]] = {}
    for event in events:
        by_session.setdefault(event.session_id, []).append(event)
    return AdsOfViewer(
        [
            AdItem(some[0].viewer_id, session_in_key(session_id), place.break_id, known_of(tokens.texts()))
            for session_id, some in by_session.items()
            for place, tokens in tokens_of(some).items()
        ]
    )


def ad_totals_of(events: Iterable[MediaEvent]) -> AdTotals:
    """Of the events of one session."""
    some = list(events)
    totals = AdTotalsOfViewer.of_ads(ads_of(some)).of(some[0].session_id)
    assert totals is not None
    return totals
