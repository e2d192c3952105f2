"""`viewers.dimensions` and `viewers.media_id_from` of a stage's configuration, checked."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from live_viewers.api.routes import ROUTES
from live_viewers.dimensions.columns import COLUMNS
from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import OTHER_NAME, UNKNOWN_NAME
from live_viewers.dimensions.paths import AtomicPath, parse_path
from stacks.strict_model import StrictModel

MOST_PATHS = 8
MOST_VALUES = 256
MOST_MAPPED = 512
LONGEST_VALUE = 64
DEFAULTS = {each.name: each for each in DEFAULT_DIMENSIONS}
# A dimension is a query parameter of the API, and a word of `by`.
RESERVED = frozenset({name for route in ROUTES for name in route.query} | {"title", "status", "all"})


def _checked_path(text: str) -> str:
    path = parse_path(text)
    if isinstance(path, AtomicPath) and path.column not in COLUMNS:
        raise ValueError(f"{path.column!r} is no column of the enriched event")
    return text


EventPath = Annotated[str, AfterValidator(_checked_path)]
Value = Annotated[str, Field(min_length=1, max_length=LONGEST_VALUE)]


def _or_a_default(schema: dict[str, Any]) -> None:
    """For editors: an entry may be the name of a default, too."""
    whole = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"enum": sorted(DEFAULTS), "type": "string"}, whole]


class DimensionConfig(StrictModel):
    """What viewers are told apart by, counted and filtered: a section, or the name of a default dimension."""

    model_config = ConfigDict(json_schema_extra=_or_a_default)

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,31}$", description="In answers, and as a filter: no parameter of the API."
    )
    paths: list[EventPath] = Field(
        alias="from",
        min_length=1,
        max_length=MOST_PATHS,
        description="Where its value is found, `atomic:<column>` or `entity:<vendor>/<name>/<model>#/<pointer>`; "
        "the first that tells one counts.",
    )
    values: Literal["open"] | list[Value] = Field(
        description="Those to tell apart, at most 256, the rest being `other`; or `open`: any text, cut to 24 "
        "bytes. Case doesn't matter. Their order is part of the definition: add at the end."
    )
    map: dict[str, str] = Field(
        default_factory=dict,
        max_length=MOST_MAPPED,
        description="Words of several sources to one, before all else.",
    )

    @model_validator(mode="before")
    @classmethod
    def _default_by_name(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        default = DEFAULTS.get(given)
        if default is None:
            raise ValueError(f"{given!r} is no default dimension (they are {', '.join(DEFAULTS)}): write it out")
        return {
            "name": default.name,
            "from": list(default.paths),
            "values": "open" if default.values is None else list(default.values),
            "map": default.map,
        }

    @model_validator(mode="after")
    def _can_be_asked_for(self) -> "DimensionConfig":
        if self.name in RESERVED:
            raise ValueError(f"name {self.name!r} is a parameter of the API: choose another")
        if self.values == "open":
            return self
        if not 1 <= len(self.values) <= MOST_VALUES:
            raise ValueError(
                f"values of {self.name}: {len(self.values)} of them; allowed: 1 to {MOST_VALUES}, or open"
            )
        known: dict[str, str] = {}
        for value in self.values:
            folded = value.strip().casefold()
            if folded in known:
                raise ValueError(f"values of {self.name}: {value!r} and {known[folded]!r} are the same")
            if folded in ("", OTHER_NAME, UNKNOWN_NAME):
                raise ValueError(f"values of {self.name}: {value!r} is what the values beside these are called")
            known[folded] = value
        for word, value in self.map.items():
            if value.strip().casefold() not in known:
                raise ValueError(f"map of {self.name}: {word!r} becomes {value!r}, which is none of its values")
        return self

    @property
    def definition(self) -> Dimension:
        """As the functions have it."""
        values = None if self.values == "open" else tuple(self.values)
        return Dimension(self.name, tuple(self.paths), values, self.map)


def check_dimensions(dimensions: list[DimensionConfig]) -> None:
    """That a stage's dimensions can be told from each other. Raises ValueError."""
    names: set[str] = set()
    keys: dict[str, str] = {}
    for each in dimensions:
        if each.name in names:
            raise ValueError(f"dimensions: two are called {each.name!r}")
        names.add(each.name)
        key = each.definition.key
        if key in keys:
            raise ValueError(
                f"dimensions: {each.name} and {keys[key]} have the same key of three characters, by chance: "
                "name one of them otherwise"
            )
        keys[key] = each.name
