"""A stage's paths in an enriched TSV line."""

from operator import itemgetter

import msgspec

from live_viewers.events.short_text_cache import MOST_IDS, Memo
from live_viewers.wire.json_text import cleaned
from live_viewers.wire.stage_paths import FieldReader, Picked, StagePaths, getter, json_value, memo_of_raws
from live_viewers.wire.tsv_columns import COLUMN, IN_BACK, IN_MIDDLE, MIDDLE
from live_viewers.wire.tsv_entities import (
    CONTEXTS_DECODER,
    StageEntities,
    Version,
    keep_newest,
    model_of,
    version_of,
)

_Fields = tuple[bytes, ...]
_Found = tuple[tuple[Version, _Fields] | None, ...]  # of each of the stage's entities
_Own = tuple[tuple[int, Version, _Fields], ...]  # of the entities that an event carries itself, by their places

_LONGEST_MIDDLE = 1_024
"""Bytes; a browser's name of itself has some 200."""


def _place(column: str) -> int:
    """Among the columns before the middle, the rest, and what that is split into."""
    return MIDDLE + 1 + IN_BACK[column] if column in IN_BACK else COLUMN[column]


class _Derived:
    """What a column of derived contexts has of the stage's entities. Of the same there is one object, so that it
    is a key of many fields that is compared at once."""

    def __init__(self, found: _Found) -> None:
        self.found = found


class Middle:
    """What the middle columns have of the stage's. Of the same there is one object, too."""

    def __init__(self, values: _Fields) -> None:
        self.values = values


class TsvPaths:
    """`places` tells by the URI of a schema, up to its model, which of the stage's entities it is; `middles` by
    the middle columns' bytes what they have, None where they are more or fewer than they should be.

    `picked` is what an event comes to, by all that it has of the stage's: `columns_of` what its line is split
    into (and behind it, where the stage `reads_back`, what the rest is split into), its middle, the values of its
    player of version 2, what its derived contexts have by `derived` (None where the column is empty or the stage
    reads no entities), and what its own contexts have by `own`.
    """

    def __init__(self, paths: StagePaths) -> None:
        self._paths = paths
        self.places = {entity.uri: place for place, entity in enumerate(paths.entities)}
        self._readers = [FieldReader(entity.fields) for entity in paths.entities]
        single = [name for name in paths.columns if name not in IN_MIDDLE]
        shared = [name for name in paths.columns if name in IN_MIDDLE]
        self.reads_back = any(name in IN_BACK for name in single)
        self.columns_of = getter(itemgetter, [_place(name) for name in single])
        self._of_middle = getter(itemgetter, [IN_MIDDLE[name] for name in shared])
        self._in_order = getter(itemgetter, [[*single, *shared].index(name) for name in paths.columns])
        self.reads_entities = bool(self._readers)
        self.derived = memo_of_raws(self._read_derived)
        self._one_derived = memo_of_raws(_Derived)
        self.middles = Memo(self._read_middle, MOST_IDS, _LONGEST_MIDDLE)
        self._one_middle = memo_of_raws(Middle)
        self.picked = memo_of_raws(self._pick)

    def _read_middle(self, piece: bytes) -> Middle | None:
        columns = piece.split(b"\t")
        return self._one_middle[self._of_middle(columns)] if len(columns) == len(IN_MIDDLE) else None

    def own(self, entities: StageEntities) -> _Own:
        """What an event's own contexts have of the stage's entities, by their places."""
        return tuple(
            (place, version, self._readers[place].read(data)) for place, (version, data) in entities.items()
        )

    def _read_derived(self, column: bytes) -> _Derived:
        newest: StageEntities = {}
        try:
            entities = CONTEXTS_DECODER.decode(cleaned(column)).data
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            entities = []
        for entity in entities:
            place = self.places.get(model_of(entity.schema))
            if place is not None:
                keep_newest(newest, place, version_of(entity.schema), entity.data)
        found: list[tuple[Version, _Fields] | None] = [None] * len(self._readers)
        for place, version, fields in self.own(newest):
            found[place] = version, fields
        return self._one_derived[tuple(found)]

    def _pick(self, key: tuple[_Fields, Middle, tuple[str | None, ...], _Derived | None, _Own]) -> Picked:
        columns, middle, played, derived, own = key
        found = [reader.none for reader in self._readers]
        versions: list[Version | None] = [None] * len(found)
        for place, of_derived in enumerate(derived.found if derived is not None else ()):
            if of_derived is not None:
                versions[place], found[place] = of_derived
        for place, version, fields in own:  # of the same version the event's own
            known = versions[place]
            if known is None or version >= known:
                found[place] = fields
        in_order = self._in_order((*columns, *middle.values))
        values: list[object] = [column.decode(errors="replace") for column in in_order]
        values += played
        values += [json_value(raw) for entity in found for raw in entity]
        return self._paths.picked(values)
