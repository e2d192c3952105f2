"""The calls of the hot path on a store that answers each at once: one after the other."""

from collections.abc import Callable, Iterable, Sequence

from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.writing.calls import (
    Action,
    Answer,
    Answers,
    Cancelled,
    Group,
    Invalid,
    Passing,
    Statement,
)


class OneByOne:
    """See writing.calls.Calls. Whoever has this has `read`, `execute`, `put` and `transact` for a single call."""

    def read(self, keys: Sequence[Item]) -> list[Item]:
        raise NotImplementedError

    def execute(self, statements: Sequence[Statement]) -> list[str | None]:
        raise NotImplementedError

    def put(self, items: Sequence[Item]) -> list[Item]:
        raise NotImplementedError

    def transact(self, actions: Sequence[Action]) -> None:
        raise NotImplementedError

    def transact_each(
        self, groups: Iterable[Group], actions_of: Callable[[Group], Sequence[Action]]
    ) -> Answers[Group, Sequence[str | None] | None]:
        return _each(groups, lambda group: self._reasons(actions_of(group)))

    def _reasons(self, actions: Sequence[Action]) -> Sequence[str | None] | None:
        try:
            self.transact(actions)
        except Cancelled as cancelled:
            return cancelled.reasons
        return None

    def read_each(
        self, groups: Iterable[Group], keys_of: Callable[[Group], Sequence[Item]]
    ) -> Answers[Group, list[Item]]:
        return _each(groups, lambda group: self.read(keys_of(group)))

    def execute_each(
        self, groups: Iterable[Group], statements_of: Callable[[Group], Sequence[Statement]]
    ) -> Answers[Group, list[str | None]]:
        return _each(groups, lambda group: self.execute(statements_of(group)))

    def put_each(
        self, groups: Iterable[Group], items_of: Callable[[Group], Sequence[Item]]
    ) -> Answers[Group, list[Item]]:
        return _each(groups, lambda group: self.put(items_of(group)))


def _each(groups: Iterable[Group], call: Callable[[Group], Answer]) -> Answers[Group, Answer]:
    for group in groups:
        try:
            yield group, call(group)
        except (Passing, Invalid) as failure:
            yield group, failure
