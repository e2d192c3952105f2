"""What pages are sent for a batch of changes, and that no page is in another's way."""

import json
import threading
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any

import pytest

from live_viewers.push.messages import MESSAGE_BYTES, sessions_messages, snapshot_messages
from live_viewers.push.posting import DROPPED_AFTER_TIMEOUTS, MESSAGE_INTERVAL_S, Outcome, Pusher
from live_viewers.scope import ALL, Scope
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.session.status import Status
from live_viewers.stored_format import NewerFormat
from tests.stories import change_of
from tests.viewing import START_MS, pause, play

NOW_MS = START_MS + 60_000
STALLED_FOR_EVER_S = 60
VIEWER_1, VIEWER_2 = Scope("viewer", "viewer-1"), Scope("viewer", "viewer-2")
BUNNY = Scope("title", "Big Buck Bunny")


class FakeSubscribers:
    def __init__(self, **subscriptions: list[Scope]) -> None:
        self.subscriptions = subscriptions
        self.asked: list[set[Scope]] = []
        self.dropped: list[str] = []

    def of(self, scopes: Collection[Scope]) -> dict[Scope, set[str]]:
        self.asked.append(set(scopes))
        found: dict[Scope, set[str]] = {}
        for connection_id, subscribed in self.subscriptions.items():
            for scope in set(subscribed) & set(scopes):
                found.setdefault(scope, set()).add(connection_id)
        return found

    def drop(self, connection_id: str, scopes: Collection[Scope] = ()) -> None:
        self.dropped.append(connection_id)
        self.subscriptions.pop(connection_id, None)


class FakeConnections:
    """`behave[connection]` decides what becomes of its posts; without, they are sent."""

    def __init__(self, **behave: Callable[[float], Outcome]) -> None:
        self.behave = behave
        self.posts: list[tuple[float, str, dict[str, Any]]] = []
        self.closed: list[str] = []
        self._lock = threading.Lock()

    def post(self, connection_id: str, message: bytes, timeout_s: float) -> Outcome:
        if connection_id in self.behave:
            outcome = self.behave[connection_id](timeout_s)
            if outcome is not Outcome.SENT:
                return outcome
        with self._lock:
            self.posts.append((time.monotonic(), connection_id, json.loads(message)))
        return Outcome.SENT

    def close(self, connection_id: str) -> None:
        self.closed.append(connection_id)

    def to(self, connection_id: str) -> list[dict[str, Any]]:
        return [message for _, to, message in self.posts if to == connection_id]


def pusher(subscribers: FakeSubscribers, connections: FakeConnections, **threads: int) -> Pusher:
    return Pusher(subscribers, connections, time.monotonic, 30, **threads)


