"""Tells the formats apart, record by record; a topic may mix them."""

from live_viewers.events.media_event import MediaEvent
from live_viewers.wire.contract import Decode, DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.enriched_json import NotEnriched, decode_enriched_json
from live_viewers.wire.enriched_tsv import tsv_first
from live_viewers.wire.reference_json import reference_first
from live_viewers.wire.tsv_columns import COLUMN_COUNT
from live_viewers.wire.viewer_json import decode_viewer_json


def decode(value: bytes, settings: DecodeSettings) -> MediaEvent | None:
    """The media event that a Kafka record's value holds.

    None: readable, but not a media event (a page view, a structured event): to be skipped and counted.
    Raises Unreadable with a RejectReason, and nothing else, for every value that can't be read.
    """
    return decoder(settings)(value)


def decoder(settings: DecodeSettings) -> Decode:
    """`decode` under these settings, for many values."""
    return reference_first(settings, any_decoder(settings))


def any_decoder(settings: DecodeSettings) -> Decode:
    """`decoder` of every form, without the short way of the most frequent one."""

    def decode_json(value: bytes) -> MediaEvent | None:
        first = value[:1]
        if first != b"{" and not (first.isspace() and value[:64].lstrip()[:1] == b"{"):
            raise _neither_of_both(value)
        if value.rfind(b'"event_vendor"') >= 0:  # from the end: half the time, for quotes are frequent
            try:
                return decode_enriched_json(value, settings)
            except NotEnriched:
                pass  # the name stands deeper: viewer JSON carries the columns that a stage reads dimensions from
        return decode_viewer_json(value, settings)

    return tsv_first(settings, decode_json)


def _neither_of_both(value: bytes) -> Unreadable:
    tabs = value.count(b"\t")
    if tabs:
        return Unreadable(RejectReason.BAD_COLUMNS, f"{tabs + 1} columns instead of {COLUMN_COUNT}")
    return Unreadable(RejectReason.UNKNOWN_FORMAT, "neither tab-separated nor a JSON object")
