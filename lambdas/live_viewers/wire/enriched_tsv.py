"""Snowplow enriched event, 131 tab-separated columns.

The Analytics SDK is the authority for the columns: their places come from its field list. Its `transform` reads
all 131 at about 50 us an event; only the ones that matter are read here, and the tests compare the two on every
golden event.
"""

import warnings
from functools import lru_cache

import msgspec

from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.wire.assembly import assemble, viewer_id_of
from live_viewers.wire.contract import DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.enriched_tsv_paths import CONTEXTS_DECODER, SelfDescribing, TsvPaths
from live_viewers.wire.entities import (
    AD_BREAK_DECODER,
    AD_DECODER,
    CLIENT_SESSION_DECODER,
    LEGACY_PLAYER_DECODER,
    PLAYER_DECODER,
    SESSION_DECODER,
    WEB_PAGE_DECODER,
    LegacyPlayer,
)
from live_viewers.wire.event_names import (
    KIND_OF_EVENT_NAME,
    MEDIA_VENDOR,
    V1_EVENT_NAME,
    V1_VENDOR,
    payload_of,
    v1_event,
)
from live_viewers.wire.json_text import cleaned, read_json
from live_viewers.wire.stage_paths import StagePaths

with warnings.catch_warnings():
    # Python 3.12+ warns of invalid escapes in the SDK's regular expressions at each compilation, i.e. cold start.
    warnings.simplefilter("ignore", SyntaxWarning)
    from snowplow_analytics_sdk.event_transformer import ENRICHED_EVENT_FIELD_TYPES

_COLUMN = {name: index for index, (name, _) in enumerate(ENRICHED_EVENT_FIELD_TYPES)}
COLUMN_COUNT = len(ENRICHED_EVENT_FIELD_TYPES)

_COLLECTOR_TSTAMP = _COLUMN["collector_tstamp"]
_DVCE_CREATED_TSTAMP = _COLUMN["dvce_created_tstamp"]
_EVENT = _COLUMN["event"]
_EVENT_ID = _COLUMN["event_id"]
_USER_ID = _COLUMN["user_id"]
_DOMAIN_USERID = _COLUMN["domain_userid"]
_NETWORK_USERID = _COLUMN["network_userid"]
_CONTEXTS = _COLUMN["contexts"]
_UNSTRUCT_EVENT = _COLUMN["unstruct_event"]
# The line is split only at its two ends: what lies between is 60 columns that nobody reads.
_HEAD_COLUMNS = _UNSTRUCT_EVENT + 1
_TAIL_COLUMNS = COLUMN_COUNT - _COLUMN["derived_contexts"]
_DERIVED_TSTAMP = _COLUMN["derived_tstamp"] - COLUMN_COUNT
_EVENT_VENDOR = _COLUMN["event_vendor"] - COLUMN_COUNT
_EVENT_NAME = _COLUMN["event_name"] - COLUMN_COUNT


class _Unstruct(msgspec.Struct, gc=False):
    data: SelfDescribing


_UNSTRUCT_DECODER = msgspec.json.Decoder(_Unstruct)

# Schema URI up to its model: a later revision or addition of the same model is read the same way.
_ENTITIES = {
    "iglu:com.snowplowanalytics.snowplow/media_player/jsonschema/2": "player",
    "iglu:com.snowplowanalytics.snowplow/media_player/jsonschema/1": "player_1",
    "iglu:com.snowplowanalytics.snowplow.media/session/jsonschema/1": "session",
    "iglu:com.snowplowanalytics.snowplow.media/ad/jsonschema/1": "ad",
    "iglu:com.snowplowanalytics.snowplow.media/ad_break/jsonschema/1": "ad_break",
    "iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1": "client_session",
    "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1": "web_page",
}
_MARK_OF_PLAYER = b"/media_player/jsonschema/"


