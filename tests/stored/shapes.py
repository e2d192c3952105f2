"""The shapes of what the newest version stores: fields by place or name, and the numbers that stand for words."""

from types import ModuleType
from typing import Any

import msgspec

from live_viewers.events.media_event import BREAK_TYPES, EventKind
from live_viewers.session import packed_session_2, packed_snapshot_1, packed_snapshot_2, row_codec
from live_viewers.session.snapshot import AdBreakState, AdState, PlayerState

SESSION_FLAGS = ("_SYNTHETIC", "_TOTALS_VOID", "_CARRIED_ADS", "_VISITS_DROPPED")


def structs_of(*modules: ModuleType) -> dict[str, type[msgspec.Struct]]:
    """The structs that these modules define, by name."""
    return {
        struct.__name__: struct
        for module in modules
        for struct in vars(module).values()
        if isinstance(struct, type) and issubclass(struct, msgspec.Struct) and struct.__module__ == module.__name__
    }


def by_place() -> dict[str, type[msgspec.Struct]]:
    """The structs of a packed session, whose fields are stored by place."""
    structs = structs_of(packed_session_2, packed_snapshot_2)
    structs["_PackedSnapshot"] = structs.pop("PackedSnapshot")  # its name when version 2 was sealed
    return structs | {"PackedKey": packed_snapshot_1.PackedKey}


def by_name() -> dict[str, type[msgspec.Struct]]:
    """The structs of a timeline row, whose fields are stored by name."""
    return {struct.__name__: struct for struct in (row_codec._Row2, PlayerState, AdState, AdBreakState)}


def numbers() -> dict[str, dict[str, int]]:
    """The numbers that stand for words in stored bytes."""
    return {
        "kinds": {kind.name: kind.value for kind in EventKind},
        "player_types": {name: number for number, name in enumerate(packed_snapshot_2.PLAYER_TYPES)},
        "break_types": {str(name): number for number, name in enumerate(BREAK_TYPES)},
        "session_flags": {name: getattr(packed_session_2, name) for name in SESSION_FLAGS},
    }


def shapes_of_newest() -> dict[str, Any]:
    """As shapes.json has them."""
    return {
        "by_place": {name: list(struct.__struct_fields__) for name, struct in by_place().items()},
        "by_name": {name: list(struct.__struct_encode_fields__) for name, struct in by_name().items()},
        "numbers": numbers(),
    }
