"""A field in the middle, two ranks swapped, a lost reader: each is told by name."""

import json
from enum import IntEnum
from itertools import repeat
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from live_viewers.api import cursors
from live_viewers.dynamodb import ad_items, items
from live_viewers.dynamodb.tables import audience_items, profiles_table
from live_viewers.events.media_event import EventKind
from live_viewers.intake import rejected
from live_viewers.session import (
    packed_session_1,
    packed_session_2,
    packed_snapshot_1,
    packed_snapshot_2,
    row_codec,
    session_codec,
)
from live_viewers.session.session_codec import NEWEST_VERSION
from live_viewers.session.snapshot import PlayerState
from live_viewers.stored_format import Damaged, NewerFormat, UnreadableBytes
from tests.stored import shapes
from tests.stored.checking import check_fields, check_names, check_numbers, check_ranks, check_readers
from tests.unit.stored.test_stored_formats import (
    FOLDER,
    OPEN,
    SEALED,
    SINCE_2,
    VERSIONS,
    folder_of,
    item_of,
    lines,
    number_of,
)

SHAPES: dict[str, Any] = json.loads((FOLDER / "version_1" / "shapes.json").read_text())
WRITTEN = [number_of(version) for version in SEALED]
STRUCTS = shapes.structs_of(packed_session_1, packed_snapshot_1, row_codec)
STORED_BY_PLACE = set(shapes.by_place().values())


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
    check_readers([1], items.TITLE_READERS, "title rows")
    check_readers([1], ad_items.READERS, "items of ad views")


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


def test_a_field_in_the_middle_is_reported() -> None:
    with pytest.raises(AssertionError, match="have `quality` at place 4, where the struct has `bitrate` now"):
        check_fields(PLAYER_FIELDS, with_field(PLAYER, 4))


def test_a_field_taken_away_is_reported() -> None:
    with pytest.raises(AssertionError, match="have `player_type` at place 5, where the struct has `nothing` now"):
        check_fields(PLAYER_FIELDS, msgspec.defstruct("_PackedPlayer", PLAYER_FIELDS[:-1]))


def test_a_field_at_the_end_is_fine_with_a_default_and_reported_without() -> None:
    check_fields(PLAYER_FIELDS, with_field(PLAYER, len(PLAYER_FIELDS)))
    with pytest.raises(AssertionError, match=r"\['bitrate'\] need a default"):
        check_fields(PLAYER_FIELDS, with_field(PLAYER, len(PLAYER_FIELDS), default=False))


def test_swapped_ranks_are_reported() -> None:
    ranks = {kind.name: kind.value for kind in EventKind}
    swapped = IntEnum("EventKind", ranks | {"PLAY": ranks["PAUSE"], "PAUSE": ranks["PLAY"]})  # type: ignore[misc]
    with pytest.raises(AssertionError, match=r"EventKind\.PLAY is 21, and 17 in stored bytes"):
        check_ranks(SHAPES["ranks"], swapped)


def test_a_lost_reader_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
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


def shapes_of(version: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder_of(version) / "shapes.json").read_text())
    return found


@pytest.mark.parametrize("version", SINCE_2)
def test_since_version_2_fields_and_numbers_are_what_stored_bytes_have(version: str) -> None:
    frozen = shapes_of(version)
    for name, fields in frozen["by_place"].items():
        check_fields(fields, shapes.by_place()[name])
    for name, fields in frozen["by_name"].items():
        check_names(fields, shapes.by_name()[name])
    for what, words in frozen["numbers"].items():
        check_numbers(what, words, shapes.numbers()[what], may_grow=what == "session_flags")


def test_a_lost_name_and_a_word_more_are_reported() -> None:
    with pytest.raises(AssertionError, match=r"PlayerState: stored bytes have \['bitrate'\]"):
        check_names(["bitrate"], PlayerState)
    with pytest.raises(AssertionError, match="player_types: x is 1, and 0 in stored bytes"):
        check_numbers("player_types", {"x": 0}, {"y": 0, "x": 1}, may_grow=False)
    with pytest.raises(AssertionError, match=r"player_types: \['y'\] can't be read by the release before"):
        check_numbers("player_types", {"x": 0}, {"x": 0, "y": 1}, may_grow=False)
    check_numbers("session_flags", {"x": 1}, {"x": 1, "y": 2}, may_grow=True)


