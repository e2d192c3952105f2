"""The last step of every format: checked ids and times, and the entities, make a MediaEvent."""

import hashlib
from datetime import UTC, datetime

import msgspec

from live_viewers.events.event_order import event_times
from live_viewers.events.media_event import (
    BREAK_TYPES,
    Ad,
    AdBreak,
    EventKind,
    MediaEvent,
    Payload,
    Player,
    SessionTotals,
)
from live_viewers.events.short_text_cache import LONGEST_ID, MOST_IDS, Memo, cache_short_texts
from live_viewers.events.viewer import (
    DAY_SESSION,
    EVENT_ID_MAX_BYTES,
    PAGE_VIEW_SESSION,
    SESSION_ID_MAX_BYTES,
    UnusableId,
    checked_id,
    viewer_of,
)
from live_viewers.wire.contract import DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.stage_paths import NOTHING_PICKED, Picked
from live_viewers.wire.timestamps import epoch_ms

DAY_MS = 86_400_000


def viewer_id_of(
    user_id: str | None,
    domain_userid: str | None,
    client_user_id: str | None,
    network_userid: str | None,
    settings: DecodeSettings,
) -> str | None:
    """`viewer_of` under the site's settings. Raises Unreadable for an id that can't be a key."""
    try:
        return viewer_of(user_id, domain_userid, client_user_id, network_userid, settings.placeholder_viewer_ids)
    except UnusableId as error:
        raise unusable_viewer_id(error) from None


def unusable_viewer_id(error: UnusableId) -> Unreadable:
    return Unreadable(RejectReason.UNUSABLE_ID, f"viewer id: {error}")


def assemble(
    kind: EventKind,
    viewer_id: str | None,
    event_id: str | None,
    collector_tstamp: str | None,
    derived_tstamp: str | None,
    dvce_created_tstamp: str | None,
    media_session_id: str | None = None,
    player: Player | None = None,
    totals: SessionTotals | None = None,
    totals_partial: bool = False,
    ad: Ad | None = None,
    ad_break: AdBreak | None = None,
    payload: Payload | None = None,
    position_s: float | None = None,
    page_view_id: str | None = None,
    picked: Picked = NOTHING_PICKED,
    is_plain: bool = False,
) -> MediaEvent:
    """A MediaEvent of what a format carries.

    Raises Unreadable when the viewer, the event id or the time is missing or unusable.
    The media session id is the totals' where none is given. Without one (or with a blank one) the session is
    marked synthetic: it is what is played under one label in a page view, where that is known (`page_view_id`),
    else the viewer's day in UTC. `is_plain`: all texts are known to be printable ASCII.
    """
    if viewer_id is None:
        raise Unreadable(RejectReason.NO_VIEWER, "no id of a viewer")
    if not event_id:
        raise Unreadable(RejectReason.NO_EVENT_ID, "no event_id")
    try:
        collector_ms = event_ms = order_ms = epoch_ms(collector_tstamp) if collector_tstamp else None
    except ValueError:
        raise _bad_time("collector_tstamp") from None
    device_ms, has_device_time = None, False
    if derived_tstamp or dvce_created_tstamp:
        # A device may claim anything; what can't be read is treated like a clock that is off: it takes no part.
        try:
            device_ms = epoch_ms(dvce_created_tstamp) if dvce_created_tstamp else None
        except ValueError:
            device_ms = None
        try:
            derived_ms = epoch_ms(derived_tstamp) if derived_tstamp else None
        except ValueError:
            raise _bad_time("derived_tstamp") from None
        times = event_times(collector_ms, derived_ms, device_ms)
        if times is not None:
            event_ms, order_ms, has_device_time = times
    if event_ms is None or order_ms is None:
        raise Unreadable(RejectReason.NO_TIMESTAMP, "neither derived_tstamp nor collector_tstamp")
    if media_session_id is None and totals is not None and not totals_partial:
        media_session_id = totals.media_session_id
        if media_session_id is None:
            raise Unreadable(RejectReason.BAD_ENTITY, "session: no mediaSessionId")
    try:
        if not is_plain or len(event_id) > EVENT_ID_MAX_BYTES:
            checked_id(event_id, EVENT_ID_MAX_BYTES)
        session_id = SESSION_IDS[media_session_id] if media_session_id else ""
    except UnusableId as error:
        raise Unreadable(RejectReason.UNUSABLE_ID, f"event or session id: {error}") from None
    if ad_break is not None and ad_break.break_type not in BREAK_TYPES:
        ad_break = msgspec.structs.replace(ad_break, break_type=None)
    is_synthetic = not session_id
    if is_synthetic:
        session_id = _page_view_session(page_view_id, player) if page_view_id else DAY_SESSIONS[order_ms // DAY_MS]
    return MediaEvent(
        # By position: names take time, and more than 15 of them a dictionary, which is four times as slow.
        viewer_id,
        session_id,
        kind,
        event_id,
        event_ms,
        order_ms,
        collector_ms,
        player.position_s if player is not None else position_s,
        is_synthetic,
        has_device_time,
        player,
        totals,
        totals_partial,
        ad,
        ad_break,
        payload,
        picked.dimensions,
        picked.media_id,
        device_ms,
    )


def _session_id(media_session_id: str) -> str:
    """Trimmed and checked; an empty text for a blank one."""
    session_id = media_session_id.strip()
    if session_id:
        checked_id(session_id, SESSION_ID_MAX_BYTES)
    return session_id


SESSION_IDS = Memo(_session_id, MOST_IDS, LONGEST_ID)


def _bad_time(name: str) -> Unreadable:
    return Unreadable(RejectReason.BAD_TIMESTAMP, f"{name} isn't a time within 1970..2286")


def _page_view_session(page_view_id: str, player: Player | None) -> str:
    label = (player.label or "").strip() if player is not None else ""
    return _session_of_label(f"{page_view_id}\0{label}")


@cache_short_texts  # the same on every event of a title on a page
def _session_of_label(page_view_id_and_label: str) -> str:
    """16 digits, so that ids of pages from outside, whatever they hold, can be a key."""
    return PAGE_VIEW_SESSION + hashlib.sha256(page_view_id_and_label.encode(errors="replace")).hexdigest()[:16]


def _day_session(day: int) -> str:
    return f"{DAY_SESSION}{datetime.fromtimestamp(day * 86_400, UTC):%Y-%m-%d}"


DAY_SESSIONS = Memo(_day_session, most=64)
