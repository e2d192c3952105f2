"""Writes config/schema.json (for editors) and docs/configuration.md from the configuration's model.

    .venv/bin/python -m stacks.config_docs

A test compares both files with what this would write.
"""

import inspect
import json
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stacks.config import Config
from stacks.kafka_config import PRESETS
from stacks.strict_model import fields_of, models_in, why_fixed

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "config" / "schema.json"
DOCUMENT = ROOT / "docs" / "configuration.md"

HEAD = """# Configuration

<!-- Written by `.venv/bin/python -m stacks.config_docs` from stacks/config.py; a test keeps it so. -->

A stage is a file: `config/<stage>.yaml`, chosen by `-c stage=<stage>` (default `dev`). Start from one of
`config/examples/`: each is a whole configuration, and each is synthesized and checked by the tests. Editors with a
YAML language server complete and check keys by `config/schema.json`. A key that is unknown, of the wrong kind or
out of range stops the synthesis with a line that names the file, the key, what was given and what is allowed.

A key marked **fixed** can't be changed in a stage that runs; `make deploy` refuses it and says what to do, and
[deploy.md](deploy.md#what-cant-be-changed-in-place) says more.

On stages other than `local`, `auth.mode: none` and `authentication: plaintext` are refused.
"""


def schema() -> str:
    """JSON Schema of a stage's file."""
    return json.dumps(Config.model_json_schema(), indent=2, sort_keys=True) + "\n"


def document() -> str:
    """Every key with its default, in the order of the model."""
    parts = [HEAD, *_presets(), *(section for section in _sections("", Config))]
    return "\n".join(parts).rstrip() + "\n"


def _presets() -> Iterator[str]:
    yield "## Presets of `kafka.preset`\n"
    yield "| preset | sets |\n| --- | --- |"
    for name, values in PRESETS.items():
        shown = ", ".join(f"`{key}: {json.dumps(value)}`" for key, value in values.items())
        yield f"| `{name}` | {shown} |"
    yield "\nKeys of `kafka` that the file sets itself win over its preset.\n"


def _sections(path: str, model: type[BaseModel]) -> Iterator[str]:
    title = f"`{path}`" if path else "Top level"
    yield f"## {title}\n"
    yield f"{inspect.cleandoc(model.__doc__ or '')}\n"  # Python 3.13 takes the indents away by itself
    yield "| key | default | allowed | meaning |\n| --- | --- | --- | --- |"
    nested: list[tuple[str, type[BaseModel]]] = []
    for name, field in fields_of(model).items():
        key = f"{path}.{name}" if path else name
        nested += [(_place(key, found, name), found) for found in models_in(field.annotation)]
        yield f"| `{name}` | {_default(field)} | {_allowed(field)} | {_meaning(field)} |"
    yield ""
    for place, found in nested:
        yield from _sections(place, found)


def _place(key: str, model: type[BaseModel], name: str) -> str:
    """Where a section stands; one of several kinds carries the word that chooses it."""
    for chooser in ("type", "mode"):
        if field := model.model_fields.get(chooser):
            return f"{key}` with `{chooser}: {field.default}"
    return f"{key}.<function>" if name == "sizes" else key


def _meaning(field: FieldInfo) -> str:
    why = why_fixed(field)
    return (field.description or _summary(field)) + (f" **Fixed**: {why}" if why else "")


def _summary(field: FieldInfo) -> str:
    found = models_in(field.annotation)
    return " · ".join(((model.__doc__ or "").split("\n")[0]).rstrip(".") for model in found) or "chooses the kind"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        return "see below"
    return f"`{json.dumps(value)}`" if value is not None else "–"


def _allowed(field: FieldInfo) -> str:
    if models_in(field.annotation):
        return "section"
    parts = [_kind(field.annotation)]
    for limit in field.metadata:
        for sign, word in (("ge", "≥"), ("gt", ">"), ("le", "≤")):
            if (bound := getattr(limit, sign, None)) is not None:
                parts.append(f"{word} {bound}")
    return ", ".join(parts)


def _kind(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(_kind(part) for part in arguments if part is not type(None))
    if origin is list:
        return f"list of {_kind(arguments[0])}"
    if origin is dict:
        return "mapping"
    if origin is not None:
        return _kind(arguments[0])
    return {bool: "true, false", int: "whole number", float: "number", str: "text"}.get(annotation, "text")


if __name__ == "__main__":
    SCHEMA.write_text(schema(), encoding="utf-8")
    DOCUMENT.write_text(document(), encoding="utf-8")
