"""The OpenAPI document that is kept, served and generated from."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from codegen.openapi import render
from live_viewers.api.openapi_document import DOCUMENT
from live_viewers.api.problems import ProblemType
from live_viewers.api.routes import ROUTES

ROOT = Path(__file__).parents[2]
document = json.loads(DOCUMENT.read_text())


def test_the_kept_document_is_what_the_code_says() -> None:
    """After a change: `make generate`."""
    assert DOCUMENT.read_text(encoding="utf-8") == render()


def test_there_is_one_copy_of_the_document() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*openapi*.json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert listed.stdout.split() == [str(DOCUMENT.relative_to(ROOT))]


def test_routes_and_their_parameters_are_those_of_the_table() -> None:
    """A route without a function, or one that takes other parameters than the table says, shows here."""
    described = {
        (method.upper(), path): (
            sorted(
                parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"
            ),
            "requestBody" in operation,
        )
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    known = {
        (route.method, route.path): (sorted(route.query), route.has_body)
        for route in ROUTES
        if route.access != "open"
    }
    assert described == known


def test_every_operation_says_which_scope_it_needs() -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            scope = "viewers:erase" if method == "delete" else "viewers:read"
            assert operation["security"] == [{"token": [scope]}], path


def test_an_answer_that_can_be_had_in_two_formats_is_described_in_both() -> None:
    answers = {
        path: set(operation["responses"]["200"]["content"])
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if any(parameter["name"] == "format" for parameter in operation.get("parameters", []))
    }
    assert answers == {"/v1/ads": {"application/json", "text/csv"}}


def test_types_of_problems_are_stable() -> None:
    """Clients rely on them: add, never change."""
    assert {kind.uri.removeprefix("urn:live-viewers:problem:"): kind.status for kind in ProblemType} == {
        "malformed-request": 400,
        "invalid-viewer-id": 400,
        "invalid-cursor": 400,
        "too-many-points": 400,
        "not-counted": 400,
        "unauthenticated": 401,
        "missing-scope": 403,
        "not-found": 404,
        "viewer-not-found": 404,
        "erasure-not-found": 404,
        "incident-not-found": 404,
        "method-not-allowed": 405,
        "too-large": 413,
        "unsupported-media-type": 415,
        "invalid-request": 422,
        "internal-error": 500,
        "store-busy": 503,
    }


@pytest.mark.parametrize("name", sorted(document["components"]["schemas"]))
def test_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(document["components"]["schemas"][name])
