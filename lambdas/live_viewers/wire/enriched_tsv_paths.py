"""A stage's paths in an enriched TSV line."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import cast

import msgspec

from live_viewers.wire.json_text import cleaned
from live_viewers.wire.stage_paths import UNREAD, FieldReader, Memo, Picked, StagePaths, getter, json_value


class SelfDescribing(msgspec.Struct, gc=False):
    """A schema URI and the data it describes, left as JSON."""

    schema: str
    data: msgspec.Raw


class Contexts(msgspec.Struct, gc=False):
    """The entities of a column."""

    data: list[SelfDescribing]


CONTEXTS_DECODER = msgspec.json.Decoder(Contexts)

_Columns = tuple[bytes, ...]
_Version = tuple[int, int]
_Found = tuple[_Version, tuple[bytes, ...]]  # the version of an entity, its fields
_Derived = tuple[_Found | None, ...]


class TsvPaths:
    """`places` tells by the URI of a schema, up to its model, which of the stage's entities it is."""

    def __init__(self, paths: StagePaths, columns: Mapping[str, int], head: int, tail: int) -> None:
        """`columns`: the places of all columns. Those before `head` and those from `tail` on are at hand of any
        line; what lies between is split only where it is needed."""
        self._paths = paths
        self.places = {entity.uri: place for place, entity in enumerate(paths.entities)}
        self._readers = [FieldReader(entity.fields) for entity in paths.entities]
        self._none = tuple(reader.none for reader in self._readers)
        wanted = [(place, columns[name]) for place, name in enumerate(paths.columns)]
        heads = [(place, column) for place, column in wanted if column < head]
        tails = [(place, column - len(columns)) for place, column in wanted if column >= tail]
        middles = [(place, column - head) for place, column in wanted if head <= column < tail]
        self._head, self._tail, self._middle = (
            getter(itemgetter, [column for _, column in some]) for some in (heads, tails, middles)
        )
        self._column_places = [[place for place, _ in some] for some in (heads, tails, middles)]
        self._middle_splits = max((column for _, column in middles), default=-1) + 1
        self._derived: Memo[_Derived] = Memo(self._read_derived)
        self._picked: Memo[Picked | bool] = Memo(self._pick)

    def pick(
        self,
        columns: Sequence[bytes],
        tail: Sequence[bytes],
        played: tuple[str | None, ...],
        entities: Mapping[int, SelfDescribing] | None,
    ) -> Picked:
        """`columns` are the line's first ones, `tail` its last with what lies between as its first, then the
        derived contexts; `played` the values of the player's sources, `entities` what the contexts column has of
        the stage's, by their place."""
        derived_contexts = tail[1]
        derived = self._derived.of(derived_contexts) if derived_contexts else None
        fields = self._none if derived is None and entities is None else self._fields(derived, entities)
        head, last = self._head(columns), self._tail(tail)
        picked = self._picked.of((head, last, None, played, fields))
        if picked is False:
            middle = self._middle(tail[0].split(b"\t", self._middle_splits))
            picked = self._picked.of((head, last, middle, played, fields))
        return cast(Picked, picked)

    def newest(self, one: SelfDescribing | None, other: SelfDescribing) -> SelfDescribing:
        """Of two entities of one model the one of the higher version, of two of the same the first."""
        return other if one is None or _version(other.schema) > _version(one.schema) else one

    def _fields(
        self, derived: _Derived | None, entities: Mapping[int, SelfDescribing] | None
    ) -> tuple[tuple[bytes, ...], ...]:
        all_fields = []
        for place, reader in enumerate(self._readers):
            own = None if entities is None else entities.get(place)
            found = None if derived is None else derived[place]
            if own is not None and (found is None or _version(own.schema) >= found[0]):
                all_fields.append(reader.read(own.data))
            else:
                all_fields.append(reader.none if found is None else found[1])
        return tuple(all_fields)

    def _read_derived(self, column: bytes) -> _Derived:
        newest: dict[int, SelfDescribing] = {}
        try:
            entities = CONTEXTS_DECODER.decode(cleaned(column)).data
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            entities = []
        for entity in entities:
            place = self.places.get(entity.schema.rsplit("-", 2)[0])
            if place is not None:
                newest[place] = self.newest(newest.get(place), entity)
        return tuple(
            (_version(newest[place].schema), reader.read(newest[place].data)) if place in newest else None
            for place, reader in enumerate(self._readers)
        )

    def _pick(
        self,
        key: tuple[_Columns, _Columns, _Columns | None, tuple[str | None, ...], tuple[_Columns, ...]],
    ) -> Picked | bool:
        """False: a column of the middle is needed."""
        *parts, played, fields = key
        values: list[object] = [UNREAD] * len(self._paths.columns)
        for places, part in zip(self._column_places, parts, strict=True):
            for place, column in zip(places, part or (), strict=False):
                values[place] = column.decode(errors="replace")
        values += played
        values += [json_value(raw) for entity in fields for raw in entity]
        return self._paths.picked(values) or False


def _version(schema: str) -> _Version:
    """Revision and addition of a schema's URI; what is none is older than all."""
    _, *numbers = schema.rsplit("-", 2)
    if len(numbers) != 2 or not all(number.isascii() and number.isdigit() for number in numbers):
        return (-1, -1)
    return (int(numbers[0][:9]), int(numbers[1][:9]))
