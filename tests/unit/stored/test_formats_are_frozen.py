"""A field in the middle, two ranks swapped, a lost reader: each is told by name."""

import json
from enum import IntEnum
from pathlib import Path
from typing import Any

import msgspec
import pytest

from live_viewers.api import cursors
from live_viewers.dynamodb import items
from live_viewers.dynamodb.tables import audience_items, profiles_table
from live_viewers.events.media_event import EventKind
from live_viewers.intake import rejected
from live_viewers.session import packed_session_1, packed_snapshot_1, row_codec, session_codec
from live_viewers.session.snapshot import PlayerState
from live_viewers.stored_format import UnreadableBytes
from tests.stored.checking import check_fields, check_ranks, check_readers
from tests.unit.stored.test_stored_formats import FOLDER, VERSIONS, item_of, lines

SHAPES: dict[str, Any] = json.loads((FOLDER / "version_1" / "shapes.json").read_text())
WRITTEN = [int(Path(version).name.removeprefix("version_")) for version in VERSIONS]
STRUCTS = {
    struct.__name__: struct
    for module in (packed_session_1, packed_snapshot_1, row_codec)
    for struct in vars(module).values()
    if isinstance(struct, type) and issubclass(struct, msgspec.Struct) and struct.__module__ == module.__name__
}


@pytest.mark.parametrize(("name", "fields"), [*SHAPES["session"].items(), *SHAPES["timeline_row"].items()])
def test_the_fields_of_version_1_stand_where_stored_bytes_have_them(name: str, fields: list[str]) -> None:
    check_fields(fields, STRUCTS[name])


def test_kinds_of_events_are_the_numbers_that_stored_bytes_have() -> None:
    check_ranks(SHAPES["ranks"], EventKind)


def test_every_version_that_a_release_wrote_has_a_reader() -> None:
    check_readers(WRITTEN, session_codec.READERS, "sessions")
    check_readers(WRITTEN, row_codec.READERS, "timeline rows")
    check_readers([1], profiles_table.READERS, "profile items")
    check_readers([1], audience_items.READERS, "audience items")
    check_readers([1], rejected.READERS, "rejected records")
    check_readers([1], cursors.READERS, "cursors")


def with_field(struct: type[msgspec.Struct], place: int, default: bool = True) -> type[msgspec.Struct]:
    """The struct with one field more."""
    fields: list[Any] = [
        (each.name, each.type) if each.required else (each.name, each.type, each.default)
        for each in msgspec.structs.fields(struct)
    ]
    fields.insert(place, ("bitrate", int | None, None) if default else ("bitrate", int | None))
    return msgspec.defstruct(struct.__name__, fields, kw_only=True, array_like=True)


PLAYER: type[msgspec.Struct] = packed_snapshot_1._PackedPlayer
PLAYER_FIELDS = SHAPES["session"]["_PackedPlayer"]


def test_a_field_in_the_middle_is_told() -> None:
    with pytest.raises(AssertionError, match="have `quality` at place 4, where the struct has `bitrate` now"):
        check_fields(PLAYER_FIELDS, with_field(PLAYER, 4))


def test_a_field_taken_away_is_told() -> None:
    with pytest.raises(AssertionError, match="have `player_type` at place 5, where the struct has `nothing` now"):
        check_fields(PLAYER_FIELDS, msgspec.defstruct("_PackedPlayer", PLAYER_FIELDS[:-1]))


def test_a_field_at_the_end_is_fine_with_a_default_and_told_without() -> None:
    check_fields(PLAYER_FIELDS, with_field(PLAYER, len(PLAYER_FIELDS)))
    with pytest.raises(AssertionError, match=r"\['bitrate'\] need a default"):
        check_fields(PLAYER_FIELDS, with_field(PLAYER, len(PLAYER_FIELDS), default=False))


def test_swapped_ranks_are_told() -> None:
    ranks = {kind.name: kind.value for kind in EventKind}
    swapped = IntEnum("EventKind", ranks | {"PLAY": ranks["PAUSE"], "PAUSE": ranks["PLAY"]})  # type: ignore[misc]
    with pytest.raises(AssertionError, match=r"EventKind\.PLAY is 21, and 17 in stored bytes"):
        check_ranks(SHAPES["ranks"], swapped)


def test_a_lost_reader_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(session_codec.READERS, 1)
    with pytest.raises(AssertionError, match=r"sessions: the reader of version \[1\] is gone"):
        check_readers(WRITTEN, session_codec.READERS, "sessions")
    with pytest.raises(UnreadableBytes, match="packed session of version 1, this release reads 2"):
        items.session_of(item_of(lines("version_1", "sessions")[0]))


def test_a_field_added_to_the_player_s_state_in_the_obvious_place_changes_no_stored_byte() -> None:
    """What made 11 of 13 golden sessions unreadable: the state isn't what is stored by place any more."""
    stored_by_place = {struct.__name__ for struct in STRUCTS.values() if struct.__struct_config__.array_like}
    assert PlayerState.__name__ not in stored_by_place
    assert not PlayerState.__struct_config__.array_like


@pytest.mark.parametrize("later", [(), ("bitrate",), ("bitrate", "titles")])
def test_a_release_skips_what_the_next_one_puts_at_the_end(later: tuple[str, ...]) -> None:
    """Release N's reader over release N+1's bytes, while a version is open and after."""
    for line in lines("version_1", "sessions"):
        session = items.session_of(item_of(line))
        data = session_codec.pack(session)
        fields = msgspec.msgpack.decode(data[1:])
        longer = data[:1] + msgspec.msgpack.encode([*fields, *later])
        assert session_codec.unpack(
            session.viewer_id, session.session_id, longer, session.version, session.media_id
        ) == (session)


def test_a_profile_item_of_another_format_is_made_anew_and_an_audience_item_left_out() -> None:
    profile = lines("version_1", "profile_items")[0]["item"]
    assert profiles_table.profile_from_item(profile) is not None
    assert profiles_table.profile_from_item(profile | {"f": {"N": "2"}}) is None
    audience = lines("version_1", "audience_items")[0]["item"]
    assert len(list(audience_items.read_blocks([audience, audience | {"f": {"N": "3"}}]))) == 1


def test_a_rejected_record_of_another_format_is_told_by_its_number() -> None:
    body = lines("version_1", "rejected_objects")[0]["body"].encode()
    line = body.splitlines()[0]
    with pytest.raises(msgspec.ValidationError, match=r"of format 2, this release reads \[1\]"):
        rejected.read_rejected(line[:-1] + b',"format":2}')
