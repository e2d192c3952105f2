"""Viewer JSON: the compact form that a Snowbridge script makes of an enriched event.

The reference accelerator's script writes `collector_tstamp`, `event_id`, `event_name`, `viewer_id`, `adsClicked`,
`adsSkipped`, `adId` (a string, or the number 0 for none) and `video_ts` (the playhead in seconds). Ours
(snowbridge/viewer_json.js) adds:

    derived_tstamp, dvce_created_tstamp   as in the enriched event
    media_session_id                      mediaSessionId of the session entity
    player, session, ad, ad_break         the entities as they are, in Snowplow's camelCase
    payload                               the event's own data, where it has any
    page_view_id                          id of the web_page entity, of an event without a session entity
    event_vendor_name                     the vendor of an event that isn't Snowplow's own media event
    carried                               columns and entities that the stage's dimensions may be read from, by the
                                          names that enriched JSON has for them
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from live_viewers.events.media_event import (
    Ad,
    AdBreak,
    Count,
    EventKind,
    MediaEvent,
    Payload,
    Player,
    Seconds,
    SessionTotals,
)
from live_viewers.events.short_text_cache import Memo
from live_viewers.events.viewer import USABLE_IDS, UnusableId
from live_viewers.wire.assembly import assemble, unusable_viewer_id
from live_viewers.wire.contract import DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.entities import LegacyPlayer, read_special
from live_viewers.wire.event_names import (
    KIND_OF_EVENT_NAME,
    MEDIA_VENDOR,
    V1_EVENT_NAME,
    payload_of,
    v1_event,
)
from live_viewers.wire.json_paths import ViewerJsonPaths
from live_viewers.wire.json_text import BACKSLASH, DELETE, cleaned, read_json
from live_viewers.wire.stage_paths import ABSENT, StagePaths

_NO_PAYLOAD = b"{}"
# The reference's frontend and tests name events without the suffix.
KIND_OF_NAME = KIND_OF_EVENT_NAME | {
    name.removesuffix("_event"): kind for name, kind in KIND_OF_EVENT_NAME.items()
}


REFERENCE_NAMES = {"ads_clicked": "adsClicked", "ads_skipped": "adsSkipped", "ad_id": "adId"}
AdId = str | Annotated[int, Meta(ge=-(2**53), le=2**53)] | float


class _ViewerJson(msgspec.Struct, gc=False, rename=REFERENCE_NAMES):
    collector_tstamp: str | None = None
    event_id: str | None = None
    event_name: str | None = None
    viewer_id: str | None = None
    ads_clicked: Count | None = None
    ads_skipped: Count | None = None
    ad_id: AdId | None = None
    video_ts: Seconds | None = None
    derived_tstamp: str | None = None
    dvce_created_tstamp: str | None = None
    media_session_id: str | None = None
    player: Player | None = None
    session: SessionTotals | None = None
    ad: Ad | None = None
    ad_break: AdBreak | None = None
    payload: msgspec.Raw = ABSENT
    page_view_id: str | None = None
    event_vendor_name: str | None = None
    carried: msgspec.Raw = ABSENT


class _LegacyViewerJson(_ViewerJson, gc=False):
    player: LegacyPlayer | None = None


_DECODER: msgspec.json.Decoder[_ViewerJson] = msgspec.json.Decoder(_ViewerJson, dec_hook=read_special)
_decode = _DECODER.decode
_LEGACY_DECODER: msgspec.json.Decoder[_ViewerJson] = msgspec.json.Decoder(_LegacyViewerJson, dec_hook=read_special)


def decode_viewer_json(value: bytes, settings: DecodeSettings) -> MediaEvent | None:
    """The media event of one viewer JSON object, None when it names no media event. Raises Unreadable."""
    is_plain = BACKSLASH not in value and DELETE not in value and value.isascii()
    if not is_plain:
        value = cleaned(value)
    try:
        fields = _decode(value)
    except Exception:
        fields = _read(value)
    kind = KIND_OF_NAME.get(fields.event_name or "")
    if kind is None and fields.player is not None:  # which is read anew, for it may be of version 1
        fields = read_json(_LEGACY_DECODER, value, "viewer JSON")
    player, totals, is_partial, ad = fields.player, fields.session, False, fields.ad
    payload = label = None
    if kind is None or fields.event_vendor_name is not None:
        other = _other_event(fields)
        if other is None:
            return None
        kind, payload, label = other
    elif player is not None or fields.payload:
        payload = payload_of(kind, fields.payload or _NO_PAYLOAD)
    if totals is None and (fields.ads_clicked is not None or fields.ads_skipped is not None):
        totals, is_partial = TOTALS_OF_ADS[fields.ads_clicked][fields.ads_skipped], True
    try:
        viewer_id = USABLE_IDS[settings.placeholder_viewer_ids][fields.viewer_id or ""]
    except UnusableId as error:
        raise unusable_viewer_id(error) from None
    if ad is None and fields.ad_id:
        ad = ad_of_id(fields.ad_id)
    paths = PATHS[settings.paths]
    picked = paths.nothing
    if player is not None or picked is None or fields.carried:
        # Version 1 of the player has none of the texts that a path may ask for, so it needs no telling apart.
        picked = paths.pick(value, fields.carried, player)
    # By position: names cost a tenth of a microsecond.
    return assemble(
        kind,
        viewer_id,
        fields.event_id,
        fields.collector_tstamp,
        fields.derived_tstamp,
        fields.dvce_created_tstamp,
        fields.media_session_id,
        player.player(label) if isinstance(player, LegacyPlayer) else player,
        totals,
        is_partial,
        ad,
        fields.ad_break,
        payload,
        fields.video_ts,
        fields.page_view_id,
        picked,
        is_plain,
    )


def _totals_of_clicked(clicked: int | None) -> Memo[int | None, SessionTotals]:
    return Memo(lambda skipped: SessionTotals(ads_clicked=clicked, ads_skipped=skipped), most=256)


# By ads clicked, then skipped: the same on nearly all events, and immutable, so one for all of them.
TOTALS_OF_ADS = Memo(_totals_of_clicked, most=64)


def _read(value: bytes) -> _ViewerJson:
    """The fields of what wasn't read at once: written in other ways, of version 1, or to be refused."""
    try:
        return read_json(_DECODER, value, "viewer JSON")
    except Unreadable:
        if V1_EVENT_NAME.encode() not in value:
            raise
        return read_json(_LEGACY_DECODER, value, "viewer JSON")


