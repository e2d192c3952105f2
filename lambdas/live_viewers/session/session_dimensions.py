"""What a session keeps of its dimensions: of each the newest value, by the order key of its event."""

from collections.abc import Iterable

from live_viewers.dimensions.tokens import is_unknown, joined, key_of
from live_viewers.events.order_key import NEVER, OrderPrefix

Values = dict[str, tuple[OrderPrefix, str]]  # by the dimension's key: order key, token


class SessionDimensions:
    """A join: of each dimension the value with the greatest order key, of two with the same key the greater text.
    A token for unknown is older than every value.

    Nearly all events of a session say the same, and the decoders hand out the same tuple for it. So the latest
    tuple is kept as it came, with its greatest order key, and taken apart only when another one comes.
    """

    __slots__ = ("_latest", "_latest_key", "_values")

    def __init__(self) -> None:
        self._values: Values = {}
        self._latest: tuple[str, ...] = ()
        self._latest_key = NEVER

    def add(self, key: OrderPrefix, tokens: tuple[str, ...]) -> None:
        """Join the tokens of one event."""
        if tokens is self._latest:
            if key > self._latest_key:
                self._latest_key = key
            return
        self._settle()
        self._latest, self._latest_key = tokens, key

    def merge(self, other: "SessionDimensions") -> None:
        """Join those of another part of the same session."""
        self._join(other.values().items())

    def values(self) -> Values:
        """By the dimension's key, in the order of the keys."""
        self._settle()
        return self._values

    @property
    def tokens(self) -> tuple[str, ...]:
        """The token of each dimension, in the order of the keys, whatever order they came in."""
        if not self._values:
            return tuple(sorted(self._latest))
        return tuple(token for _, token in self.values().values())

    @property
    def text(self) -> str:
        """The tokens as the session's item has them; empty for none."""
        return joined(self.tokens)

    def keep(self, tokens: tuple[str, ...]) -> None:
        """Leave out the dimensions that none of these tokens is of: they are not the stage's any more."""
        if tokens is self._latest and not self._values:
            return
        keys = set(map(key_of, tokens))
        if not keys.issuperset(self.values()):
            self._values = {key: value for key, value in self._values.items() if key in keys}

    def set_all(self, key: OrderPrefix, tokens: tuple[str, ...]) -> None:
        """Put back what was read: one order key for all."""
        self._values, self._latest, self._latest_key = {}, tokens, key

    def set_each(self, keyed: Iterable[tuple[OrderPrefix, str]]) -> None:
        """Put back what was read: an order key for each token."""
        self._values, self._latest, self._latest_key = {}, (), NEVER
        self._join((key_of(token), (key, token)) for key, token in keyed)

    def content(self) -> tuple[object, ...]:
        """Comparable."""
        return tuple(self.values().items())

    def _settle(self) -> None:
        if self._latest:
            tokens, key = self._latest, self._latest_key
            self._latest, self._latest_key = (), NEVER
            self._join((key_of(token), (NEVER if is_unknown(token) else key, token)) for token in tokens)

    def _join(self, others: Iterable[tuple[str, tuple[OrderPrefix, str]]]) -> None:
        self._settle()
        values = self._values
        grown = False
        for name, value in others:
            mine = values.get(name)
            if mine is None or value > mine:
                values[name] = value
                grown |= mine is None
        if grown:
            self._values = dict(sorted(values.items()))
