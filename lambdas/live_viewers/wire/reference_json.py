"""Viewer JSON as the reference accelerator's script writes it: eight fields and no other, none of them missing.

A record of this form takes a short way, in which all that a stage settles is bound once. Whatever is unusual about
a record is left to the decoder of all forms, which says what is wrong.
"""

import msgspec

from live_viewers.events.media_event import Ad, Count, MediaEvent, Seconds
from live_viewers.events.short_text_cache import Memo
from live_viewers.events.viewer import USABLE_IDS
from live_viewers.wire.assembly import DAY_MS, DAY_SESSIONS
from live_viewers.wire.contract import Decode, DecodeSettings
from live_viewers.wire.timestamps import epoch_ms
from live_viewers.wire.viewer_json import KIND_OF_NAME, PATHS, REFERENCE_NAMES, TOTALS_OF_ADS, AdId, ad_of_id

_LONGEST = 400  # bytes, so no id is too long for a key; a longer value has more fields, and isn't worth a try


class _Reference(msgspec.Struct, gc=False, forbid_unknown_fields=True, rename=REFERENCE_NAMES):
    collector_tstamp: str
    event_id: str
    event_name: str
    viewer_id: str
    ads_clicked: Count
    ads_skipped: Count
    ad_id: AdId
    video_ts: Seconds


def reference_first(settings: DecodeSettings, decode_any: Decode) -> Decode:
    """A decoder that tries this form, and hands to `decode_any` what isn't of it or may have to be refused."""
    picked = PATHS[settings.paths].nothing
    if picked is None:  # the stage reads something of entities that only `decode_any` knows
        return decode_any
    dimensions, media_id = picked
    # A name of the function's own is found faster than one of a module.
    read = msgspec.json.Decoder(_Reference).decode
    viewer_ids = USABLE_IDS[settings.placeholder_viewer_ids]
    kinds, sessions, totals, ads = KIND_OF_NAME, DAY_SESSIONS, TOTALS_OF_ADS, _ADS

    def decode(value: bytes) -> MediaEvent | None:
        if len(value) > _LONGEST:
            return decode_any(value)
        try:
            fields = read(value)
            viewer_id, event_id, ad_id = viewer_ids[fields.viewer_id], fields.event_id, fields.ad_id
            time_ms = epoch_ms(fields.collector_tstamp)
            if viewer_id is not None and event_id.isascii() and event_id.isprintable() and event_id:
                return MediaEvent(  # by position: names cost a tenth of a microsecond
                    viewer_id,
                    sessions[time_ms // DAY_MS],
                    kinds[fields.event_name],
                    event_id,
                    time_ms,
                    time_ms,
                    time_ms,
                    fields.video_ts,
                    True,  # a session that is made up: no media session id
                    False,  # no device's time
                    None,
                    totals[fields.ads_clicked][fields.ads_skipped],
                    True,  # of all counters only these
                    ads[ad_id] if ad_id else None,
                    None,
                    None,
                    dimensions,
                    media_id,
                )
        except Exception:
            return decode_any(value)
        return decode_any(value)

    return decode


def _ad(ad_id: str | int | float) -> Ad:
    if isinstance(ad_id, str) and not (ad_id.isascii() and ad_id.isprintable()):
        raise ValueError("may hold what has to be cleaned")
    return ad_of_id(ad_id)


_ADS = Memo(_ad)