def _other_event(fields: _ViewerJson) -> tuple[EventKind, Payload | None, str | None] | None:
    """(kind, payload, label) of an event that isn't one of the media events of version 2; None of one that has
    nothing to do with media."""
    name, vendor, player = fields.event_name, fields.event_vendor_name, fields.player
    if name is None:
        raise Unreadable(RejectReason.UNKNOWN_FORMAT, "a JSON object without event_name")
    if name == V1_EVENT_NAME and vendor is None:
        return v1_event(fields.payload or _NO_PAYLOAD, player)
    if player is None:
        return None
    return EventKind.CUSTOM, {"event_vendor": vendor or MEDIA_VENDOR, "event_name": name}, None


# A stage's paths for this format.
PATHS: Memo[StagePaths, ViewerJsonPaths] = Memo(ViewerJsonPaths, most=8)


def ad_of_id(ad_id: str | int | float) -> Ad:
    """The reference's script writes the number 0 where there is no ad; an ad called "0" is a string."""
    if isinstance(ad_id, str):
        if len(ad_id) > 256:
            raise Unreadable(RejectReason.BAD_ENTITY, "adId longer than 256 characters")
        return Ad(ad_id=ad_id)
    return Ad(ad_id=str(int(ad_id)) if ad_id == int(ad_id) else str(ad_id))
