"""Snowplow enriched event, 131 tab-separated columns.

The Analytics SDK is the authority for the columns: their places come from its field list. Its `transform` reads
all 131 at about 35 us an event; only the ones that matter are read here, and the tests compare the two on every
golden event.
"""

import warnings
from functools import lru_cache
from operator import itemgetter

import msgspec

from live_viewers.events.media_event import EventKind, MediaEvent, Payload, SessionTotals
from live_viewers.wire.assembly import assemble, viewer_id_of
from live_viewers.wire.contract import DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.enriched_tsv_paths import TsvPaths
from live_viewers.wire.entities import CLIENT_SESSION_DECODER, WEB_PAGE_DECODER, LegacyPlayer
from live_viewers.wire.event_names import (
    KIND_OF_EVENT_NAME,
    MEDIA_VENDOR,
    V1_EVENT_NAME,
    V1_VENDOR,
    payload_of,
    v1_event,
)
from live_viewers.wire.json_text import cleaned, read_json
from live_viewers.wire.stage_paths import Memo, StagePaths
from live_viewers.wire.tsv_entities import NO_MEDIA_ENTITIES, EntityReader, SelfDescribing

with warnings.catch_warnings():
    # Python 3.12+ warns of invalid escapes in the SDK's regular expressions at each compilation, i.e. cold start.
    warnings.simplefilter("ignore", SyntaxWarning)
    from snowplow_analytics_sdk.event_transformer import ENRICHED_EVENT_FIELD_TYPES

_COLUMN = {name: index for index, (name, _) in enumerate(ENRICHED_EVENT_FIELD_TYPES)}
COLUMN_COUNT = len(ENRICHED_EVENT_FIELD_TYPES)

_EVENT = _COLUMN["event"]
_NETWORK_USERID = _COLUMN["network_userid"]
_CONTEXTS = _COLUMN["contexts"]
_UNSTRUCT_EVENT = _COLUMN["unstruct_event"]
# Read of every event, at once.
_TEXTS = itemgetter(
    *(
        _COLUMN[name]
        for name in (
            "event_id",
            "event_name",
            "event_vendor",
            "collector_tstamp",
            "derived_tstamp",
            "dvce_created_tstamp",
            "user_id",
            "domain_userid",
        )
    )
)


class _Unstruct(msgspec.Struct, gc=False):
    data: SelfDescribing


_UNSTRUCT_DECODER = msgspec.json.Decoder(_Unstruct)
_MARK_OF_PLAYER = b"/media_player/jsonschema/"


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
    event_id, name, vendor, collector_tstamp, derived_tstamp, dvce_created_tstamp, user_id, domain_userid = map(
        bytes.decode, _TEXTS(columns)
    )
    contexts = columns[_CONTEXTS]
    kind = KIND_OF_EVENT_NAME.get(name) if vendor == MEDIA_VENDOR else None
    is_v1 = kind is None and name == V1_EVENT_NAME and vendor == V1_VENDOR
    if kind is None and not is_v1 and _MARK_OF_PLAYER not in contexts:
        return None

    paths, entities = _compiled(settings.paths)
    media, of_stage = entities.read(cleaned(contexts)) if contexts else (NO_MEDIA_ENTITIES, None)
    player, player_1, session, ad, ad_break, client_session, web_page = media
    player = player or player_1  # of two versions of an entity the higher
    if kind is None and not is_v1 and player is None:
        return None

    label = None
    if kind is not None:
        payload = _PAYLOADS.of((kind, columns[_UNSTRUCT_EVENT]))
    else:
        data = _own_data(columns[_UNSTRUCT_EVENT])
        if is_v1:
            kind, payload, label = v1_event(data, player)
        else:
            kind, payload = EventKind.CUSTOM, {"event_vendor": vendor, "event_name": name}
    version_2 = player
    if isinstance(player, LegacyPlayer):
        player, version_2 = player.player(label), None

    viewer_id = viewer_id_of(user_id, domain_userid, None, None, settings)
    if viewer_id is None:
        viewer_id = viewer_id_of(
            None, None, _client_user_id(client_session), columns[_NETWORK_USERID].decode(), settings
        )
    return assemble(
        kind,
        viewer_id,
        event_id,
        collector_tstamp,
        derived_tstamp,
        dvce_created_tstamp,
        player=player,
        totals=session,
        ad=ad,
        ad_break=ad_break,
        payload=payload,
        page_view_id=_page_view_id(session, web_page),
        picked=paths.pick(columns, settings.paths.of_player(version_2), of_stage),
    )


@lru_cache(maxsize=8)
def _compiled(paths: StagePaths) -> tuple[TsvPaths, EntityReader]:
    """A stage's paths for this format, and what reads the entities with those that they lead to."""
    compiled = TsvPaths(paths, _COLUMN)
    return compiled, EntityReader(compiled.places)


def _own_data(column: bytes) -> msgspec.Raw:
    return read_json(_UNSTRUCT_DECODER, cleaned(column), "unstruct_event").data.data


def _payload(key: tuple[EventKind, bytes]) -> Payload | None:
    kind, column = key
    return payload_of(kind, _own_data(column))


# Most kinds' own data are empty, and those of others one of a few numbers.
_PAYLOADS: Memo[Payload | None] = Memo(_payload)


def _client_user_id(client_session: msgspec.Raw | None) -> str | None:
    return read_json(CLIENT_SESSION_DECODER, client_session, "client_session").user_id if client_session else None


def _page_view_id(session: SessionTotals | None, web_page: msgspec.Raw | None) -> str | None:
    """Of an event that has no media session's id."""
    if web_page is None or (session is not None and session.media_session_id and session.media_session_id.strip()):
        return None
    return read_json(WEB_PAGE_DECODER, web_page, "web_page").id
