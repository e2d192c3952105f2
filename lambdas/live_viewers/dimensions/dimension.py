"""The definition of a dimension, as the configuration has it under `viewers.dimensions`."""

import base64
from hashlib import blake2b

import msgspec

MOST_DIMENSIONS = 8
KEY_CHARACTERS = 3
_DIGEST_BYTES = 3


class Dimension(msgspec.Struct, frozen=True, omit_defaults=True, rename={"paths": "from"}):
    """`paths` are read in their order, the first that has a text counts (paths.py). `values`: those that are told
    apart, in an order that is never changed lightly, since it is part of the key; None (`"open"`): any text. `map`
    brings the words of several sources together, before anything is compared."""

    name: str
    paths: tuple[str, ...]
    values: tuple[str, ...] | None = None
    map: dict[str, str] = {}

    @property
    def is_open(self) -> bool:
        """Whether any text is a value."""
        return self.values is None

    @property
    def key(self) -> str:
        """Three characters for name and definition: what is defined anew has another key, so that counts of the
        two are never mixed."""
        digest = blake2b(msgspec.json.encode(self, order="deterministic"), digest_size=_DIGEST_BYTES).digest()
        return base64.urlsafe_b64encode(digest).decode()[:KEY_CHARACTERS]
