"""The messages that pages get, composed within API Gateway's limit.

Whole states with their version, so that losing or repeating a message is harmless.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from live_viewers.profile.views import session_view
from live_viewers.push.subscriptions import Scope
from live_viewers.session.media_session import MediaSession

# API Gateway: a message has at most 128 KB (it cuts frames of 32 KB itself, and bills by them).
MESSAGE_BYTES = 128 * 1024

encode = msgspec.json.Encoder().encode


def state_of(session: MediaSession, now_ms: int, default_ping_interval_s: int) -> bytes:
    """One session as JSON: its view, which has `viewer_id` and `version`."""
    return encode(session_view(session, now_ms, default_ping_interval_s))


def sessions_messages(states: Iterable[bytes]) -> list[bytes]:
    """The states in as many messages as they need."""
    head, tail = b'{"type":"sessions","sessions":[', b"]}"
    return [head + b",".join(group) + tail for group in _groups(states, MESSAGE_BYTES - len(head) - len(tail))]


def snapshot_messages(scope: Scope, states: Sequence[bytes]) -> list[bytes]:
    """What a new subscriber gets first, even if empty; `more` tells that another snapshot message follows."""
    head = b'{"type":"snapshot","scope":' + encode(scope.view()) + b',"sessions":['
    tails = (b'],"more":true}', b'],"more":false}')
    groups = list(_groups(states, MESSAGE_BYTES - len(head) - len(tails[1]))) or [[]]
    last = len(groups) - 1
    return [head + b",".join(group) + tails[number == last] for number, group in enumerate(groups)]


def erased_message(viewer_id: str) -> bytes:
    return encode({"type": "erased", "viewer_id": viewer_id})


def error_message(code: str, detail: str) -> bytes:
    error: dict[str, Any] = {"type": "error", "code": code, "detail": detail}
    return encode(error)


def _groups(states: Iterable[bytes], room: int) -> Iterable[list[bytes]]:
    group: list[bytes] = []
    size = 0
    for state in states:
        if len(state) > room:
            continue  # no legal session is this large
        if group and size + len(state) + 1 > room:
            yield group
            group, size = [], 0
        group.append(state)
        size += len(state) + 1
    if group:
        yield group