def decode_enriched_tsv(value: bytes, settings: DecodeSettings) -> MediaEvent | None:
    """The media event of one enriched TSV line, None when it is another kind of event. Raises Unreadable."""
    columns = value.split(b"\t", _HEAD_COLUMNS)
    count = len(columns) + columns[-1].count(b"\t")
    if count != COLUMN_COUNT:
        raise Unreadable(RejectReason.BAD_COLUMNS, f"{count} columns instead of {COLUMN_COUNT}")
    tail = columns[-1].rsplit(b"\t", _TAIL_COLUMNS)
    if columns[_EVENT] != b"unstruct":
        return None
    try:
        if not value.isascii():
            value.decode()
        vendor, name = tail[_EVENT_VENDOR].decode(), tail[_EVENT_NAME].decode()
    except UnicodeDecodeError:
        raise Unreadable(RejectReason.BAD_UTF8, "enriched event") from None
    contexts = columns[_CONTEXTS]
    kind = KIND_OF_EVENT_NAME.get(name) if vendor == MEDIA_VENDOR else None
    is_v1 = kind is None and name == V1_EVENT_NAME and vendor == V1_VENDOR
    if kind is None and not is_v1 and _MARK_OF_PLAYER not in contexts:
        return None

    player = player_1 = session = ad = ad_break = client_session = web_page = None
    paths = tsv_paths(settings.paths)
    of_stage: dict[int, SelfDescribing] | None = None
    if contexts:
        wanted = paths.places
        for entity in read_json(CONTEXTS_DECODER, cleaned(contexts), "contexts").data:
            model = entity.schema.rsplit("-", 2)[0]
            if model in wanted:
                of_stage = of_stage or {}
                of_stage[wanted[model]] = paths.newest(of_stage.get(wanted[model]), entity)
            what = _ENTITIES.get(model)
            if what is None:
                continue
            if what == "player":
                player = player or read_json(PLAYER_DECODER, entity.data, what)
            elif what == "player_1":
                player_1 = player_1 or read_json(LEGACY_PLAYER_DECODER, entity.data, "player")
            elif what == "session":
                session = session or read_json(SESSION_DECODER, entity.data, what)
            elif what == "ad":
                ad = ad or read_json(AD_DECODER, entity.data, what)
            elif what == "ad_break":
                ad_break = ad_break or read_json(AD_BREAK_DECODER, entity.data, what)
            elif what == "web_page":
                web_page = web_page or entity.data
            else:
                client_session = client_session or entity.data
    player = player or player_1  # of two versions of an entity the higher
    if kind is None and not is_v1 and player is None:
        return None

    event = read_json(_UNSTRUCT_DECODER, cleaned(columns[_UNSTRUCT_EVENT]), "unstruct_event").data
    label = None
    played = settings.paths.of_player(None if isinstance(player, LegacyPlayer) else player)
    if is_v1:
        kind, payload, label = v1_event(event.data, player)
    elif kind is None:
        kind, payload = EventKind.CUSTOM, {"event_vendor": vendor, "event_name": name}
    else:
        payload = payload_of(kind, event.data)

    viewer_id = viewer_id_of(columns[_USER_ID].decode(), columns[_DOMAIN_USERID].decode(), None, None, settings)
    if viewer_id is None:
        client_user_id = None
        if client_session is not None:
            client_user_id = read_json(CLIENT_SESSION_DECODER, client_session, "client_session").user_id
        viewer_id = viewer_id_of(None, None, client_user_id, columns[_NETWORK_USERID].decode(), settings)
    page_view_id = None
    if web_page is not None and (session is None or not (session.media_session_id or "").strip()):
        page_view_id = read_json(WEB_PAGE_DECODER, web_page, "web_page").id
    return assemble(
        kind,
        viewer_id,
        columns[_EVENT_ID].decode(),
        columns[_COLLECTOR_TSTAMP].decode(),
        tail[_DERIVED_TSTAMP].decode(),
        columns[_DVCE_CREATED_TSTAMP].decode(),
        player=player.player(label) if isinstance(player, LegacyPlayer) else player,
        totals=session,
        ad=ad,
        ad_break=ad_break,
        payload=payload,
        page_view_id=page_view_id,
        picked=paths.pick(columns, tail, played, of_stage),
    )


@lru_cache(maxsize=8)
def tsv_paths(paths: StagePaths) -> TsvPaths:
    """A stage's paths, compiled for this format."""
    return TsvPaths(paths, _COLUMN, _HEAD_COLUMNS, COLUMN_COUNT - _TAIL_COLUMNS)
