"""A stage's paths in JSON of the Analytics SDKs' shape: columns by name, entities in lists by their flat names."""

import re
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, ClassVar

import msgspec

from live_viewers.events.media_event import Player
from live_viewers.wire.stage_paths import (
    ABSENT,
    EntityModel,
    FieldReader,
    Picked,
    StagePaths,
    getter,
    json_value,
    memo_of_raws,
)

_HUMP = re.compile("([^A-Z_])([A-Z])")
Raws = tuple[bytes, ...]
Column = str | int | float | bool | None
Struct = type[msgspec.Struct]


def flat_names(entity: EntityModel) -> tuple[str, ...]:
    """The keys that the SDKs give an entity's list: they differ in what they make of a hyphen."""
    snake = _HUMP.sub(r"\1_\2", entity.name)
    name = f"contexts_{entity.vendor.replace('.', '_')}_{snake}_{entity.model}".lower()
    return tuple(dict.fromkeys((name, name.replace("-", "_"))))


class JsonPaths:
    """`struct` is what a decoder makes of an object, with all fields that are wanted beside those of `base`."""

    def __init__(self, paths: StagePaths, base: Struct | None = None) -> None:
        self._paths = paths
        attributes: dict[str, str] = {}  # by the name on the wire
        if base is not None:
            attributes = {field.encode_name: field.name for field in msgspec.structs.fields(base)}
        lists = [flat_names(entity) for entity in paths.entities]
        more: list[tuple[str, Any, Any]] = []
        for wanted, kind, default in (
            (paths.columns, Column, None),
            ([name for names in lists for name in names], msgspec.Raw, ABSENT),
        ):
            for name in wanted:
                if name not in attributes:
                    attributes[name] = f"wanted_{len(attributes)}"
                    more.append((attributes[name], kind, msgspec.field(default=default, name=name)))
        self.struct: Struct = msgspec.defstruct("Wanted", more, bases=(base,) if base else None, gc=False)
        self._columns = getter(attrgetter, [attributes[name] for name in paths.columns])
        self._lists = [
            (_FirstOf(entity.fields), [attrgetter(attributes[name]) for name in names])
            for entity, names in zip(paths.entities, lists, strict=True)
        ]
        self._picked = memo_of_raws(self._pick)

    def pick(
        self, fields: Any, played: tuple[str | None, ...], own: Mapping[int, tuple[bytes, ...]] | None = None
    ) -> Picked:
        """`fields` are of `struct`, `played` the values of the player's sources; `own`: the fields of entities, by
        their place, that don't lie in lists."""
        entities = [_first(reader, lists, fields) for reader, lists in self._lists]
        if own is not None:
            for place, found in own.items():
                entities[place] = found
        return self._picked[(self._columns(fields), played, tuple(entities))]

    def _pick(self, key: tuple[tuple[Column, ...], tuple[str | None, ...], tuple[Raws, ...]]) -> Picked:
        columns, played, entities = key
        values: list[object] = [*columns, *played]
        values += [json_value(raw) for entity in entities for raw in entity]
        return self._paths.picked(values)


class ViewerJsonPaths:
    """Viewer JSON carries what these paths need in one object (`carried`), in the same shape, and has the media
    entities as fields of its own."""

    _OWN: ClassVar = {
        "iglu:com.snowplowanalytics.snowplow/media_player/jsonschema/2": "player",
        "iglu:com.snowplowanalytics.snowplow.media/session/jsonschema/1": "session",
        "iglu:com.snowplowanalytics.snowplow.media/ad/jsonschema/1": "ad",
        "iglu:com.snowplowanalytics.snowplow.media/ad_break/jsonschema/1": "ad_break",
    }

    def __init__(self, paths: StagePaths) -> None:
        self._paths = paths
        self._json = JsonPaths(paths)
        self._decode = msgspec.json.Decoder(self._json.struct).decode
        own = {place: self._OWN[each.uri] for place, each in enumerate(paths.entities) if each.uri in self._OWN}
        self._own = FieldReader(tuple(own.values())) if own else None
        self._own_fields = {place: FieldReader(paths.entities[place].fields) for place in own}
        self._picked = memo_of_raws(self._pick)
        self.nothing = None if own else self._picked[(b"", paths.of_player(None))]
        """Of an event that carries nothing and has no player; None where another entity is to be read, too."""

    def pick(self, value: bytes, carried: msgspec.Raw, player: Player | None) -> Picked:
        """`value` is the whole record; `player` is of version 2."""
        played = self._paths.of_player(player)
        if self._own is None:
            return self._picked[(bytes(carried), played)]
        objects = zip(self._own_fields.items(), self._own.read(value), strict=True)
        own = {place: reader.read(data) for (place, reader), data in objects}
        return self._json.pick(self._fields(bytes(carried)), played, own)

    def _pick(self, key: tuple[bytes, tuple[str | None, ...]]) -> Picked:
        carried, played = key
        return self._json.pick(self._fields(carried), played)

    def _fields(self, carried: bytes) -> Any:
        try:
            return self._decode(carried) if carried else self._json.struct()
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return self._json.struct()


class _FirstOf:
    """The fields of the first object in a list; of the same list again as they were."""

    def __init__(self, fields: Sequence[str]) -> None:
        reader = FieldReader(fields)
        self.none = reader.none
        self.of = memo_of_raws(reader.read_first).__getitem__


def _first(reader: _FirstOf, lists: Sequence[Callable[[Any], msgspec.Raw]], fields: Any) -> Raws:
    """The fields of the first entity of the first of these lists."""
    for each in lists:
        raw = each(fields)
        if raw:
            return reader.of(bytes(raw))
    return reader.none
