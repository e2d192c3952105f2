"""Snowplow enriched event, 131 tab-separated columns.

The Analytics SDK is the authority for the columns: their places come from its field list. Its `transform` reads
all 131 at about 35 us an event; only the ones that matter are read here, and the tests compare the two on every
golden event.
"""

import warnings
from collections.abc import Sequence

import msgspec

from live_viewers.events.media_event import EventKind, MediaEvent, Payload
from live_viewers.events.short_text_cache import Memo
from live_viewers.events.viewer import USABLE_IDS, UnusableId
from live_viewers.wire.assembly import assemble, unusable_viewer_id, viewer_id_of
from live_viewers.wire.contract import DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.enriched_tsv_paths import TsvPaths
from live_viewers.wire.entities import CLIENT_SESSION_DECODER, WEB_PAGE_DECODER
from live_viewers.wire.event_names import (
    KIND_OF_EVENT_NAME,
    MEDIA_VENDOR,
    V1_EVENT_NAME,
    V1_VENDOR,
    payload_of,
    v1_event,
)
from live_viewers.wire.json_text import BACKSLASH, cleaned, read_json
from live_viewers.wire.stage_paths import StagePaths
from live_viewers.wire.tsv_entities import NO_MEDIA_ENTITIES, EntityReader, SelfDescribing

with warnings.catch_warnings():
    # Python 3.12+ warns of invalid escapes in the SDK's regular expressions at each compilation, i.e. cold start.
    warnings.simplefilter("ignore", SyntaxWarning)
    from snowplow_analytics_sdk.event_transformer import ENRICHED_EVENT_FIELD_TYPES

_COLUMN = {name: index for index, (name, _) in enumerate(ENRICHED_EVENT_FIELD_TYPES)}
COLUMN_COUNT = len(ENRICHED_EVENT_FIELD_TYPES)

_COLLECTOR_TSTAMP = _COLUMN["collector_tstamp"]
_DERIVED_TSTAMP = _COLUMN["derived_tstamp"]
_DVCE_CREATED_TSTAMP = _COLUMN["dvce_created_tstamp"]
_EVENT = _COLUMN["event"]
_EVENT_ID = _COLUMN["event_id"]
_EVENT_VENDOR = _COLUMN["event_vendor"]
_EVENT_NAME = _COLUMN["event_name"]
_USER_ID = _COLUMN["user_id"]
_DOMAIN_USERID = _COLUMN["domain_userid"]
_NETWORK_USERID = _COLUMN["network_userid"]
_CONTEXTS = _COLUMN["contexts"]
_UNSTRUCT_EVENT = _COLUMN["unstruct_event"]

# As bytes, since that is how columns are compared with them.
_KIND_OF_NAME = {name.encode(): kind for name, kind in KIND_OF_EVENT_NAME.items()}
_MEDIA_VENDOR = MEDIA_VENDOR.encode()
_V1 = (V1_VENDOR.encode(), V1_EVENT_NAME.encode())
_MARK_OF_PLAYER = b"/media_player/jsonschema/"


class _Unstruct(msgspec.Struct, gc=False):
    data: SelfDescribing


_UNSTRUCT_DECODER = msgspec.json.Decoder(_Unstruct)


def decode_enriched_tsv(value: bytes, settings: DecodeSettings) -> MediaEvent | None:
    """The media event of one enriched TSV line, None when it is another kind of event. Raises Unreadable."""
    columns = value.split(b"\t", COLUMN_COUNT)
    if len(columns) != COLUMN_COUNT:
        count = value.count(b"\t") + 1
        raise Unreadable(RejectReason.BAD_COLUMNS, f"{count} columns instead of {COLUMN_COUNT}")
    if columns[_EVENT] != b"unstruct":
        return None
    if not value.isascii():
        try:
            value.decode()
        except UnicodeDecodeError:
            raise Unreadable(RejectReason.BAD_UTF8, "enriched event") from None
    vendor, name, contexts = columns[_EVENT_VENDOR], columns[_EVENT_NAME], columns[_CONTEXTS]
    kind = _KIND_OF_NAME.get(name) if vendor == _MEDIA_VENDOR else None
    if kind is None and (vendor, name) != _V1 and _MARK_OF_PLAYER not in contexts:
        return None

    paths, entities = _COMPILED[settings.paths]
    if BACKSLASH in contexts:
        contexts = cleaned(contexts)
    media, of_stage = entities.read(contexts) if contexts else (NO_MEDIA_ENTITIES, None)
    player, player_1, session, ad, ad_break, client_session, web_page = media
    label = None
    if kind is not None:
        payload = _PAYLOADS[kind, columns[_UNSTRUCT_EVENT]]
    elif (vendor, name) == _V1:
        kind, payload, label = v1_event(_own_data(columns[_UNSTRUCT_EVENT]), player or player_1)
    elif player is None and player_1 is None:
        return None
    else:
        _own_data(columns[_UNSTRUCT_EVENT])  # it has to be there
        kind, payload = EventKind.CUSTOM, {"event_vendor": vendor.decode(), "event_name": name.decode()}
    try:
        first_id = (columns[_USER_ID] or columns[_DOMAIN_USERID]).decode()
        viewer_id = USABLE_IDS[settings.placeholder_viewer_ids][first_id]
    except UnusableId as error:
        raise unusable_viewer_id(error) from None
    if viewer_id is None:
        viewer_id = _later_viewer_id(columns, client_session, settings)
    picked = paths.pick(columns, player, of_stage)
    if player is None and player_1 is not None:  # of two versions of an entity the higher counts
        player = player_1.player(label)
    page_view_id = None
    if web_page is not None and (session is None or not (session.media_session_id or "").strip()):
        page_view_id = read_json(WEB_PAGE_DECODER, web_page, "web_page").id
    # By position: names cost a tenth of a microsecond.
    return assemble(
        kind,
        viewer_id,
        columns[_EVENT_ID].decode(),
        columns[_COLLECTOR_TSTAMP].decode(),
        columns[_DERIVED_TSTAMP].decode(),
        columns[_DVCE_CREATED_TSTAMP].decode(),
        None,
        player,
        session,
        False,
        ad,
        ad_break,
        payload,
        None,
        page_view_id,
        picked,
    )


def _compiled(paths: StagePaths) -> tuple[TsvPaths, EntityReader]:
    """A stage's paths for this format, and what reads the entities with those that they lead to."""
    compiled = TsvPaths(paths, _COLUMN)
    return compiled, EntityReader(compiled.places)


_COMPILED = Memo(_compiled, most=8)


def _own_data(column: bytes) -> msgspec.Raw:
    return read_json(_UNSTRUCT_DECODER, cleaned(column), "unstruct_event").data.data


def _payload(key: tuple[EventKind, bytes]) -> Payload | None:
    kind, column = key
    return payload_of(kind, _own_data(column))


# Most kinds' own data are empty, and those of others one of a few numbers.
_PAYLOADS = Memo(_payload, longest=512)


def _later_viewer_id(
    columns: Sequence[bytes], client_session: msgspec.Raw | None, settings: DecodeSettings
) -> str | None:
    """Where the first id that is there doesn't count."""
    viewer_id = viewer_id_of(None, columns[_DOMAIN_USERID].decode(), None, None, settings)
    if viewer_id is not None:
        return viewer_id
    client_user_id = None
    if client_session is not None:
        client_user_id = read_json(CLIENT_SESSION_DECODER, client_session, "client_session").user_id
    return viewer_id_of(None, None, client_user_id, columns[_NETWORK_USERID].decode(), settings)