class Stalling:
    """Pages that take nothing until they are let go. `given_up`: somebody waited for them as long as that."""

    def __init__(self) -> None:
        self.posts = 0
        self.given_up = False
        self.let_go = threading.Event()

    def __call__(self, timeout_s: float) -> Outcome:
        self.posts += 1
        if not self.let_go.wait(STALLED_FOR_EVER_S):
            self.given_up = True
        return Outcome.TIMED_OUT


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Where nobody stalls, a machine may: what a batch came to is waited for."""
    if "stalling" not in request.fixturenames:
        monkeypatch.setattr("live_viewers.push.posting.PATIENCE_S", 60.0)


@pytest.fixture
def stalling() -> Iterator[Stalling]:
    pages = Stalling()
    yield pages
    pages.let_go.set()


def change(session: MediaSession, old: MediaSession | None = None, sequence: int = 1) -> SessionChange:
    return change_of(sequence, session.viewer_id, session.session_id, old, session)


def at_version(version: int, session: MediaSession) -> MediaSession:
    session.version = version
    return session


def of(viewer_id: str, label: str = "Big Buck Bunny") -> MediaSession:
    return fold([play(at=0, viewer_id=viewer_id, label=label)])


def test_each_page_gets_what_it_subscribed_to_and_nothing_else() -> None:
    subscribers = FakeSubscribers(
        everything=[ALL],
        one=[VIEWER_1],
        title=[BUNNY],
        both=[VIEWER_2, ALL],
        other=[Scope("title", "Sintel")],
    )
    connections = FakeConnections()
    pusher(subscribers, connections).push([change(of("viewer-1")), change(of("viewer-2", "Cosmos"))], NOW_MS)

    def viewers(connection_id: str) -> list[str]:
        return [
            session["viewer_id"] for message in connections.to(connection_id) for session in message["sessions"]
        ]

    assert viewers("everything") == ["viewer-1", "viewer-2"]
    assert viewers("one") == ["viewer-1"]
    assert viewers("title") == ["viewer-1"]
    assert viewers("both") == ["viewer-1", "viewer-2"]
    assert viewers("other") == []


def test_a_batch_is_one_message_with_the_newest_state_of_each_session() -> None:
    connections = FakeConnections()
    states = [at_version(5, fold([play(at=0)])), at_version(6, fold([play(at=0), pause(at=5)]))]
    batch = [change(states[0], sequence=1), change(states[1], states[0], sequence=2)]
    pusher(FakeSubscribers(page=[VIEWER_1, ALL]), connections).push(batch, NOW_MS)
    (message,) = connections.to("page")
    assert message["type"] == "sessions"
    ((session),) = message["sessions"]
    assert (session["version"], session["status"]) == (6, "PAUSED_VIDEO")


def test_the_title_that_a_session_left_is_reported_too() -> None:
    connections = FakeConnections()
    old, new = of("viewer-1", "Sintel"), of("viewer-1")
    pusher(FakeSubscribers(page=[Scope("title", "Sintel")]), connections).push([change(new, old)], NOW_MS)
    assert connections.to("page")[0]["sessions"][0]["media_id"] == "Big Buck Bunny"


def test_an_erasure_is_reported_once_and_an_expiry_not_at_all() -> None:
    connections = FakeConnections()
    one, two = of("viewer-1"), fold([play(at=0, session_id="session-2")])
    batch = [
        change_of(1, "viewer-1", "session-1", one, None),
        change_of(2, "viewer-1", "session-2", two, None),
        change_of(3, "viewer-2", "session-1", of("viewer-2"), None, expired=True),
    ]
    pusher(FakeSubscribers(page=[ALL]), connections).push(batch, NOW_MS)
    assert connections.to("page") == [{"type": "erased", "viewer_id": "viewer-1"}]


def test_at_most_four_messages_a_second_reach_a_page() -> None:
    connections = FakeConnections()
    one = pusher(FakeSubscribers(page=[ALL], idle=[VIEWER_2]), connections)
    begin = time.monotonic()
    for version in range(1, 5):
        one.push([change(at_version(version, of("viewer-1")))], NOW_MS)
    assert len(connections.to("page")) == 4
    assert time.monotonic() - begin >= 3 * MESSAGE_INTERVAL_S


def test_more_than_a_message_holds_goes_out_in_several() -> None:
    connections = FakeConnections()
    batch = [change(of(f"viewer-{number}"), sequence=number) for number in range(300)]
    pusher(FakeSubscribers(page=[ALL]), connections).push(batch, NOW_MS)
    messages = connections.to("page")
    assert len(messages) > 1
    assert len({session["viewer_id"] for message in messages for session in message["sessions"]}) == 300


def test_no_message_is_longer_than_api_gateway_takes() -> None:
    states = [b'{"x":"' + b"y" * 1_500 + b'"}' for _ in range(500)]
    for messages in (sessions_messages(states), snapshot_messages(VIEWER_1, states)):
        assert max(map(len, messages)) <= MESSAGE_BYTES
        assert min(map(len, messages[:-1])) > MESSAGE_BYTES * 0.95
        assert sum(len(json.loads(message)["sessions"]) for message in messages) == 500
    more = [json.loads(message)["more"] for message in snapshot_messages(VIEWER_1, states)]
    assert more == [True] * (len(more) - 1) + [False]


def test_an_empty_snapshot_is_a_snapshot() -> None:
    (message,) = snapshot_messages(VIEWER_1, [])
    assert json.loads(message) == {
        "type": "snapshot",
        "scope": {"scope": "viewer", "viewer_id": "viewer-1"},
        "sessions": [],
        "more": False,
    }


def test_a_closed_connection_is_forgotten() -> None:
    subscribers = FakeSubscribers(gone=[ALL], here=[ALL])
    connections = FakeConnections(gone=lambda _: Outcome.GONE)
    report = pusher(subscribers, connections).push([change(of("viewer-1"))], NOW_MS)
    assert subscribers.dropped == ["gone"]
    assert (report.sent, report.dropped) == (1, 1)


def test_a_failed_post_is_tried_once_more() -> None:
    outcomes = [Outcome.FAILED, Outcome.SENT]
    connections = FakeConnections(page=lambda _: outcomes.pop(0), bad=lambda _: Outcome.FAILED)
    report = pusher(FakeSubscribers(page=[ALL], bad=[ALL]), connections).push([change(of("viewer-1"))], NOW_MS)
    assert (report.sent, report.failed, report.dropped) == (1, 1, 0)


def test_pages_that_stall_are_dropped_and_slow_nobody(stalling: Stalling, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is done, and the next one sent, while they stand still; that a budget ends it is another matter."""
    monkeypatch.setattr("live_viewers.push.posting.BUDGET_S", 10.0 * STALLED_FOR_EVER_S)
    monkeypatch.setattr("live_viewers.push.posting.PATIENCE_S", 2.0)
    stalled = {f"stalled{number}": [ALL] for number in range(2)}
    subscribers = FakeSubscribers(**stalled, good=[ALL])
    connections = FakeConnections(**dict.fromkeys(stalled, stalling))
    one = pusher(subscribers, connections, threads=8, suspect_threads=2)
    batches = 0
    while len(subscribers.dropped) < len(stalled):
        batches += 1
        assert batches < 80
        one.push([change(at_version(batches, of("viewer-1")))], NOW_MS)
        _, to, message = connections.posts[-1]
        assert (to, message["sessions"][0]["version"]) == ("good", batches)
        assert not stalling.given_up
        stalling.let_go.set()  # they time out
        stalling.let_go = threading.Event()
    assert batches >= DROPPED_AFTER_TIMEOUTS
    assert sorted(subscribers.dropped) == sorted(connections.closed) == sorted(stalled)
    report = one.push([change(at_version(batches + 1, of("viewer-1")))], NOW_MS)
    assert (report.connections, report.timed_out) == (1, 0)


