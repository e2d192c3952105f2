"""Adds what a batch tells of ads to the sets that keep it, without reading them.

Adding to a set is commutative and idempotent, so it needs no version: whatever comes in whatever order, and
however often, the same is told there. Only an item that is full refuses: it keeps what it has, and says so.
"""

import logging
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from functools import partial
from typing import Any, NamedTuple

from live_viewers.ads.ad_tokens import AdPlace, AdTokens, Known, known_of, tokens_of
from live_viewers.dynamodb.ad_items import MOST_TOKENS, ad_item, ad_key, erased_ms_of
from live_viewers.dynamodb.items import Item, Place, expiry_s, place_of
from live_viewers.dynamodb.passing import is_final, passes
from live_viewers.dynamodb.statements import insert_statement
from live_viewers.dynamodb.transport import KEYS_A_READ, STATEMENTS_A_CALL
from live_viewers.dynamodb.writing.calls import Calls, Invalid, Passing, Statement, narrowed
from live_viewers.dynamodb.writing.known_items import KnownItems
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import SessionPart, StoreUnavailable

_LOG = logging.getLogger(__name__)

_LOST = "ConditionalCheckFailed"
_DUPLICATE = "DuplicateItem"
_TELL_THE_BEGINNING = frozenset(("start", "break"))


class _Step(Enum):
    """What is to be done next with an item."""

    INSERT = auto()
    ADD = auto()
    READ = auto()
    REPLACE = auto()  # it is of before an erasure
    SAY_MORE = auto()


class Remembered(NamedTuple):
    """An item as this instance left it; `is_full`: it takes nothing more."""

    erased_ms: int | None
    known: dict[str, Known]
    is_full: bool = False


class KnownAds(KnownItems[Place, Remembered]):
    """An optimisation that saves writes: what is known already is not added again. `trust`: that what isn't known
    isn't in the store either."""


class SessionAds(NamedTuple):
    """A session's events of a batch, when it was last seen, and the erasure that it was begun after."""

    part: SessionPart
    events: Sequence[MediaEvent]
    last_seen_ms: int
    erased_ms: int | None


class _AdWrite:
    """One item's tokens on their way. `known` is what the store is known to have, `erased_there_ms` the erasure
    that the item there is of after. `is_unknown`: until the store tells, nothing is known of it."""

    __slots__ = (
        "break_id",
        "erased_ms",
        "erased_there_ms",
        "is_unknown",
        "key",
        "known",
        "part",
        "step",
        "texts",
        "tokens",
        "ttl_s",
    )

    def __init__(self, session: SessionAds, place: AdPlace, tokens: AdTokens, ttl_s: int) -> None:
        self.part = session.part
        self.key = ad_key(session.part.viewer_id, session.part.session_id, place)
        self.break_id = place.break_id
        self.tokens = tokens
        self.erased_ms = self.erased_there_ms = session.erased_ms
        self.ttl_s = ttl_s
        self.is_unknown = True
        self.known: dict[str, Known] = {}
        self.texts: list[str] = []
        # An item whose beginning isn't told was most likely begun by another instance.
        begins = any(flag in _TELL_THE_BEGINNING for _, flag in tokens.hours)
        self.step = _Step.INSERT if begins else _Step.ADD

    @property
    def at(self) -> Place:
        return place_of(self.key)

    def knows(self, known: dict[str, Known]) -> bool:
        """Leave out what is known; whether anything is left to add. A statement takes no more than an item may
        hold, ad by ad."""
        self.known, self.texts = known, sorted(self.tokens.texts(known))[:MOST_TOKENS]
        return bool(self.texts)

    def statement(self, table: str) -> Statement:
        """What the step does. Names are ours and the table's; every value is a parameter."""
        place = [self.key["viewer_id"], self.key["sk"]]
        ttl = {"N": str(self.ttl_s)}
        if self.step is _Step.INSERT:
            item = ad_item(self.key, self.break_id, self.texts, self.ttl_s, self.erased_ms)
            return insert_statement(table, item)
        there = [] if self.erased_there_ms is None else [{"N": str(self.erased_there_ms)}]
        condition = "e = ?" if there else "e IS MISSING"
        given: list[Any] = [{"SS": self.texts}, ttl]
        if self.step is _Step.REPLACE:
            changes = 'SET "x"=? SET "ttl"=? SET "e"=? REMOVE more'
            given.append({"N": str(self.erased_ms)})
        elif self.step is _Step.SAY_MORE:
            changes, given = 'SET "more"=?', [{"BOOL": True}]
        else:
            changes = 'SET "x"=set_add("x", ?) SET "ttl"=?'
            condition = f'size("x") < {MOST_TOKENS} AND {condition}'
        return {
            "Statement": f'UPDATE "{table}" {changes} WHERE viewer_id=? AND sk=? AND {condition}',
            "Parameters": [*given, *place, *there],
        }

    def found(self, item: Item | None) -> bool:
        """Choose the step by what the store has; whether one is left."""
        self.erased_there_ms = self.erased_ms
        if item is None:
            self.step = _Step.INSERT
            return self.knows({})
        there, here = erased_ms_of(item) or 0, self.erased_ms or 0
        if there > here:
            return False  # these events are of before an erasure that their session didn't know of
        if there < here:
            self.step, self.erased_there_ms = _Step.REPLACE, erased_ms_of(item)
            return self.knows({})
        if not self.knows(known_of(item["x"]["SS"])):
            return False
        if len(item["x"]["SS"]) < MOST_TOKENS:
            self.step = _Step.ADD
            return True
        self.step = _Step.SAY_MORE
        return "more" not in item

    def done(self) -> Remembered:
        """The store has it; what is to be remembered."""
        if self.step is _Step.SAY_MORE:
            return Remembered(self.erased_ms, self.known, is_full=True)
        known = dict(self.known)
        for subject, told in known_of(self.texts).items():
            known[subject] = told if subject not in known else known[subject].joined(told)
        return Remembered(self.erased_ms, known)


