"""Snowplow enriched event, 131 tab-separated columns.

The Analytics SDK's `transform` reads all of them at about 35 us an event; only the ones that matter are read here,
and the tests compare the two on every golden event.
"""

from collections.abc import Sequence

import msgspec

from live_viewers.events.event_order import BROKEN_CLOCK_MS, DEVICE_CLOCK_TOLERANCE_MS, EARLIEST_MS
from live_viewers.events.media_event import BREAK_TYPES, MediaEvent
from live_viewers.events.short_text_cache import Memo
from live_viewers.events.viewer import EVENT_ID_MAX_BYTES, USABLE_IDS, UnusableId
from live_viewers.wire.assembly import SESSION_IDS, assemble, unusable_viewer_id, viewer_id_of
from live_viewers.wire.contract import Decode, DecodeSettings, RejectReason, Unreadable
from live_viewers.wire.enriched_tsv_paths import TsvPaths
from live_viewers.wire.entities import CLIENT_SESSION_DECODER, WEB_PAGE_DECODER
from live_viewers.wire.event_names import MEDIA_VENDOR
from live_viewers.wire.json_text import BACKSLASH, cleaned, read_json
from live_viewers.wire.stage_paths import StagePaths
from live_viewers.wire.timestamps import epoch_ms
from live_viewers.wire.tsv_columns import BACK_COUNT, COLUMN, IN_BACK, IN_MIDDLE, MIDDLE
from live_viewers.wire.tsv_entities import (
    AD,
    AD_BREAK,
    AD_BREAKS,
    ADS,
    CLIENT_SESSION,
    OF_STAGE,
    PLAYER,
    PLAYER_1,
    SESSION,
    UNREAD,
    WEB_PAGE,
    EntityReader,
    ReadEntity,
    StageEntities,
    keep_newest,
)
from live_viewers.wire.tsv_own_data import KNOWN, V1, other_event

_COLLECTOR_TSTAMP = COLUMN["collector_tstamp"]
_DERIVED_TSTAMP = IN_BACK["derived_tstamp"]
_DERIVED_CONTEXTS = IN_BACK["derived_contexts"]
_DVCE_CREATED_TSTAMP = COLUMN["dvce_created_tstamp"]
_EVENT = COLUMN["event"]
_EVENT_ID = COLUMN["event_id"]
_EVENT_VENDOR = IN_BACK["event_vendor"]
_EVENT_NAME = IN_BACK["event_name"]
_USER_ID = COLUMN["user_id"]
_DOMAIN_USERID = COLUMN["domain_userid"]
_NETWORK_USERID = COLUMN["network_userid"]
_CONTEXTS = COLUMN["contexts"]
_UNSTRUCT_EVENT = COLUMN["unstruct_event"]

_MEDIA_VENDOR = MEDIA_VENDOR.encode()
_MARK_OF_PLAYER = b"/media_player/jsonschema/"

# A byte is found by its number in a fifth of the time that one of length 1 takes.
_TAB = ord("\t")