def test_the_budget_ends_a_batch_that_nobody_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each post takes the time that it is given: without the budget ten rounds of them."""
    monkeypatch.setattr("live_viewers.push.posting.BUDGET_S", 0.5)
    asked: list[float] = []

    def takes_its_time(timeout_s: float) -> Outcome:
        asked.append(timeout_s)
        time.sleep(timeout_s)
        return Outcome.TIMED_OUT

    subscribers = FakeSubscribers(**{f"stalled{number}": [ALL] for number in range(40)})
    connections = FakeConnections(**{f"stalled{number}": takes_its_time for number in range(40)})
    report = pusher(subscribers, connections, threads=4).push([change(of("viewer-1"))], NOW_MS)
    assert report.sent == 0
    assert len(asked) < 40
    assert max(asked, default=0) <= 0.5


def test_changes_that_nobody_watches_post_nothing() -> None:
    subscribers, connections = FakeSubscribers(), FakeConnections()
    report = pusher(subscribers, connections).push([change(of("viewer-1"))], NOW_MS)
    assert connections.posts == []
    assert report.connections == 0
    assert subscribers.asked == [{ALL, VIEWER_1, BUNNY}]


def test_a_session_is_unpacked_only_where_a_page_watches_it() -> None:
    unpacked: list[str] = []

    def told_of(session: MediaSession) -> SessionChange:
        def unpack() -> MediaSession:
            unpacked.append(session.viewer_id)
            return session

        image = SessionImage(Status.WATCHING_VIDEO, 1, session.media_id, unpack)
        return SessionChange(1, session.viewer_id, session.session_id, image, image)

    connections = FakeConnections()
    batch = [told_of(of("viewer-1")), told_of(of("viewer-2")), told_of(of("viewer-3"))]
    pusher(FakeSubscribers(page=[VIEWER_2], other=[VIEWER_2]), connections).push(batch, NOW_MS)
    assert [len(connections.to(page)) for page in ("page", "other")] == [1, 1]
    assert unpacked == ["viewer-2"]


def test_a_session_that_cannot_be_read_is_left_out_alone() -> None:
    def unpack() -> MediaSession:
        raise NewerFormat("packed session of version 3")

    image = SessionImage(Status.WATCHING_VIDEO, 1, "Cosmos", unpack)
    unreadable = SessionChange(1, "viewer-2", "session-1", None, image)
    connections = FakeConnections()
    pages = FakeSubscribers(page=[ALL], other=[VIEWER_2])
    report = pusher(pages, connections).push([unreadable, change(of("viewer-1"))], NOW_MS)
    (message,) = connections.to("page")
    assert [each["viewer_id"] for each in message["sessions"]] == ["viewer-1"]
    assert connections.to("other") == []
    assert report.left_out == 1


def test_a_state_that_no_message_can_show_is_left_out_alone() -> None:
    beyond = of("viewer-2", "Cosmos")
    beyond_change = change(beyond)
    beyond.last_seen_ms = 10**15  # the year 33,658
    connections = FakeConnections()
    report = pusher(FakeSubscribers(page=[ALL]), connections).push([beyond_change, change(of("viewer-1"))], NOW_MS)
    (message,) = connections.to("page")
    assert [each["viewer_id"] for each in message["sessions"]] == ["viewer-1"]
    assert report.left_out == 1
