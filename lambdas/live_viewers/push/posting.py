"""Pushing the changes of a stream batch to the pages that watch them: best effort, never in anyone's way.

A page gets the newest state of each session, once a batch. To one page go at most four messages a second; while it
waits for its turn, the shard's next changes gather in the stream and go out as one. A page that can't be reached
costs the others nothing: posts run together, each with a time limit, and one that keeps timing out is dropped.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from queue import Empty, SimpleQueue
from typing import Protocol

from live_viewers.dimensions.dimensions import NO_DIMENSIONS, Dimensions
from live_viewers.push.messages import erased_message, sessions_messages, state_of
from live_viewers.scope import Scope, audience_scopes, viewer_scope
from live_viewers.session.session_change import SessionChange, SessionImage

MESSAGE_INTERVAL_S = 0.25  # four messages a second
POST_TIMEOUT_S = 2.0
BUDGET_S = 5.0
# When no post has ended for so long, the others aren't waited for: the next batch goes on without their pages, and
# learns what became of them.
PATIENCE_S = 0.5
DROPPED_AFTER_TIMEOUTS = 3
MESSAGES_A_BATCH = 8  # per page; what a page that needs more misses, it reads again with its rows


class Outcome(Enum):
    """What became of a post."""

    SENT = "sent"
    GONE = "gone"  # the connection is closed
    TIMED_OUT = "timed_out"
    FAILED = "failed"


class Subscribers(Protocol):
    """Who has subscribed to what."""

    def of(self, scopes: Collection[Scope]) -> dict[Scope, set[str]]:
        """The connections subscribed to each of these scopes."""
        ...

    def drop(self, connection_id: str, scopes: Collection[Scope]) -> None:
        """Forget a connection and all its subscriptions; it was found in `scopes`."""
        ...


class Connections(Protocol):
    """The open sockets. Called from several threads."""

    def post(self, connection_id: str, message: bytes, timeout_s: float) -> Outcome: ...

    def close(self, connection_id: str) -> None: ...


@dataclass(slots=True)
class PushReport:
    """How a batch went: messages by outcome, connections that got any, connections forgotten, and changes left out
    because what a page watches can't be read or shown."""

    sent: int = 0
    failed: int = 0
    timed_out: int = 0
    unsent: int = 0
    connections: int = 0
    dropped: int = 0
    left_out: int = 0


@dataclass(slots=True)
class _Delivery:
    connection_id: str
    messages: Sequence[bytes]
    scopes: set[Scope] = field(default_factory=set)
    next: int = 0
    retried: bool = False


