"""The messages of the socket, and their composition within API Gateway's limit.

Whole states with their version, so that losing or repeating a message is harmless.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, cast

import msgspec
from msgspec import Meta

from live_viewers.dimensions.dimensions import NO_DIMENSIONS, Dimensions
from live_viewers.profile.session_view import MediaSessionView, session_view
from live_viewers.push.subscriptions import ErrorCode
from live_viewers.response_model import ResponseModel
from live_viewers.scope import Scope
from live_viewers.session.media_session import MediaSession

# API Gateway: a message has at most 128 KB (it cuts frames of 32 KB itself, and bills by them).
MESSAGE_BYTES = 128 * 1024

encode = msgspec.json.Encoder().encode


class OverviewScope(ResponseModel, tag_field="scope", tag="overview"):
    """Everything."""


class TitleScope(ResponseModel, tag_field="scope", tag="title"):
    """One title."""

    media_id: str


class ViewerScope(ResponseModel, tag_field="scope", tag="viewer"):
    """One viewer."""

    viewer_id: str


ScopeView = OverviewScope | TitleScope | ViewerScope


class SnapshotMessage(ResponseModel, tag_field="type", tag="snapshot"):
    """What a new subscriber gets first."""

    scope: ScopeView
    sessions: list[MediaSessionView]
    more: Annotated[bool, Meta(description="Another snapshot message of this scope follows.")]


class SessionsMessage(ResponseModel, tag_field="type", tag="sessions"):
    """Sessions that changed, each as it is now."""

    sessions: list[MediaSessionView]


class ErasedMessage(ResponseModel, tag_field="type", tag="erased"):
    """Everything kept of the viewer is to be forgotten."""

    viewer_id: str


class ErrorMessage(ResponseModel, tag_field="type", tag="error"):
    """Why a message of the page was refused. `code` is stable."""

    code: ErrorCode
    detail: str


ServerMessage = SnapshotMessage | SessionsMessage | ErasedMessage | ErrorMessage


def scope_view(scope: Scope) -> ScopeView:
    """The scope in messages, named as the page named it."""
    if scope.kind == "title":
        return TitleScope(media_id=scope.id)
    if scope.kind == "viewer":
        return ViewerScope(viewer_id=scope.id)
    return OverviewScope()


def state_of(
    session: MediaSession, now_ms: int, default_ping_interval_s: int, dimensions: Dimensions = NO_DIMENSIONS
) -> bytes:
    """One session as JSON: its view, which has `viewer_id` and `version`. `dimensions` are the stage's."""
    return encode(session_view(session, now_ms, default_ping_interval_s, dimensions=dimensions))


def sessions_messages(states: Iterable[bytes]) -> list[bytes]:
    """The states in as many messages as they need."""
    room = MESSAGE_BYTES - len(encode(SessionsMessage(sessions=[])))
    return [encode(SessionsMessage(sessions=_raw(group))) for group in _groups(states, room)]


def snapshot_messages(scope: Scope, states: Sequence[bytes]) -> list[bytes]:
    """What a new subscriber gets first, even if empty; `more` tells that another snapshot message follows."""
    shown = scope_view(scope)
    room = MESSAGE_BYTES - len(encode(SnapshotMessage(scope=shown, sessions=[], more=False)))
    groups = list(_groups(states, room)) or [[]]
    return [
        encode(SnapshotMessage(scope=shown, sessions=_raw(group), more=number < len(groups)))
        for number, group in enumerate(groups, 1)
    ]


def erased_message(viewer_id: str) -> bytes:
    return encode(ErasedMessage(viewer_id=viewer_id))


def error_message(code: ErrorCode, detail: str) -> bytes:
    return encode(ErrorMessage(code=code, detail=detail))


def _raw(states: list[bytes]) -> list[MediaSessionView]:
    """Views that are JSON already: a session is encoded once, however many pages get it."""
    return cast(list[MediaSessionView], [msgspec.Raw(state) for state in states])


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
