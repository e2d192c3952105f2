"""What MiniStack asks of botocore's description of a service, which is by which protocol it answers.

For that it imports botocore and keeps the descriptions of all services that answered: 25 MB. The protocol stands
at the head of a description.
"""

import gzip
import json
import re
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_HEAD = 8192  # characters
_METADATA = re.compile(r'"metadata"\s*:\s*')


class ServiceModel:
    """botocore's ServiceModel, of which all but `metadata` is read by `whole` when something asks for it."""

    def __init__(self, metadata: dict[str, Any], whole: Callable[[], Any]) -> None:
        self.metadata = metadata
        self._whole = whole

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole(), name)


def with_little_of_models(read: Callable[[str], Any], names: dict[str, str]) -> Callable[[str], Any]:
    """In place of MiniStack's `_service_model`. `names` are botocore's where they differ from MiniStack's."""

    @cache
    def service_model(service: str) -> Any:
        metadata = metadata_of(names.get(service, service))
        return read(service) if metadata is None else ServiceModel(metadata, lambda: read(service))

    return service_model


def metadata_of(service: str) -> dict[str, Any] | None:
    """Of the newest description that botocore has of a service; None where it has none."""
    botocore = find_spec("botocore")
    for folder in (botocore and botocore.submodule_search_locations) or ():
        for path in sorted(Path(folder, "data", service).glob("*/service-2.json.gz"), reverse=True):
            with gzip.open(path, "rt") as described:
                head = described.read(_HEAD)
            if found := _METADATA.search(head):
                metadata: dict[str, Any] = json.JSONDecoder().raw_decode(head, found.end())[0]
                return metadata
    return None