class Pusher:
    """Lives as long as the function instance: it remembers when each page got its last message and who stalls.

    `clock` gives seconds that never go back. Two thread pools: pages that timed out last time wait apart from
    the others, and no batch waits for them.
    """

    def __init__(
        self,
        subscribers: Subscribers,
        connections: Connections,
        clock: Callable[[], float],
        default_ping_interval_s: int,
        threads: int = 64,
        suspect_threads: int = 8,
        dimensions: Dimensions = NO_DIMENSIONS,
    ) -> None:
        self._subscribers = subscribers
        self._connections = connections
        self._clock = clock
        self._default_ping_interval_s = default_ping_interval_s
        self._dimensions = dimensions
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="push")
        self._suspects = ThreadPoolExecutor(suspect_threads, thread_name_prefix="push-suspect")
        self._free_at: dict[str, float] = {}
        self._timeouts: dict[str, int] = {}
        self._drops: list[Future[None]] = []
        self._in_flight: dict[str, _Delivery] = {}
        self._finished: SimpleQueue[tuple[_Delivery, Outcome]] = SimpleQueue()

    def push(self, changes: Iterable[SessionChange], now_ms: int) -> PushReport:
        """Send the changes of one batch. Returns within the budget and a little patience."""
        report = PushReport()
        self._run(self._deliveries(list(changes), now_ms, report), report)
        return report

    def _deliveries(self, changes: list[SessionChange], now_ms: int, report: PushReport) -> list[_Delivery]:
        """What goes to whom. A session is unpacked and shown only where a page watches it."""
        newest = list(_newest(change for change in changes if change.new is not None or change.was_erased))
        by_scope: dict[Scope, list[int]] = {}
        for number, change in enumerate(newest):
            for scope in scopes_of(change):
                by_scope.setdefault(scope, []).append(number)
        numbers: dict[str, set[int]] = {}
        scopes: dict[str, set[Scope]] = {}
        for scope, connection_ids in (self._subscribers.of(by_scope) if by_scope else {}).items():
            for connection_id in connection_ids:
                numbers.setdefault(connection_id, set()).update(by_scope[scope])
                scopes.setdefault(connection_id, set()).add(scope)
        states: dict[int, bytes] = {}
        for number in set().union(*numbers.values()):
            image = newest[number].new
            state = None if image is None else self._state(image, now_ms)
            if state is not None:
                states[number] = state
            elif image is not None:
                report.left_out += 1
        composed: dict[frozenset[int], list[bytes]] = {}
        deliveries = []
        for connection_id, wanted in numbers.items():
            key = frozenset(wanted)
            if key not in composed:
                erased = dict.fromkeys(newest[each].viewer_id for each in sorted(key) if newest[each].new is None)
                composed[key] = [erased_message(viewer_id) for viewer_id in erased]
                composed[key] += sessions_messages(states[each] for each in sorted(key) if each in states)
            if composed[key]:
                deliveries.append(_Delivery(connection_id, composed[key], scopes[connection_id]))
        return deliveries

    def _state(self, image: SessionImage, now_ms: int) -> bytes | None:
        """A session as messages show it; None where it can't be read, or no view can show it."""
        if image.session is None:
            return None
        try:
            return state_of(image.session, now_ms, self._default_ping_interval_s, self._dimensions)
        except (ArithmeticError, ValueError):
            return None

    def _run(self, deliveries: list[_Delivery], report: PushReport) -> None:
        begin = self._clock()
        deadline = begin + BUDGET_S
        self._forget_idle(begin)
        while not self._finished.empty():  # posts that an earlier batch didn't wait for
            self._settle(*self._finished.get(), report)
        report.connections = len(deliveries)
        due = []
        for number, delivery in enumerate(deliveries):
            if delivery.connection_id in self._in_flight:
                report.unsent += len(delivery.messages)
            else:
                due.append((max(begin, self._free_at.get(delivery.connection_id, begin)), number))
        heapq.heapify(due)
        numbers = {id(delivery): number for number, delivery in enumerate(deliveries)}
        patience = begin
        while True:
            now = self._clock()
            while due and due[0][0] <= now < deadline:
                self._submit(deliveries[heapq.heappop(due)[1]], now, deadline)
                patience = now + PATIENCE_S
            if due and now >= deadline:
                report.unsent += sum(len(deliveries[n].messages) - deliveries[n].next for _, n in due)
                due.clear()
            wait_until = min(patience, due[0][0]) if due else patience
            if not due and (now >= patience or self._in_flight.keys() <= self._timeouts.keys()):
                break
            with suppress(Empty):
                delivery, outcome = self._finished.get(timeout=max(0.001, wait_until - now))
                if outcome is Outcome.SENT:
                    patience = self._clock() + PATIENCE_S
                if self._settle(delivery, outcome, report) and id(delivery) in numbers:
                    heapq.heappush(due, (self._free_at[delivery.connection_id], numbers[id(delivery)]))
        wait(self._drops, max(0.0, deadline - self._clock()))
        self._drops = [drop for drop in self._drops if not drop.done()]

    def _submit(self, delivery: _Delivery, now: float, deadline: float) -> None:
        self._free_at[delivery.connection_id] = now + MESSAGE_INTERVAL_S
        self._in_flight[delivery.connection_id] = delivery
        pool = self._suspects if delivery.connection_id in self._timeouts else self._pool
        pool.submit(self._post, delivery, deadline)

    def _post(self, delivery: _Delivery, deadline: float) -> None:
        outcome = Outcome.FAILED
        try:
            left = deadline - self._clock()
            if left > 0:
                message = delivery.messages[delivery.next]
                outcome = self._connections.post(
                    delivery.connection_id, message, min(POST_TIMEOUT_S, max(left, 0.2))
                )
        finally:
            self._finished.put((delivery, outcome))

    def _settle(self, delivery: _Delivery, outcome: Outcome, report: PushReport) -> bool:
        """Note what became of a post. Whether the connection is to get another one."""
        connection_id = delivery.connection_id
        self._in_flight.pop(connection_id, None)
        if outcome is Outcome.SENT:
            report.sent += 1
            self._timeouts.pop(connection_id, None)
            delivery.next += 1
            delivery.retried = False
            return delivery.next < min(len(delivery.messages), MESSAGES_A_BATCH)
        if outcome is Outcome.GONE:
            self._drop(delivery, report)
            return False
        if outcome is Outcome.TIMED_OUT:
            # Not sent again: it may have arrived, and a second wait is what a stalled page would have us do.
            report.timed_out += 1
            self._timeouts[connection_id] = self._timeouts.get(connection_id, 0) + 1
            if self._timeouts[connection_id] >= DROPPED_AFTER_TIMEOUTS:
                self._drop(delivery, report, close=True)
            return False
        if not delivery.retried:
            delivery.retried = True
            return True
        report.failed += 1
        return False

    def _drop(self, delivery: _Delivery, report: PushReport, *, close: bool = False) -> None:
        self._timeouts.pop(delivery.connection_id, None)
        self._free_at.pop(delivery.connection_id, None)
        report.dropped += 1
        # Beside the posts: when an office's network goes, hundreds go at once.
        self._drops.append(self._pool.submit(self._forget, delivery, close))

    def _forget(self, delivery: _Delivery, close: bool) -> None:
        self._subscribers.drop(delivery.connection_id, delivery.scopes)
        if close:
            self._connections.close(delivery.connection_id)

    def _forget_idle(self, now: float) -> None:
        if len(self._free_at) > 10_000:
            self._free_at = {each: free for each, free in self._free_at.items() if free > now}


def _newest(changes: Iterable[SessionChange]) -> Collection[SessionChange]:
    """The newest change of each session, in the order of the sessions' first."""
    return {(change.viewer_id, change.session_id): change for change in changes}.values()


def scopes_of(change: SessionChange) -> set[Scope]:
    """The scopes that a change concerns: all sessions, its viewer, and its title, the former one too."""
    scopes = {viewer_scope(change.viewer_id), *audience_scopes(None)}
    for image in (change.old, change.new):
        if image is not None:
            scopes.update(audience_scopes(image.media_id))
    return scopes
