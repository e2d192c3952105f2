"""The entities of a TSV line's contexts column, in one pass over its JSON.

msgspec tells the entities of a list apart by their schemas' URIs, and makes of each what is wanted of it, where it
knows all the URIs beforehand. So they are learnt as they come. A column with one that isn't known yet, or with
anything wrong in it, is read entity by entity: that takes twice the time, and says what is wrong.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple, Protocol, Union

import msgspec

from live_viewers.events.media_event import Ad, AdBreak, Player, SessionTotals
from live_viewers.events.short_text_cache import Memo
from live_viewers.wire.entities import LegacyPlayer, read_special
from live_viewers.wire.json_text import read_json

Version = tuple[int, int]
StageEntities = dict[int, tuple[Version, msgspec.Raw]]
"""Of the entities that a stage's paths lead to, by their places, the version and the data."""

_MOST_URIS = 64
_LONGEST_URI = 256
"""Characters. So no sender of ever new entities makes the decoder larger, or makes it anew, without end."""


class SelfDescribing(msgspec.Struct, gc=False):
    """A schema URI and the data it describes, left as JSON."""

    schema: str
    data: msgspec.Raw


class _Contexts(msgspec.Struct, gc=False):
    data: list[SelfDescribing]


CONTEXTS_DECODER = msgspec.json.Decoder(_Contexts)


class _Model(NamedTuple):
    """An entity by its schema's URI up to the model: a later revision or addition is read the same way."""

    uri: str
    what: str
    kind: Any = msgspec.Raw  # Raw: left as JSON, since few events need it, or ADS and AD_BREAKS have it

    @property
    def decoder(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self.kind, dec_hook=read_special)


_SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
MODELS = (
    _Model(f"{_SNOWPLOW}/media_player/jsonschema/2", "player", Player),
    _Model(f"{_SNOWPLOW}/media_player/jsonschema/1", "player", LegacyPlayer),
    _Model(f"{_SNOWPLOW}.media/session/jsonschema/1", "session", SessionTotals),
    _Model(f"{_SNOWPLOW}.media/ad/jsonschema/1", "ad"),
    _Model(f"{_SNOWPLOW}.media/ad_break/jsonschema/1", "ad_break"),
    _Model(f"{_SNOWPLOW}/client_session/jsonschema/1", "client_session"),
    _Model(f"{_SNOWPLOW}/web_page/jsonschema/1", "web_page"),
)
PLAYER, PLAYER_1, SESSION, AD, AD_BREAK, CLIENT_SESSION, WEB_PAGE = range(len(MODELS))
OF_STAGE = len(MODELS)
"""The first place of the stage's entities."""
_PLACE_OF_MODEL = {model.uri: place for place, model in enumerate(MODELS)}
_DECODERS = [None if model.kind is msgspec.Raw else model.decoder for model in MODELS]

# By their JSON: the same on all events of an ad, and on those of all who see it.
ADS: Memo[bytes, Ad] = Memo(partial(read_json, msgspec.json.Decoder(Ad), what="ad"), longest=512)
AD_BREAKS: Memo[bytes, AdBreak] = Memo(
    partial(read_json, msgspec.json.Decoder(AdBreak), what="ad_break"), longest=512
)


UNREAD = (msgspec.MsgspecError, UnicodeError, RecursionError)


def _know_no_uri(_: bytes) -> Any:
    raise msgspec.DecodeError


class ReadEntity(Protocol):
    """`place`: in MODELS, or beyond them of the stage's; None: nobody reads it. `data`: of the model's kind."""

    @property
    def place(self) -> int | None: ...
    @property
    def version(self) -> Version: ...
    @property
    def data(self) -> Any: ...


class _OneEntity(NamedTuple):
    place: int
    version: Version
    data: Any


class _Entity(msgspec.Struct, gc=False):
    """Base of the classes of the URIs, each with `data`."""

    place: ClassVar[int | None]
    version: ClassVar[Version]


class EntityReader:
    """`places`: by the URI of a schema, up to its model, which of the stage's entities it is.

    `one_pass` gives an object whose `data` are a column's entities in their order; of several of one media model
    the first counts. It raises one of UNREAD for what is to be read by `one_by_one`.
    """

    def __init__(self, places: Mapping[str, int]) -> None:
        self._places = places
        self._by_uri: dict[str, type[msgspec.Struct]] = {}
        self.one_pass: Callable[[bytes], Any] = _know_no_uri
        # An entity that is both typed here and left as JSON there can't be read in one pass.
        self._can_learn = not places.keys() & _PLACE_OF_MODEL.keys()
        self._learn(f"{model.uri}-0-0" for model in MODELS)

    def one_by_one(self, column: bytes) -> Sequence[ReadEntity]:
        """The entities, of which some URI isn't known or anything else is wrong; none of an empty column. One that
        counts twice, for a media entity and for the stage's, comes as two. Raises Unreadable."""
        if not column:
            return ()
        read: dict[int, ReadEntity] = {}
        of_stage: list[ReadEntity] = []
        entities = read_json(CONTEXTS_DECODER, column, "contexts").data
        for entity in entities:
            model, version = model_of(entity.schema), version_of(entity.schema)
            if model in self._places:
                of_stage.append(_OneEntity(OF_STAGE + self._places[model], version, entity.data))
            place = _PLACE_OF_MODEL.get(model)
            if place is not None and place not in read:
                decoder = _DECODERS[place]
                data = entity.data if decoder is None else read_json(decoder, entity.data, MODELS[place].what)
                read[place] = _OneEntity(place, version, data)
        self._learn(entity.schema for entity in entities)
        return [*read.values(), *of_stage]

    def _learn(self, uris: Iterable[str]) -> None:
        new = {uri for uri in uris if uri not in self._by_uri and 0 < len(uri) <= _LONGEST_URI}
        if not new or not self._can_learn or len(self._by_uri) + len(new) > _MOST_URIS:
            return
        self._by_uri |= {uri: self._class_of(uri) for uri in new}
        entity: Any = Union[tuple(self._by_uri.values())]  # noqa: UP007 - of classes that are made here
        column = msgspec.defstruct("Contexts", [("data", list[entity])], gc=False)
        self.one_pass = msgspec.json.Decoder(column, dec_hook=read_special).decode

    def _class_of(self, uri: str) -> type[msgspec.Struct]:
        model = model_of(uri)
        place = _PLACE_OF_MODEL.get(model)
        kind = msgspec.Raw if place is None else MODELS[place].kind
        if place is None and model in self._places:
            place = OF_STAGE + self._places[model]
        return msgspec.defstruct(
            "Entity",
            [("data", kind)],
            bases=(_Entity,),
            namespace={"place": place, "version": version_of(uri)},
            tag_field="schema",
            tag=uri,
            gc=False,
        )


def keep_newest(entities: StageEntities, place: int, version: Version, data: msgspec.Raw) -> None:
    """Of two entities of one model the one of the higher version, of two of the same the first."""
    if place not in entities or version > entities[place][0]:
        entities[place] = version, data


def model_of(schema: str) -> str:
    """A schema's URI up to its model."""
    return schema.rsplit("-", 2)[0]


def version_of(schema: str) -> Version:
    """Revision and addition of a schema's URI; what is none is older than all."""
    _, *numbers = schema.rsplit("-", 2)
    if len(numbers) != 2 or not all(number.isascii() and number.isdigit() for number in numbers):
        return (-1, -1)
    return (int(numbers[0][:9]), int(numbers[1][:9]))
