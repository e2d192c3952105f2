"""What a count, a subscription, a filter or a page is about: all sessions, those of a title, of a viewer, of a
value of a dimension."""

from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from live_viewers.dimensions.dimension import KEY_CHARACTERS
from live_viewers.dimensions.tokens import CLOSED, OPEN, UNKNOWN, closed_token

OPEN_BUCKETS = 1024
"""Open values of a dimension are counted in so many buckets, by the hash of their text."""
BUCKET = "~"
_ALL_KEY = "ALL"


class Scope(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """`kind` tells what `id` is: `title` a media id, `viewer` a viewer id, `dimension` and `pinned` see below;
    that of kind `all` has none."""

    kind: str
    id: str = ""

    @property
    def key(self) -> str:
        """Its text in keys of items; the prefix keeps a title named `ALL` apart from the whole."""
        return _ALL_KEY if self == ALL else f"{self.kind}#{self.id}"

    @classmethod
    def from_key(cls, key: str) -> "Scope":
        """The scope of a key."""
        if key == _ALL_KEY:
            return ALL
        kind, _, identifier = key.partition("#")
        return cls(kind, identifier)


ALL = Scope("all")


def title_scope(media_id: str) -> Scope:
    """The sessions of one title."""
    return Scope("title", media_id)


def title_or_all(media_id: str | None) -> Scope:
    """The sessions of one title, or with None all of them."""
    return ALL if media_id is None else title_scope(media_id)


def viewer_scope(viewer_id: str) -> Scope:
    """The sessions of one viewer."""
    return Scope("viewer", viewer_id)


def dimension_scope(token: str) -> Scope:
    """The sessions of one value of a dimension, by its token (dimensions.tokens): the id is a closed value's token
    (`aB3.0`), an open one's key and bucket (`aB3~517`). Of both the unknown is `aB3.-`."""
    key, sign, text = (
        token[:KEY_CHARACTERS],
        token[KEY_CHARACTERS : KEY_CHARACTERS + 1],
        token[KEY_CHARACTERS + 1 :],
    )
    if sign != OPEN:
        return Scope("dimension", token)
    return Scope("dimension", f"{key}{BUCKET}{bucket_of(text)}" if text else closed_token(key, UNKNOWN))


def pinned_scope(token: str, media_id: str) -> Scope | None:
    """The sessions of one closed value and one title, `aB3.0#<media id>`; None for a value that isn't closed."""
    is_closed = token[KEY_CHARACTERS : KEY_CHARACTERS + 1] == CLOSED
    return Scope("pinned", f"{token}#{media_id}") if is_closed else None


def bucket_of(text: str) -> int:
    """The bucket in which an open value counts, 0 to OPEN_BUCKETS - 1."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=2).digest()) % OPEN_BUCKETS


def audience_scopes(media_id: str | None) -> Iterator[Scope]:
    """The scopes in whose audience a session with this title counts."""
    yield ALL
    if media_id is not None:
        yield title_scope(media_id)
