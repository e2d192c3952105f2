"""An event's own data: the unstruct_event column of a TSV line."""

import msgspec

from live_viewers.events.media_event import EventKind, Payload, Player
from live_viewers.events.short_text_cache import Memo
from live_viewers.wire.event_names import KIND_OF_EVENT_NAME, V1_EVENT_NAME, V1_VENDOR, payload_of, v1_event
from live_viewers.wire.json_text import cleaned, read_json
from live_viewers.wire.tsv_entities import SelfDescribing

V1 = (V1_VENDOR.encode(), V1_EVENT_NAME.encode())
"""Vendor and name of version 1's events, as bytes, since that is how columns are compared with them."""


class _Unstruct(msgspec.Struct, gc=False):
    data: SelfDescribing


_DECODER = msgspec.json.Decoder(_Unstruct)


def _own_data(column: bytes) -> msgspec.Raw:
    return read_json(_DECODER, cleaned(column), "unstruct_event").data.data


def _known(kind: EventKind) -> tuple[EventKind, Memo[bytes, Payload | None]]:
    return kind, Memo(lambda column: payload_of(kind, _own_data(column)), most=256, longest=512)


KNOWN = {name.encode(): _known(kind) for name, kind in KIND_OF_EVENT_NAME.items()}
"""By the names of Snowplow's media events their kind, and the payloads by the column: most kinds' are empty, and
those of others have one of a few numbers."""


def other_event(
    vendor: bytes, name: bytes, column: bytes, player: Player | None
) -> tuple[EventKind, Payload | None, str | None] | None:
    """(kind, payload, label) of an event of version 1, or of the site's own; None where that has no player."""
    if (vendor, name) == V1:
        return v1_event(_own_data(column), player)
    if player is None:
        return None
    _own_data(column)  # it has to be there
    return EventKind.CUSTOM, {"event_vendor": vendor.decode(), "event_name": name.decode()}, None
