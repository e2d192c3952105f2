"""The typed view of the ads that a viewer saw, and how often: as the API shows it."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from live_viewers.ads.ad_tokens import (
    CLICKED,
    COMPLETED,
    FIRST_QUARTILE,
    MIDPOINT,
    SKIPPED,
    THIRD_QUARTILE,
)
from live_viewers.ads.ad_view import AdsOfViewer, AdView
from live_viewers.response_model import ResponseModel
from live_viewers.rfc3339 import Time, rfc3339
from live_viewers.time_units import HOUR_MS

MOST_CREATIVES = 200
MOST_ADS_OF_CREATIVE = 20
VIEWS_SHOWN = 100


class SeenCreativeView(ResponseModel):
    """A creative, and how often the viewer saw it. Ads that tell no creative are one by one, with null."""

    creative_id: str | None
    ad_ids: Annotated[list[str], Meta(description="Of which ads, at most 20.")]
    views: int
    last_seen_at: Annotated[Time, Meta(description="The hour in which it was seen last.")]


class ViewerAdView(ResponseModel):
    """One ad view: one ad in one ad break (or in none) of one media session."""

    media_session_id: str
    media_id: str | None
    break_id: str | None
    ad_id: str
    name: str | None
    creative_id: str | None
    pod_position: int | None
    duration_s: float | None
    viewed_at: Annotated[Time, Meta(description="The hour in which it began.")]
    reached_25: bool
    reached_50: bool
    reached_75: bool
    completed: bool
    clicked: bool
    skipped: bool


class ViewerAdsView(ResponseModel):
    """The ads that a viewer saw: by creative, most views first, and the newest 100 views one by one."""

    viewer_id: str
    creatives: list[SeenCreativeView]
    views: list[ViewerAdView]
    partial: Annotated[bool, Meta(description="Whether there is more than is told, by a bound that was reached.")]


def viewer_ads_view(viewer_id: str, ads: AdsOfViewer, from_hour: int = 0) -> ViewerAdsView:
    """What the viewer saw in views that began in `from_hour` (a Unix hour) or later."""
    views = [view for view in ads.views if view.hour >= from_hour]
    views.sort(key=lambda view: (-view.hour, view.session_id, view.break_id or "", view.shown))
    creatives, left_out = _creatives(views)
    return ViewerAdsView(
        viewer_id=viewer_id,
        creatives=creatives,
        views=[_view(view) for view in views[:VIEWS_SHOWN]],
        partial=not ads.complete or left_out,
    )


def _creatives(views: Iterable[AdView]) -> tuple[list[SeenCreativeView], bool]:
    """Of views, newest first; and whether some are left out."""
    seen: dict[tuple[str, str], list[AdView]] = {}
    for view in views:
        creative_id = view.shown.creative_id
        seen.setdefault((creative_id, "" if creative_id else view.ad_id), []).append(view)
    ad_ids = {key: list(dict.fromkeys(view.ad_id for view in some)) for key, some in seen.items()}
    rows = [
        SeenCreativeView(
            creative_id=key[0] or None,
            ad_ids=ad_ids[key][:MOST_ADS_OF_CREATIVE],
            views=len(some),
            last_seen_at=rfc3339(some[0].hour * HOUR_MS),
        )
        for key, some in seen.items()
    ]
    rows.sort(key=lambda row: -row.views)
    left_out = len(rows) > MOST_CREATIVES or any(len(each) > MOST_ADS_OF_CREATIVE for each in ad_ids.values())
    return rows[:MOST_CREATIVES], left_out


def _view(view: AdView) -> ViewerAdView:
    shown, flags = view.shown, view.flags
    return ViewerAdView(
        media_session_id=view.session_id,
        media_id=shown.media_id or None,
        break_id=view.break_id,
        ad_id=view.ad_id,
        name=shown.name or None,
        creative_id=shown.creative_id or None,
        pod_position=int(shown.pod_position) if shown.pod_position else None,
        duration_s=float(shown.duration_s) if shown.duration_s else None,
        viewed_at=rfc3339(view.hour * HOUR_MS),
        reached_25=bool(flags & FIRST_QUARTILE),
        reached_50=bool(flags & MIDPOINT),
        reached_75=bool(flags & THIRD_QUARTILE),
        completed=bool(flags & COMPLETED),
        clicked=bool(flags & CLICKED),
        skipped=bool(flags & SKIPPED),
    )
