"""What a page's messages do, and what it is sent for them."""

import json
from typing import Any

import pytest

from live_viewers.profile.sources import LiveFilter, LivePage, LivePosition, SessionsOfViewer
from live_viewers.push.posting import Outcome
from live_viewers.push.subscribing import CLOCKS_APART_MS, SNAPSHOT_SESSIONS, SocketService, answer_message
from live_viewers.push.subscriptions import BadMessage, Ping, Subscribe, Unsubscribe, read_message
from live_viewers.scope import ALL, Scope, audience_scopes
from live_viewers.session.media_session import MediaSession, fold
from tests.viewing import START_MS, play

VIEWER_1 = Scope("viewer", "viewer-1")


class FakeSubscriptions:
    def __init__(self, most: int = 3) -> None:
        self.now: list[Scope] = []
        self.most = most
        self.dropped: list[str] = []

    def subscribe(self, connection_id: str, scope: Scope, now_ms: int) -> bool:
        if len(self.now) >= self.most:
            return False
        self.now.append(scope)
        return True

    def unsubscribe(self, connection_id: str, scope: Scope | None) -> None:
        self.now = [] if scope is None else [one for one in self.now if one != scope]

    def drop(self, connection_id: str) -> None:
        self.dropped.append(connection_id)


class FakeProfiles:
    def __init__(self, sessions: list[MediaSession]) -> None:
        self._sessions = sessions

    def sessions(self, viewer_id: str) -> SessionsOfViewer:
        return SessionsOfViewer([one for one in self._sessions if one.viewer_id == viewer_id], True)

    def live(self, wanted: LiveFilter, start: LivePosition | None, limit: int, now_ms: int) -> LivePage:
        found = [one for one in self._sessions if wanted.scope in audience_scopes(one.media_id)]
        offset = start.place if start else 0
        then = LivePosition(0, offset + limit) if offset + limit < len(found) else None
        return LivePage(found[offset : offset + limit], then)


class FakeConnections:
    def __init__(self, *outcomes: Outcome) -> None:
        self.messages: list[dict[str, Any]] = []
        self._outcomes = list(outcomes)

    def post(self, connection_id: str, message: bytes, timeout_s: float) -> Outcome:
        outcome = self._outcomes.pop(0) if self._outcomes else Outcome.SENT
        if outcome is Outcome.SENT:
            self.messages.append(json.loads(message))
        return outcome

    def close(self, connection_id: str) -> None: ...


def session(viewer_id: str, number: int = 1, label: str = "Sintel", version: int = 1) -> MediaSession:
    one = fold([play(at=number, viewer_id=viewer_id, session_id=f"session-{number}", label=label)])
    one.version = version
    return one


def say(
    message: dict[str, Any] | str,
    sessions: list[MediaSession],
    subscriptions: FakeSubscriptions | None = None,
    connections: FakeConnections | None = None,
) -> list[dict[str, Any]]:
    connections = connections or FakeConnections()
    service = SocketService(
        subscriptions or FakeSubscriptions(), FakeProfiles(sessions), connections, lambda _: None, 30
    )
    body = message if isinstance(message, str) else json.dumps(message)
    answer_message(service, "page", body, START_MS)
    return connections.messages


def test_a_viewer_s_snapshot_is_all_its_sessions_newest_first() -> None:
    sessions = [session("viewer-1", number) for number in (1, 3, 2)] + [session("viewer-2")]
    (message,) = say({"action": "subscribe", "scope": "viewer", "viewer_id": "viewer-1"}, sessions)
    assert (message["type"], message["more"]) == ("snapshot", False)
    assert message["scope"] == {"scope": "viewer", "viewer_id": "viewer-1"}
    assert [one["media_session_id"] for one in message["sessions"]] == ["session-3", "session-2", "session-1"]


def test_coming_back_with_a_version_gives_what_was_missed() -> None:
    seen, missed = START_MS, START_MS + 60_000
    sessions = [
        session("viewer-1", 1, version=seen - CLOCKS_APART_MS - 1),
        session("viewer-1", 2, version=seen - CLOCKS_APART_MS + 1),  # another function's clock may be behind
        session("viewer-1", 3, version=missed),
    ]
    message = {"action": "subscribe", "scope": "viewer", "viewer_id": "viewer-1", "since_version": seen}
    (shown,) = say(message, sessions)
    assert [one["media_session_id"] for one in shown["sessions"]] == ["session-3", "session-2"]


def test_a_title_s_snapshot_is_its_live_sessions_and_the_overview_s_all() -> None:
    sessions = [session(f"viewer-{number}", label="Sintel" if number % 2 else "Cosmos") for number in range(300)]
    titles = say({"action": "subscribe", "scope": "title", "media_id": "Sintel"}, sessions)
    assert sum(len(message["sessions"]) for message in titles) == 150
    everything = say({"action": "subscribe", "scope": "overview"}, sessions)
    assert sum(len(message["sessions"]) for message in everything) == 300
    assert [message["more"] for message in everything] == [True] * (len(everything) - 1) + [False]


