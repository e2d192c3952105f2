"""What a session keeps of its dimensions: of each the newest value, by the order key of its event."""

from collections.abc import Iterable

from live_viewers.dimensions.tokens import is_unknown, joined, key_of
from live_viewers.events.order_key import NEVER, OrderPrefix
from live_viewers.events.short_text_cache import Memo

Tokens = tuple[str, ...]
Values = dict[str, tuple[OrderPrefix, str]]  # by the dimension's key: order key, token

_NONE: Values = {}  # one for all, and never changed
_LONGEST = 512  # characters of a session's tokens


class SessionDimensions:
    """A join: of each dimension the value with the greatest order key, of two with the same key the greater text.
    A token for unknown is older than every value.

    Nearly all events of a session say the same, and the decoders hand out the same tuple for it. So the latest
    tuple is kept as it came, with its greatest order key, and taken apart only when another one comes.
    """

    __slots__ = ("_values", "latest", "latest_key")

    def __init__(self) -> None:
        self._values = _NONE  # of the tuples before the latest
        self.latest: Tokens = ()
        self.latest_key = NEVER

    def add(self, key: OrderPrefix, tokens: Tokens) -> None:
        """Join the tokens of one event."""
        if tokens is not self.latest:
            if _IN_ORDER[tokens] != _IN_ORDER[self.latest]:
                self._settle()
                self.latest_key = NEVER
            self.latest = tokens
        if key > self.latest_key:
            self.latest_key = key

    def merge(self, other: "SessionDimensions") -> None:
        """Join those of another part of the same session."""
        self._join(other.values().items())

    def values(self) -> Values:
        """By the dimension's key, in the order of the keys."""
        if not self._values:
            return dict(_taken_apart(_IN_ORDER[self.latest], self.latest_key))
        self._settle()
        return self._values

    @property
    def tokens(self) -> Tokens:
        """The token of each dimension, in the order of the keys, whatever order they came in."""
        if not self._values:
            return _IN_ORDER[self.latest]
        return tuple(token for _, token in self.values().values())

    @property
    def text(self) -> str:
        """The tokens as the session's item has them; empty for none."""
        return joined(self.tokens) if self._values else _TEXTS[self.latest]

    def order_keys(self) -> list[tuple[OrderPrefix, int]]:
        """The order keys of what is known, smallest first, each with the places that its values have in `tokens`
        (bit n: the n-th)."""
        if not self._values:
            known = _KNOWN_PLACES[self.latest]
            return [(self.latest_key, known)] if known else []
        places: dict[OrderPrefix, int] = {}
        for place, (key, _) in enumerate(self.values().values()):
            if key != NEVER:
                places[key] = places.get(key, 0) | 1 << place
        return sorted(places.items())

    def keep(self, tokens: Tokens) -> None:
        """Leave out the dimensions that none of these tokens is of: they are not the stage's any more."""
        if not self._values and (tokens is self.latest or _IN_ORDER[tokens] == _IN_ORDER[self.latest]):
            return
        keys = set(map(key_of, tokens))
        if not keys.issuperset(self.values()):
            self._values = {key: value for key, value in self.values().items() if key in keys}
            self.latest, self.latest_key = (), NEVER

    def set_all(self, key: OrderPrefix, tokens: Tokens) -> None:
        """Put back what was read: one order key for all."""
        self._values, self.latest, self.latest_key = _NONE, tokens, key

    def set_each(self, keyed: Iterable[tuple[OrderPrefix, str]]) -> None:
        """Put back what was read: an order key for each token."""
        self._values, self.latest, self.latest_key = _NONE, (), NEVER
        self._join((key_of(token), (key, token)) for key, token in keyed)

    def content(self) -> tuple[object, ...]:
        """Comparable."""
        return tuple(self.values().items())

    def _settle(self) -> None:
        if self.latest:
            tokens, key = self.latest, self.latest_key
            self.latest, self.latest_key = (), NEVER
            self._join(_taken_apart(tokens, key))

    def _join(self, others: Iterable[tuple[str, tuple[OrderPrefix, str]]]) -> None:
        self._settle()
        values = self._values = dict(self._values)
        grown = False
        for name, value in others:
            mine = values.get(name)
            if mine is None or value > mine:
                values[name] = value
                grown |= mine is None
        if grown:
            self._values = dict(sorted(values.items()))


def _taken_apart(tokens: Tokens, key: OrderPrefix) -> list[tuple[str, tuple[OrderPrefix, str]]]:
    return [(key_of(token), (NEVER if is_unknown(token) else key, token)) for token in tokens]


def _places(tokens: Tokens) -> int:
    """Bit n: the n-th token is of a value."""
    return sum(1 << place for place, token in enumerate(tokens) if not is_unknown(token))


# Viewers who are alike have the same tokens. By those of an event, in whatever order they are: what they come to.
_IN_ORDER: Memo[Tokens, Tokens] = Memo(lambda tokens: tuple(sorted(tokens)), longest=_LONGEST)
_TEXTS: Memo[Tokens, str] = Memo(lambda tokens: joined(_IN_ORDER[tokens]), longest=_LONGEST)
_KNOWN_PLACES: Memo[Tokens, int] = Memo(lambda tokens: _places(_IN_ORDER[tokens]), longest=_LONGEST)