def tsv_first(settings: DecodeSettings, decode_other: Decode) -> Decode:
    """A decoder of enriched TSV, which hands to `decode_other` what hasn't 131 columns.

    An app id, the first column, may begin with a brace; a JSON object has no such number of tabs.
    """
    paths, entities = _COMPILED[settings.paths]
    # A name of the function's own is found faster than one of a module.
    middles, columns_of, derived_of, picked_of = paths.middles, paths.columns_of, paths.derived, paths.picked
    no_player, player_values = settings.paths.no_player, settings.paths.player_values
    reads_back, reads_entities, ads, ad_breaks = paths.reads_back, paths.reads_entities, ADS, AD_BREAKS
    viewer_ids, session_ids = USABLE_IDS[settings.placeholder_viewer_ids], SESSION_IDS
    known_events, seconds, milliseconds = KNOWN, _SECONDS, _MILLISECONDS

    def decode(value: bytes) -> MediaEvent | None:
        if _TAB not in value:
            return decode_other(value)
        columns = value.split(b"\t", MIDDLE)
        back = columns[-1].rsplit(b"\t", BACK_COUNT)
        if len(columns) <= MIDDLE or len(back) <= BACK_COUNT:
            return decode_other(value)
        if columns[_EVENT] != b"unstruct":
            return None if back[0].count(b"\t") == len(IN_MIDDLE) - 1 else decode_other(value)
        middle = middles[back[0]]
        if middle is None:
            return decode_other(value)
        if reads_back:
            back[-1] = back[-1].removesuffix(b"\n")  # the line's end
            columns += back
        if not value.isascii():
            try:
                value.decode()
            except UnicodeDecodeError:
                raise Unreadable(RejectReason.BAD_UTF8, "enriched event") from None
        vendor, name, contexts = back[_EVENT_VENDOR], back[_EVENT_NAME], columns[_CONTEXTS]
        known = known_events.get(name) if vendor == _MEDIA_VENDOR else None
        if known is None and (vendor, name) != V1 and _MARK_OF_PLAYER not in contexts:
            return None

        if BACKSLASH in contexts:
            contexts = cleaned(contexts)
        player = player_1 = session = ad = ad_break = client_session = web_page = None
        of_stage: StageEntities | None = None
        try:
            read: Sequence[ReadEntity] = entities.one_pass(contexts).data
        except UNREAD:
            read = entities.one_by_one(contexts)
        for entity in read:
            place = entity.place
            if place == PLAYER:
                player = player or entity.data
            elif place == SESSION:
                session = session or entity.data
            elif place == WEB_PAGE:
                web_page = web_page or entity.data
            elif place == AD:
                ad = ad or ads[bytes(entity.data)]
            elif place == AD_BREAK:
                ad_break = ad_break or ad_breaks[bytes(entity.data)]
            elif place == CLIENT_SESSION:
                client_session = client_session or entity.data
            elif place == PLAYER_1:
                player_1 = player_1 or entity.data
            elif place is not None:
                of_stage = of_stage or {}
                keep_newest(of_stage, place - OF_STAGE, entity.version, entity.data)
        payload = label = None
        if known is not None:
            kind, payloads = known
            payload = payloads[columns[_UNSTRUCT_EVENT]]
        else:
            other = other_event(vendor, name, columns[_UNSTRUCT_EVENT], player or player_1)
            if other is None:
                return None
            kind, payload, label = other
        try:
            viewer_id = viewer_ids[(columns[_USER_ID] or columns[_DOMAIN_USERID]).decode()]
        except UnusableId as error:
            raise unusable_viewer_id(error) from None
        if viewer_id is None:
            viewer_id = _later_viewer_id(columns, client_session, settings)
        derived_contexts = back[_DERIVED_CONTEXTS]
        dimensions, media_id = picked = picked_of[
            columns_of(columns),
            middle,
            no_player if player is None else player_values(player),
            derived_of[derived_contexts] if derived_contexts and reads_entities else None,
            () if of_stage is None else paths.own(of_stage),
        ]
        if player is None and player_1 is not None:  # of two versions of an entity the higher counts
            player = player_1.player(label)

        event_id = columns[_EVENT_ID].decode()
        collector, derived = columns[_COLLECTOR_TSTAMP], back[_DERIVED_TSTAMP]
        device = columns[_DVCE_CREATED_TSTAMP]
        media_session_id = None if session is None else session.media_session_id
        if media_session_id and viewer_id and (ad_break is None or ad_break.break_type in BREAK_TYPES):
            # The usual event, whose ids are plain and whose clocks agree, needs none of `assemble`.
            try:
                session_id = session_ids[media_session_id]
                collector_ms = seconds[collector[:19]] + milliseconds[collector[19:]]
                derived_ms = seconds[derived[:19]] + milliseconds[derived[19:]]
                device_ms = seconds[device[:19]] + milliseconds[device[19:]]
            except (KeyError, ValueError):
                session_id = ""
            if (
                session_id
                and event_id.isascii()
                and event_id.isprintable()
                and 0 < len(event_id) <= EVENT_ID_MAX_BYTES
                and -DEVICE_CLOCK_TOLERANCE_MS <= device_ms - derived_ms <= DEVICE_CLOCK_TOLERANCE_MS
                and EARLIEST_MS <= derived_ms <= collector_ms + BROKEN_CLOCK_MS
            ):
                return MediaEvent(  # by position: names cost a tenth of a microsecond
                    viewer_id,
                    session_id,
                    kind,
                    event_id,
                    derived_ms,
                    device_ms,
                    collector_ms,
                    None if player is None else player.position_s,
                    False,
                    True,
                    player,
                    session,
                    False,
                    ad,
                    ad_break,
                    payload,
                    dimensions,
                    media_id,
                    device_ms,
                )
        page_view_id = None
        if web_page is not None and not (media_session_id or "").strip():
            page_view_id = read_json(WEB_PAGE_DECODER, web_page, "web_page").id
        return assemble(
            kind,
            viewer_id,
            event_id,
            collector.decode(),
            derived.decode(),
            device.decode(),
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

    return decode


def _compiled(paths: StagePaths) -> tuple[TsvPaths, EntityReader]:
    """A stage's paths for this format, and what reads the entities with those that they lead to."""
    compiled = TsvPaths(paths)
    return compiled, EntityReader(compiled.places)


_COMPILED = Memo(_compiled, most=8)

# `2024-11-16 13:33:22.625` in two look-ups of bytes; a time in any other form is left to `assemble`.
_SECONDS: Memo[bytes, int] = Memo(lambda second: epoch_ms(second.decode()))
_MILLISECONDS = {b".%03d" % number: number for number in range(1000)}


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