def test_a_snapshot_is_bounded() -> None:
    sessions = [session(f"viewer-{number}") for number in range(SNAPSHOT_SESSIONS + 50)]
    messages = say({"action": "subscribe", "scope": "overview"}, sessions)
    assert sum(len(message["sessions"]) for message in messages) == SNAPSHOT_SESSIONS


def test_it_subscribes_before_it_reads() -> None:
    subscriptions = FakeSubscriptions()

    class Watching(FakeProfiles):
        def sessions(self, viewer_id: str) -> SessionsOfViewer:
            assert subscriptions.now == [VIEWER_1]
            return super().sessions(viewer_id)

    service = SocketService(subscriptions, Watching([]), FakeConnections(), lambda _: None, 30)
    answer_message(service, "page", '{"action":"subscribe","scope":"viewer","viewer_id":"viewer-1"}', START_MS)
    assert subscriptions.now == [VIEWER_1]


def test_one_subscription_too_many_is_reported() -> None:
    subscriptions = FakeSubscriptions(most=0)
    (message,) = say({"action": "subscribe", "scope": "overview"}, [], subscriptions)
    assert (message["type"], message["code"]) == ("error", "too_many_subscriptions")


def test_unsubscribing_leaves_one_scope_or_all() -> None:
    subscriptions = FakeSubscriptions()
    subscriptions.now = [VIEWER_1, ALL]
    assert say({"action": "unsubscribe", "scope": "overview"}, [], subscriptions) == []
    assert subscriptions.now == [VIEWER_1]
    say({"action": "unsubscribe"}, [], subscriptions)
    assert subscriptions.now == []


def test_a_connection_gone_meanwhile_is_forgotten() -> None:
    subscriptions = FakeSubscriptions()
    say({"action": "subscribe", "scope": "overview"}, [], subscriptions, FakeConnections(Outcome.GONE))
    assert subscriptions.dropped == ["page"]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ('{"action":"ping"}', Ping()),
        ('{"action":"subscribe","scope":"overview"}', Subscribe(ALL)),
        ('{"action":"subscribe","scope":"title","media_id":"Sintel"}', Subscribe(Scope("title", "Sintel"))),
        (
            '{"action":"subscribe","scope":"viewer","viewer_id":"viewer-1","since_version":7}',
            Subscribe(VIEWER_1, 7),
        ),
        ('{"action":"unsubscribe"}', Unsubscribe(None)),
        ('{"action":"unsubscribe","scope":"viewer","viewer_id":"viewer-1"}', Unsubscribe(VIEWER_1)),
    ],
)
def test_messages_are_read(body: str, wanted: object) -> None:
    assert read_message(body) == wanted


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "bad_message"),
        ("hello", "bad_message"),
        ("[]", "bad_message"),
        ("null", "bad_message"),
        ('{"action":7}', "bad_message"),
        ('{"action":"ping","x":' + "[" * 15_000, "bad_message"),
        ('{"action":"ping","x":' + '{"y":' * 3_000 + "1" + "}" * 3_001, "bad_message"),
        ('{"action":"ping","x":"' + "é" * 9_000 + '"}', "bad_message"),
        ('{"action":"subscribe","scope":"viewer","viewer_id":"\\ud800"}', "bad_message"),
        ('{"action":"shout"}', "unknown_action"),
        ('{"action":"subscribe"}', "unknown_scope"),
        ('{"action":"subscribe","scope":"everything"}', "unknown_scope"),
        ('{"action":"subscribe","scope":"title"}', "bad_message"),
        ('{"action":"subscribe","scope":"viewer","viewer_id":""}', "bad_message"),
        ('{"action":"subscribe","scope":"viewer","viewer_id":"' + "v" * 2049 + '"}', "bad_message"),
        ('{"action":"subscribe","scope":"overview","since_version":7}', "bad_message"),
        ('{"action":"subscribe","scope":"viewer","viewer_id":"v","since_version":"7"}', "bad_message"),
    ],
)
def test_what_is_no_message_is_answered_with_an_error(body: str, code: str) -> None:
    with pytest.raises(BadMessage):
        read_message(body)
    (message,) = say(body, [])
    assert (message["type"], message["code"]) == ("error", code)


def test_a_session_that_no_message_can_show_is_left_out_of_a_snapshot_alone() -> None:
    shown, beyond = fold([play(at=0)]), fold([play(at=0, session_id="session-2")])
    beyond.last_seen_ms = 10**15  # the year 33,658
    (message,) = say({"action": "subscribe", "scope": "overview"}, [beyond, shown])
    assert [each["media_session_id"] for each in message["sessions"]] == ["session-1"]
