"""What a stage reads of an event beside the media entities: its dimensions, and where configured the title's id.

All paths are compiled once. A format hands over raw values by their *sources*, a column or a top-level field of an
entity; nearly all events of a viewer have the same ones, so what they come to is remembered.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import msgspec

from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import LONGEST_RAW, Dimensions, has_value
from live_viewers.dimensions.paths import AtomicPath, parse_path
from live_viewers.events.media_event import Player
from live_viewers.events.short_text_cache import Memo

T = TypeVar("T")

ABSENT = msgspec.Raw()
_KEPT = 8_192
_LONGEST_KEPT = 4_096


def memo_of_raws(function: Callable[[Any], T]) -> Memo[Any, T]:
    """What raw values of events come to: nearly all events of a viewer have the same ones."""
    return Memo(function, _KEPT, _LONGEST_KEPT)


class Picked(NamedTuple):
    """Of one event: a token for each dimension, and the title's id where the stage says where it is found."""

    dimensions: tuple[str, ...]
    media_id: str | None


NOTHING_PICKED = Picked((), None)


class EntityModel(NamedTuple):
    """An entity of one model; `fields` are the top-level fields that paths begin with."""

    vendor: str
    name: str
    model: int
    fields: tuple[str, ...]

    @property
    def uri(self) -> str:
        """The schema's URI up to its model."""
        return f"iglu:{self.vendor}/{self.name}/jsonschema/{self.model}"


# The media player's own texts: the decoders have them at hand, with no second look at the entity.
_PLAYER = ("com.snowplowanalytics.snowplow", "media_player", 2)
_PLAYER_TEXTS = {"label": "label", "quality": "quality", "mediaType": "media_type", "playerType": "player_type"}


class _Step(NamedTuple):
    source: int
    rest: tuple[str, ...]


class StagePaths:
    """`columns` and `entities` are what is to be read; the values of all sources are those of the columns, then of
    the player (`of_player`), then of the fields of each entity, in this order."""

    def __init__(self, dimensions: Sequence[Dimension] = (), media_id_from: Sequence[str] = ()) -> None:
        self.dimensions = Dimensions(dimensions)
        wanted = [
            [parse_path(path) for path in paths] for paths in (*(d.paths for d in dimensions), media_id_from)
        ]
        paths = [path for each in wanted for path in each]
        self.columns = tuple(dict.fromkeys(path.column for path in paths if isinstance(path, AtomicPath)))
        fields: dict[tuple[str, str, int], dict[str, None]] = {}
        player: dict[str, None] = {}
        for path in paths:
            if not isinstance(path, AtomicPath):
                first = path.pointer[0]
                if path[:3] == _PLAYER and first in _PLAYER_TEXTS:
                    player[first] = None
                else:
                    fields.setdefault(path[:3], {})[first] = None
        self.entities = tuple(EntityModel(*model, tuple(names)) for model, names in fields.items())
        # Of one name an attrgetter gives no tuple, so one is asked for twice.
        of_player = [*player] * 2 if len(player) == 1 else [*player]
        sources: list[object] = [*self.columns, *((_PLAYER, field) for field in of_player)]
        sources += [(entity[:3], field) for entity in self.entities for field in entity.fields]
        places = {source: place for place, source in enumerate(sources)}
        self.no_player = (None,) * len(of_player)
        self.player_values = getter(attrgetter, [_PLAYER_TEXTS[field] for field in of_player])
        """The values of the player's sources, of a player of version 2; `no_player` without one."""
        *self._chains, self._media_id = [
            [
                _Step(places[path.column], ())
                if isinstance(path, AtomicPath)
                else _Step(places[path[:3], path.pointer[0]], path.pointer[1:])
                for path in each
            ]
            for each in wanted
        ]

    def of_player(self, player: Player | None) -> tuple[str | None, ...]:
        """The values of the player's sources; `player` is of version 2."""
        return self.no_player if player is None else self.player_values(player)

    def picked(self, values: Sequence[Any]) -> Picked:
        """What the values of all sources come to."""
        texts = [_first_text(chain, values) for chain in self._chains]
        return Picked(self.dimensions.tokens_of(*texts), _first_text(self._media_id, values))


class FieldReader:
    """Reads some top-level fields of a JSON object, each as raw JSON: absent ones and those of what is no object
    are empty."""

    def __init__(self, fields: Sequence[str]) -> None:
        places = range(len(fields))
        struct = msgspec.defstruct(
            "Fields",
            [
                (f"f{place}", msgspec.Raw, msgspec.field(default=ABSENT, name=field))
                for place, field in zip(places, fields, strict=True)
            ],
            gc=False,
        )
        self._decode = msgspec.json.Decoder(struct).decode
        self._decode_list = msgspec.json.Decoder(list[struct]).decode  # type: ignore[valid-type]
        self._get: Callable[[Any], tuple[msgspec.Raw, ...]] = getter(attrgetter, [f"f{place}" for place in places])
        self.none = (b"",) * len(fields)

    def read(self, data: bytes | msgspec.Raw) -> tuple[bytes, ...]:
        """The fields of an object."""
        try:
            return tuple(map(bytes, self._get(self._decode(data))))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return self.none

    def read_first(self, data: bytes | msgspec.Raw) -> tuple[bytes, ...]:
        """The fields of the first object in a list."""
        try:
            return tuple(map(bytes, self._get(self._decode_list(data)[0])))
        except (msgspec.MsgspecError, UnicodeError, RecursionError, IndexError):
            return self.none


def json_value(raw: bytes) -> Any:
    """The value of raw JSON; None where it is empty or broken."""
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def getter(make: Callable[..., Callable[[Any], Any]], names: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """`attrgetter` or `itemgetter` of any number of names, which always gives a tuple."""
    if len(names) == 1:
        one = make(names[0])
        return lambda of: (one(of),)
    return make(*names) if names else lambda _: ()


def _first_text(chain: Sequence[_Step], values: Sequence[Any]) -> str | None:
    for source, rest in chain:
        value = values[source]
        for segment in rest:
            value = _within(value, segment)
        text = _text(value)
        if text is not None and has_value(text):
            return text
    return None


def _within(value: Any, segment: str) -> Any:
    if isinstance(value, dict):
        return value.get(segment)
    if isinstance(value, list) and segment.isascii() and segment.isdigit() and len(segment) < 6:
        return value[int(segment)] if int(segment) < len(value) else None
    return None


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value[:LONGEST_RAW]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)[:LONGEST_RAW] if isinstance(value, int | float) else None