class AdWriter:
    """Of one batch."""

    def __init__(self, calls: Calls, table: str, retention_days: int, known: KnownAds, patience: Patience) -> None:
        self._calls = calls
        self._table = table
        self._retention_days = retention_days
        self._known = known
        self._patience = patience
        self._throttled = False
        self._not_begun: set[SessionPart] = set()
        self._undone: dict[int, _AdWrite] = {}  # by identity

    @property
    def unfinished(self) -> set[SessionPart]:
        """Of which something is left to add."""
        return self._not_begun | {write.part for write in self._undone.values()}

    def write(self, sessions: Sequence[SessionAds]) -> None:
        """Add what events tell. Raises StoreUnavailable when some could not be added: what was, stays."""
        self._not_begun = {session.part for session in sessions}
        self._undone = {id(write): write for session in sessions for write in self._writes(session)}
        self._not_begun.clear()
        for _ in self._patience.rounds(lambda: self._throttled):
            self._round()
            if not self._undone:
                return
        raise StoreUnavailable(f"{len(self._undone)} items of ad views could not be written")

    def _writes(self, session: SessionAds) -> list[_AdWrite]:
        writes = []
        for place, tokens in tokens_of(session.events).items():
            ttl_s = expiry_s(session.last_seen_ms, self._retention_days)
            write = _AdWrite(session, place, tokens, ttl_s)
            remembered = self._known.take(write.at)
            if remembered is not None and remembered.erased_ms == session.erased_ms:
                if remembered.is_full or not write.knows(remembered.known):
                    self._known.keep(write.at, remembered)
                    continue
                write.step, write.is_unknown = _Step.ADD, False
            else:
                write.knows({})
                if not self._known.trust.holds:
                    write.step = _Step.READ
            writes.append(write)
        return writes

    def _round(self) -> None:
        """One try of each that is left: statements, then reads of the items that refused."""
        self._throttled = False
        self._execute([write for write in self._undone.values() if write.step is not _Step.READ])
        self._read([write for write in self._undone.values() if write.step is _Step.READ])

    def _execute(self, writes: Iterable[_AdWrite]) -> None:
        def statements_of(group: list[_AdWrite]) -> list[Statement]:
            return [write.statement(self._table) for write in group]

        execute_each = partial(self._calls.execute_each, statements_of=statements_of)
        for group, codes in narrowed(execute_each, self._patience.groups(writes, STATEMENTS_A_CALL)):
            if isinstance(codes, Passing):
                self._throttled = True
            elif isinstance(codes, Invalid):
                # What no table takes, such as a key too long: session and rows are refused for it too.
                _LOG.warning("an item of ad views can't be stored")
                del self._undone[id(group[0])]
            else:
                for write, code in zip(group, codes, strict=True):
                    if not self._is_left(write, code):
                        del self._undone[id(write)]

    def _is_left(self, write: _AdWrite, code: str | None) -> bool:
        """Whether something is left to do after this answer."""
        if code is None:
            if write.step is _Step.INSERT:
                self._judge(write, True)
            remembered = write.done()
            self._known.keep(write.at, remembered)
            if remembered.is_full or len(write.texts) < MOST_TOKENS:
                return False
            write.step, write.erased_there_ms = _Step.ADD, write.erased_ms
            return write.knows(remembered.known)
        if code == _DUPLICATE:
            self._judge(write, False)
            write.step = _Step.ADD
        elif code == _LOST:
            write.step = _Step.READ
        elif passes(code):
            self._throttled = True
        elif is_final(code):
            _LOG.warning("an item of ad views can't be stored", extra={"code": code})
            return False
        else:
            raise StoreUnavailable(f"the write of ad views was answered with {code}")
        return True

    def _read(self, writes: Iterable[_AdWrite]) -> None:
        """Choose what is to be done with items that refused."""

        def keys_of(group: list[_AdWrite]) -> list[Item]:
            return [write.key for write in group]

        read_each = partial(self._calls.read_each, keys_of=keys_of)
        for group, items in narrowed(read_each, self._patience.groups(writes, KEYS_A_READ)):
            if isinstance(items, Passing | Invalid):
                self._throttled = True
                continue
            found = {place_of(item): item for item in items}
            for write in group:
                self._judge(write, write.at not in found)
                if not self._goes_on(write, found.get(write.at)):
                    del self._undone[id(write)]

    def _goes_on(self, write: _AdWrite, item: Item | None) -> bool:
        """Choose what to do by what the store has; whether something is left to do."""
        if write.found(item):
            return True
        if item is not None and write.erased_ms == erased_ms_of(item):
            self._known.keep(write.at, Remembered(write.erased_ms, known_of(item["x"]["SS"]), "more" in item))
        return False

    def _judge(self, write: _AdWrite, was_right: bool) -> None:
        """Whether an item of which nothing was known was new."""
        if write.is_unknown:
            write.is_unknown = False
            self._known.trust.judge(was_right)
