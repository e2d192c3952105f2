"""Whom the audience's figures are of, as people name them: all, a title, a value of a dimension, both of them."""

from collections.abc import Collection, Iterator, Sequence

import msgspec

from live_viewers.defaults import BY_STATUS, BY_TITLE
from live_viewers.dimensions.dimension import KEY_CHARACTERS, Dimension
from live_viewers.dimensions.dimensions import OTHER_NAME, Dimensions, UnknownDimension, value_name
from live_viewers.dimensions.tokens import OTHER, UNKNOWN, closed_token, code_of
from live_viewers.scope import BUCKET, Scope, dimension_scope, pinned_scope, title_or_all, title_scope


class NotCounted(ValueError):
    """A figure that isn't kept, though what it is asked of is there; the message tells what to do."""


class Subject(msgspec.Struct, frozen=True):
    """`value` is what a question names it by, `label` what people call it where that differs. `is_rest`: the
    values that aren't listed; `is_unknown`: no value is known."""

    scope: Scope
    by: str | None = None
    value: str | None = None
    label: str | None = None
    media_id: str | None = None
    is_rest: bool = False
    is_unknown: bool = False


class Subjects:
    """Of one stage: its dimensions, and the titles that are counted by their values as well."""

    def __init__(self, dimensions: Dimensions, pinned_titles: Collection[str] = ()) -> None:
        self._dimensions = dimensions
        self.pinned_titles = tuple(pinned_titles)

    @property
    def dimensions(self) -> Sequence[Dimension]:
        """In the order of the configuration."""
        return self._dimensions.definitions

    def dimension(self, name: str) -> Dimension:
        """Raises UnknownDimension."""
        for each in self._dimensions.definitions:
            if each.name == name:
                return each
        known = ", ".join((*self._dimensions.names, BY_TITLE, BY_STATUS))
        raise UnknownDimension(f"{name[:64]!r} is none of: {known}")

    def of_question(self, by: str | None, value: str | None, media_id: str | None) -> Subject:
        """The subject of a value (with `by` and `value`) among all or among a title's. Raises UnknownDimension and
        NotCounted."""
        if by is None or value is None:
            return Subject(title_or_all(media_id), media_id=media_id)
        if by == BY_TITLE:
            return Subject(title_scope(value), by, value, media_id=value)
        dimension = self.dimension(by)
        token = self._dimensions.token_of_value(by, value)
        if media_id is None:
            return Subject(dimension_scope(token), by, value)
        self.check_pinned(dimension, media_id)
        scope = pinned_scope(token, media_id)
        return Subject(scope or dimension_scope(token), by, value, media_id=media_id)

    def of_title(self, media_id: str, names: Sequence[str] = ()) -> Subject:
        """A title as a value."""
        return Subject(title_scope(media_id), BY_TITLE, media_id, next(iter(names), None), media_id)

    def of_scope(self, dimension: Dimension, scope: Scope, names: Sequence[str] = ()) -> Subject:
        """The value that a scope of a dimension stands for; `names` are those of an open dimension's bucket."""
        value, _, pinned = scope.id.partition("#") if scope.kind == "pinned" else (scope.id, "", None)
        code = value[KEY_CHARACTERS + 1 :]
        if scope.id[KEY_CHARACTERS : KEY_CHARACTERS + 1] == BUCKET:
            known = sorted(names) or [f"{BUCKET}{code}"]
            label = ", ".join(known) if len(known) > 1 else None
            return Subject(scope, dimension.name, known[0], label)
        # A code without a value can't be: its dimension would have another key.
        return Subject(
            scope,
            dimension.name,
            value_name(dimension, code) or OTHER_NAME,
            media_id=pinned,
            is_rest=code == OTHER,
            is_unknown=code == UNKNOWN,
        )

    def closed(self, dimension: Dimension) -> Iterator[Subject]:
        """Every value of a closed dimension, the others and the unknown among them."""
        for code in (*(code_of(place) for place in range(len(dimension.values or ()))), OTHER, UNKNOWN):
            yield self.of_scope(dimension, dimension_scope(closed_token(dimension.key, code)))

    def check_pinned(self, dimension: Dimension, media_id: str) -> None:
        """Raises NotCounted unless the title is counted by the dimension's values."""
        if media_id not in self.pinned_titles:
            raise NotCounted(
                "Values are counted by title only for pinned titles: add the media id to audience.pinned_titles "
                "of the stage's configuration (docs/configuration.md) and deploy. It counts from then on."
            )
        if dimension.is_open:
            raise NotCounted(
                f"{dimension.name} takes any value: by title only dimensions with a list of values are counted."
            )
