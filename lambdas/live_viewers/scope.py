"""What a count, a subscription, a filter or a page is about: all sessions, those of a title, those of a viewer."""

from collections.abc import Iterator

import msgspec

_ALL_KEY = "ALL"


class Scope(msgspec.Struct, frozen=True, gc=False):
    """`kind` tells what `id` is: `title` a media id, `viewer` a viewer id; that of kind `all` has none."""

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


def audience_scopes(media_id: str | None) -> Iterator[Scope]:
    """The scopes in whose audience a session with this title counts."""
    yield ALL
    if media_id is not None:
        yield title_scope(media_id)
