"""Holding answers against the API's own models."""

import json
from typing import Any

import msgspec


def matches(model: type[msgspec.Struct], content: Any) -> None:
    """Fails unless the content is what the OpenAPI document promises, with no field more or less."""
    decoded = msgspec.json.decode(json.dumps(content), type=model)
    assert msgspec.to_builtins(decoded) == content
