"""Tells the formats apart, record by record; a topic may mix them."""

from live_viewers.events.media_event import MediaEvent
from live_viewers.wire.contract import Decode, DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.enriched_json import NotEnriched, decode_enriched_json
from live_viewers.wire.enriched_tsv import tsv_decoder
from live_viewers.wire.reference_json import reference_first
from live_viewers.wire.tsv_columns import COLUMN_COUNT
from live_viewers.wire.viewer_json import decode_viewer_json

# A byte is found by its number in a fifth of the time that one of length 1 takes.
_TAB = ord("\t")


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
    decode_tsv = tsv_decoder(settings)

    def decode_any(value: bytes) -> MediaEvent | None:
        first = value[:1]
        is_json = first == b"{" or (first.isspace() and value[:64].lstrip()[:1] == b"{")
        if _TAB in value:
            # An app id, the first column, may begin with a brace; a JSON object has no such number of tabs.
            if not is_json or value.count(b"\t") == COLUMN_COUNT - 1:
                # Only the line's end goes, and no other whitespace: the last columns may be empty.
                return decode_tsv(value[:-1] if value[-1:] == b"\n" else value)
        elif not is_json:
            raise Unreadable(RejectReason.UNKNOWN_FORMAT, "neither tab-separated nor a JSON object")
        if value.rfind(b'"event_vendor"') >= 0:  # from the end: half the time, for quotes are frequent
            try:
                return decode_enriched_json(value, settings)
            except NotEnriched:
                pass  # the name stands deeper: viewer JSON carries the columns that a stage reads dimensions from
        return decode_viewer_json(value, settings)

    return decode_any
