"""What is generated is what the models say; `make check` compares the pages' types too."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from codegen.__main__ import GENERATED, SHAPES, openapi_document, reader_module
from codegen.schemas import ANSWERS, PAGE_MESSAGES, SERVER_MESSAGES, component_schemas
from live_viewers.api.described import schema_name
from live_viewers.api.openapi_document import DOCUMENT


@pytest.mark.parametrize(
    ("path", "make"), [(DOCUMENT, openapi_document), (SHAPES, reader_module)], ids=["api", "reader"]
)
def test_the_kept_file_is_what_the_models_say(path: Path, make: Any) -> None:
    assert GENERATED[path] is make
    assert path.read_text(encoding="utf-8") == make()


@pytest.mark.parametrize("model", [*ANSWERS, *SERVER_MESSAGES, *PAGE_MESSAGES])
def test_every_field_of_a_model_is_described_by_its_name_in_json(model: type[msgspec.Struct]) -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(model)}
    tag = model.__struct_config__.tag_field
    described = component_schemas()[schema_name(model)]
    assert set(described["properties"]) == fields | ({tag} if tag else set())


def test_what_is_always_sent_is_required() -> None:
    schemas = component_schemas()
    assert set(schemas["ViewerTotals"]["required"]) == set(schemas["ViewerTotals"]["properties"])
    assert "errors" not in schemas["ProblemDetails"]["required"]
    assert schemas["PageMessage"]["required"] == ["action"]


def test_every_reference_of_the_document_is_described() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    document = json.loads(text)
    references = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert references <= set(document["components"]["schemas"])
