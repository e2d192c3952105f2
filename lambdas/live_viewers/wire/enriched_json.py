"""Snowplow enriched event as JSON, in the shape of the Analytics SDKs (Snowbridge's spEnrichedToJson writes it).

Entities lie in lists under `contexts_<vendor>_<name>_<model>`, the event's own data under
`unstruct_event_<vendor>_<name>_<model>`.
"""

from functools import lru_cache
from typing import TypeVar

import msgspec

from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent, Player, SessionTotals
from live_viewers.wire.assembly import assemble, viewer_id_of
from live_viewers.wire.contract import DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.entities import ClientSession, LegacyPlayer, WebPage, read_special
from live_viewers.wire.event_names import (
    KIND_OF_EVENT_NAME,
    MEDIA_VENDOR,
    V1_EVENT_NAME,
    V1_VENDOR,
    payload_of,
    v1_event,
)
from live_viewers.wire.json_paths import JsonPaths
from live_viewers.wire.json_text import cleaned, read_json
from live_viewers.wire.stage_paths import StagePaths

T = TypeVar("T")

_CONTEXTS = "contexts_com_snowplowanalytics_snowplow_"
_KEYS = {
    "player_2": _CONTEXTS + "media_player_2",
    "player_1": _CONTEXTS + "media_player_1",
    "session": _CONTEXTS + "media_session_1",
    "ad": _CONTEXTS + "media_ad_1",
    "ad_break": _CONTEXTS + "media_ad_break_1",
    "client_session": _CONTEXTS + "client_session_1",
    "web_page": _CONTEXTS + "web_page_1",
}


_ABSENT = msgspec.Raw()


class _Head(msgspec.Struct, gc=False, rename=_KEYS):
    """The fields that matter; the entities stay JSON until the event is known to be a media event."""

    event: str | None = None
    event_vendor: str | None = None
    event_name: str | None = None
    event_id: str | None = None
    user_id: str | None = None
    domain_userid: str | None = None
    network_userid: str | None = None
    collector_tstamp: str | None = None
    derived_tstamp: str | None = None
    dvce_created_tstamp: str | None = None
    player_2: msgspec.Raw = _ABSENT
    player_1: msgspec.Raw = _ABSENT
    session: msgspec.Raw = _ABSENT
    ad: msgspec.Raw = _ABSENT
    ad_break: msgspec.Raw = _ABSENT
    client_session: msgspec.Raw = _ABSENT
    web_page: msgspec.Raw = _ABSENT


_PLAYERS_DECODER = msgspec.json.Decoder(list[Player])
_LEGACY_PLAYERS_DECODER = msgspec.json.Decoder(list[LegacyPlayer])
_SESSIONS_DECODER = msgspec.json.Decoder(list[SessionTotals], dec_hook=read_special)
_ADS_DECODER = msgspec.json.Decoder(list[Ad])
_AD_BREAKS_DECODER = msgspec.json.Decoder(list[AdBreak])
_CLIENT_SESSIONS_DECODER = msgspec.json.Decoder(list[ClientSession])
_WEB_PAGES_DECODER = msgspec.json.Decoder(list[WebPage])
_OBJECT_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])


class NotEnriched(Exception):
    """A JSON object with neither `event` nor `event_vendor` of its own."""


def decode_enriched_json(value: bytes, settings: DecodeSettings) -> MediaEvent | None:
    """The media event of one enriched JSON object, None when it is another kind of event. Raises Unreadable,
    and NotEnriched for an object of another form."""
    value = cleaned(value)
    paths, decoder = _compiled(settings.paths)
    head = read_json(decoder, value, "enriched event")
    if head.event is None and head.event_vendor is None:
        raise NotEnriched
    if head.event != "unstruct":
        return None
    name = head.event_name or ""
    kind = KIND_OF_EVENT_NAME.get(name) if head.event_vendor == MEDIA_VENDOR else None
    is_v1 = kind is None and name == V1_EVENT_NAME and head.event_vendor == V1_VENDOR
    player = _first(_PLAYERS_DECODER, head.player_2, "media_player")
    if player is None:
        player = _first(_LEGACY_PLAYERS_DECODER, head.player_1, "media_player")
    if kind is None and not is_v1 and player is None:
        return None

    label = None
    payload = None
    if is_v1:
        kind, payload, label = v1_event(
            _own_data(value, f"unstruct_event_{_flat(V1_VENDOR)}_{V1_EVENT_NAME}_1"), player
        )
    elif kind is None:
        kind, payload = EventKind.CUSTOM, {"event_vendor": head.event_vendor, "event_name": name}
    else:
        payload = payload_of(kind, _own_data(value, f"unstruct_event_{_flat(MEDIA_VENDOR)}_{name}_1"))

    viewer_id = viewer_id_of(head.user_id, head.domain_userid, None, None, settings)
    if viewer_id is None:
        client_session = _first(_CLIENT_SESSIONS_DECODER, head.client_session, "client_session")
        client_user_id = client_session.user_id if client_session is not None else None
        viewer_id = viewer_id_of(None, None, client_user_id, head.network_userid, settings)
    session = _first(_SESSIONS_DECODER, head.session, "session")
    web_page = None
    if session is None or not (session.media_session_id or "").strip():
        web_page = _first(_WEB_PAGES_DECODER, head.web_page, "web_page")
    ad = _first(_ADS_DECODER, head.ad, "ad")
    ad_break = _first(_AD_BREAKS_DECODER, head.ad_break, "ad_break")
    return assemble(
        kind,
        viewer_id,
        head.event_id,
        head.collector_tstamp,
        head.derived_tstamp,
        head.dvce_created_tstamp,
        player=player.player(label) if isinstance(player, LegacyPlayer) else player,
        totals=session,
        ad=ad,
        ad_break=ad_break,
        payload=payload,
        page_view_id=web_page.id if web_page is not None else None,
        picked=paths.pick(head, settings.paths.of_player(None if isinstance(player, LegacyPlayer) else player)),
    )


@lru_cache(maxsize=8)
def _compiled(paths: StagePaths) -> tuple[JsonPaths, msgspec.json.Decoder[_Head]]:
    """A stage's paths for this format, and the decoder of an event's head with the fields that they need."""
    compiled = JsonPaths(paths, _Head)
    return compiled, msgspec.json.Decoder(compiled.struct)


def _first(decoder: msgspec.json.Decoder[list[T]], entities: msgspec.Raw, what: str) -> T | None:
    found = read_json(decoder, entities, what) if entities else None
    return found[0] if found else None


def _own_data(value: bytes, key: str) -> bytes | msgspec.Raw:
    """The self-describing event's data; its key holds the event's name, so it is looked up in a second pass."""
    data = read_json(_OBJECT_DECODER, value, "enriched event").get(key)
    if data is None:
        raise Unreadable(RejectReason.BAD_ENTITY, f"no {key}")
    return data


def _flat(vendor: str) -> str:
    return vendor.replace(".", "_")
