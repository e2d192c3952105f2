"""What a decoder is given beside a record, and what it raises where there is no event in it."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from live_viewers.defaults import PLACEHOLDER_VIEWER_IDS
from live_viewers.events.media_event import MediaEvent
from live_viewers.wire.stage_paths import StagePaths

NO_PATHS = StagePaths()

Decode = Callable[[bytes], MediaEvent | None]
"""A record's value to its event; None where it holds no media event. Raises Unreadable."""


class DecodeSettings(msgspec.Struct, frozen=True):
    """What a site can say about its events. `placeholder_viewer_ids`: ids that belong to nobody in particular, as
    the default user of a tracker's app. `paths`: what is read beside the media entities; made once, for they are
    compiled."""

    placeholder_viewer_ids: frozenset[str] = frozenset(PLACEHOLDER_VIEWER_IDS)
    paths: StagePaths = NO_PATHS


class RejectReason(StrEnum):
    """Reasons for rejection, explained in docs/bad-input.md. They are a closed set: they name metrics, files and
    redrive filters. The store gives `unstorable`
    and `damaged`, a fault of ours `internal_error`, a decoder the others."""

    UNKNOWN_FORMAT = "unknown_format"  # neither a TSV of 131 columns nor a JSON object we know
    BAD_UTF8 = "bad_utf8"
    BAD_COLUMNS = "bad_columns"  # tab-separated, but not 131 columns
    BAD_JSON = "bad_json"  # JSON that doesn't parse: truncated, NaN, nested too deep
    BAD_ENTITY = (
        "bad_entity"  # parses, but an event or entity has a wrong type or a value out of its schema's range
    )
    BAD_TIMESTAMP = "bad_timestamp"
    NO_TIMESTAMP = "no_timestamp"  # neither derived_tstamp nor collector_tstamp
    NO_VIEWER = "no_viewer"
    NO_EVENT_ID = "no_event_id"
    UNUSABLE_ID = "unusable_id"  # too long for a key, or control characters in it
    UNSTORABLE = "unstorable"  # the store can never take it
    DAMAGED = "damaged"  # the session's stored bytes can't be read
    INTERNAL_ERROR = "internal_error"  # a fault of ours; redrive after the fix


class Unreadable(Exception):
    """A record that can't be decoded. `detail` is for people and never holds an id or a value of the record."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
