"""What a page's messages do: subscriptions, and the snapshot that each begins with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from live_viewers.dimensions.dimensions import NO_DIMENSIONS, Dimensions
from live_viewers.left_out import each_shown
from live_viewers.profile.sources import LiveFilter, LivePage, LivePosition, SessionsOfViewer
from live_viewers.push.messages import error_message, snapshot_messages, state_of
from live_viewers.push.posting import MESSAGE_INTERVAL_S, POST_TIMEOUT_S, Connections, Outcome
from live_viewers.push.subscriptions import BadMessage, Subscribe, Unsubscribe, read_message
from live_viewers.scope import Scope
from live_viewers.session.media_session import MediaSession

# A page that is to show more than this reads them from the API.
SNAPSHOT_SESSIONS = 500
# The functions that give versions take them from clocks of their own, which may be this far apart. What a page
# gets twice is harmless.
CLOCKS_APART_MS = 5_000
_SENT_ERROR_CHARACTERS = 300
_PAGE = 100


class Subscriptions(Protocol):
    """Where subscriptions are kept."""

    def subscribe(self, connection_id: str, scope: Scope, now_ms: int) -> bool:
        """False when the connection is unknown or has too many subscriptions."""
        ...

    def unsubscribe(self, connection_id: str, scope: Scope | None) -> None: ...

    def drop(self, connection_id: str) -> None: ...


class Sessions(Protocol):
    """What is to be seen now; a part of profile.sources.Profiles."""

    def sessions(self, viewer_id: str) -> SessionsOfViewer:
        """All sessions of a viewer, as of every write before the call."""
        ...

    def live(self, wanted: LiveFilter, start: LivePosition | None, limit: int, now_ms: int) -> LivePage:
        """A page of live sessions."""
        ...


@dataclass(frozen=True, slots=True)
class SocketService:
    """What the socket's messages need. `sleep` takes seconds."""

    subscriptions: Subscriptions
    profiles: Sessions
    connections: Connections
    sleep: Callable[[float], None]
    default_ping_interval_s: int
    dimensions: Dimensions = NO_DIMENSIONS


def answer_message(service: SocketService, connection_id: str, body: str, now_ms: int) -> None:
    """Do what one message of a page says, and send what it is to get."""
    try:
        message = read_message(body)
    except BadMessage as problem:
        _send(service, connection_id, [error_message(problem.code, str(problem)[:_SENT_ERROR_CHARACTERS])])
        return
    if isinstance(message, Unsubscribe):
        service.subscriptions.unsubscribe(connection_id, message.scope)
    elif isinstance(message, Subscribe):
        # First the subscription, then the reading: what changes in between comes twice rather than never.
        if service.subscriptions.subscribe(connection_id, message.scope, now_ms):
            sessions = _snapshot(service.profiles, message, now_ms)
            ping_s = service.default_ping_interval_s
            states = each_shown(sessions, lambda session: state_of(session, now_ms, ping_s, service.dimensions))
            messages = snapshot_messages(message.scope, list(states))
        else:
            messages = [error_message("too_many_subscriptions", "unsubscribe first, or connect again")]
        _send(service, connection_id, messages)


def _snapshot(profiles: Sessions, message: Subscribe, now_ms: int) -> list[MediaSession]:
    """Newest first: where a page gets only a part, that is the part to have."""
    scope = message.scope
    sessions: list[MediaSession] = []
    if scope.kind == "viewer":
        sessions += profiles.sessions(scope.id).sessions
        if message.since_version is not None:
            missed_since = message.since_version - CLOCKS_APART_MS
            sessions = [session for session in sessions if session.version > missed_since]
    else:
        wanted = LiveFilter(scope)
        page = profiles.live(wanted, None, _PAGE, now_ms)
        sessions += page.sessions
        while page.then is not None and len(sessions) < SNAPSHOT_SESSIONS:
            page = profiles.live(wanted, page.then, _PAGE, now_ms)
            sessions += page.sessions
    sessions.sort(key=lambda session: session.last_seen_ms, reverse=True)
    return sessions[:SNAPSHOT_SESSIONS]


def _send(service: SocketService, connection_id: str, messages: list[bytes]) -> None:
    for number, message in enumerate(messages):
        if number:
            service.sleep(MESSAGE_INTERVAL_S)
        outcome = service.connections.post(connection_id, message, POST_TIMEOUT_S)
        if outcome is Outcome.FAILED:
            outcome = service.connections.post(connection_id, message, POST_TIMEOUT_S)
        if outcome is Outcome.GONE:
            service.subscriptions.drop(connection_id)
        if outcome is not Outcome.SENT:
            return
