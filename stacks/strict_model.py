"""What every part of the configuration is: frozen, and closed to keys it doesn't know."""

from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

Arn = Annotated[str, Field(pattern=r"^arn:aws[\w-]*:[a-z0-9-]+:\S+$")]


def fixed(why: str) -> dict[str, Any]:
    """Marks a key that can't be changed in a stage that runs: for `json_schema_extra` of its Field.

    `why` says what a change would do. docs/configuration.md shows it, and a test compares the marks with what a
    change of each key replaces.
    """
    return {"x-fixed": why}


def why_fixed(field: FieldInfo) -> str | None:
    """What marks the key as fixed, if anything does."""
    extra = field.json_schema_extra
    return str(extra["x-fixed"]) if isinstance(extra, dict) and "x-fixed" in extra else None


class StrictModel(BaseModel):
    """A misspelt key is an error that names it, not a default that nobody asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the keys that a file has for them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that a field of this type may hold, inside unions, lists and mappings too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in models_in(part)]


def keys_at(model: type[BaseModel], place: tuple[Any, ...]) -> list[str]:
    """The keys that are known at `place`, a path of keys of `model`; a path's part may also be an index, a key of
    a mapping, or the word that chose one of several kinds.
    """
    found = [model]
    for part in place:
        below = [m for one in found if part in fields_of(one) for m in models_in(fields_of(one)[part].annotation)]
        chosen = [one for one in found if any(one.model_fields[key].default == part for key in _choosers(one))]
        found = below or chosen or found
    return sorted({key for one in found for key in fields_of(one)})


def _choosers(model: type[BaseModel]) -> list[str]:
    return [key for key in ("type", "mode") if key in model.model_fields]