def longer(value: Any, type_: Any, later: tuple[str, ...]) -> Any:
    """Decoded bytes with more at the end of every struct in them: the next release's, before they are sealed."""
    if get_origin(type_) is list:
        return [longer(each, get_args(type_)[0], later) for each in value]
    kinds = [kind for kind in (type_, *get_args(type_)) if kind in STORED_BY_PLACE]
    if kinds and isinstance(value, list):
        return [*map(longer, value, get_type_hints(kinds[0]).values(), repeat(later)), *later]
    return value


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("later", [(), ("bitrate",), ("bitrate", "titles")])
def test_a_release_skips_what_the_next_one_puts_at_the_end_of_any_struct(
    version: str, later: tuple[str, ...]
) -> None:
    """Release N's reader over release N+1's bytes, while a version is open and after."""
    for line in lines(version, "sessions"):
        session = items.session_of(item_of(line))
        data = session_codec.pack(session)
        fields = longer(msgspec.msgpack.decode(data[1:]), packed_session_2._Packed, later)
        assert (len(msgspec.msgpack.encode(fields)) > len(data) - 1) == bool(later)
        item = item_of(line) | {"r": {"B": data[:1] + msgspec.msgpack.encode(fields)}, "zz": {"S": "a new one"}}
        assert items.session_of(item) == session


def test_a_release_leaves_flags_of_the_next_one_alone() -> None:
    flags = packed_session_2._Packed.__struct_fields__.index("flags")
    for line in lines(OPEN, "sessions"):
        session = items.session_of(item_of(line))
        data = session_codec.pack(session)
        fields = msgspec.msgpack.decode(data[1:])
        fields[flags] |= 1 << 20
        read = items.session_of(item_of(line) | {"r": {"B": data[:1] + msgspec.msgpack.encode(fields)}})
        assert read == session


def test_a_release_skips_names_attributes_and_tokens_of_the_next_one() -> None:
    for line in lines(OPEN, "timeline_rows"):
        item = item_of(line)
        row = items.timeline_row_of(item)
        data = row_codec.pack_row(row, 2)
        fields = msgspec.msgpack.decode(data[1:]) | {"zz": 7}
        assert items.timeline_row_of(item | {"d": {"B": data[:1] + msgspec.msgpack.encode(fields)}}) == row
    for line in lines(OPEN, "title_rows"):
        item = item_of(line)
        assert items.seen_titles([item | {"zz": {"N": "7"}}]) == items.seen_titles([item])
    for line in lines(OPEN, "ad_items"):
        item = item_of(line)
        more = {"SS": [*item["x"]["SS"], "AAAAAAAAAAA:rewind@498755"]}
        assert ad_items.ad_items_of([item | {"x": more, "zz": {"N": "7"}}]) == ad_items.ad_items_of([item])


def test_a_word_that_this_release_lacks_is_damaged_and_the_next_version_newer() -> None:
    """Why a word more takes a new version: its number can't be skipped."""
    line = lines(OPEN, "sessions")[0]
    session = items.session_of(item_of(line))
    data = session_codec.pack(session)
    fields = msgspec.msgpack.decode(data[1:])
    player = packed_snapshot_2._PackedPlayer.__struct_fields__.index("player_type")
    newest = packed_session_2._Packed.__struct_fields__.index("newest")
    place = packed_snapshot_2.PackedSnapshot.__struct_fields__.index("player")
    fields[newest][place][player] = 99
    with pytest.raises(Damaged, match="IndexError"):
        items.session_of(item_of(line) | {"r": {"B": data[:1] + msgspec.msgpack.encode(fields)}})
    with pytest.raises(NewerFormat):
        items.session_of(item_of(line) | {"r": {"B": bytes((NEWEST_VERSION + 1,)) + data[1:]}})


def test_a_profile_item_of_another_format_is_made_anew_and_an_audience_item_left_out() -> None:
    profile = lines("version_1", "profile_items")[0]["item"]
    assert profiles_table.profile_from_item(profile) is not None
    assert profiles_table.profile_from_item(profile | {"f": {"N": "2"}}) is None
    audience = lines("version_1", "audience_items")[0]["item"]
    assert len(list(audience_items.read_blocks([audience, audience | {"f": {"N": "3"}}]))) == 1


def test_a_rejected_record_of_another_format_is_reported_by_its_number() -> None:
    body = lines("version_1", "rejected_objects")[0]["body"].encode()
    line = body.splitlines()[0]
    with pytest.raises(msgspec.ValidationError, match=r"of format 2, this release reads \[1\]"):
        rejected.read_rejected(line[:-1] + b',"format":2}')
