"""What a page says over its socket. The scope of all sessions is called `overview` there."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from live_viewers.events.viewer import VIEWER_ID_MAX_BYTES
from live_viewers.scope import ALL, Scope, title_scope, viewer_scope

_MEDIA_ID_MAX_BYTES = 64
LONGEST_MESSAGE_BYTES = 16 * 1024
"""The longest viewer id in JSON escapes is 12 KB."""

ScopeKind = Literal["overview", "title", "viewer"]
ErrorCode = Literal["bad_message", "unknown_action", "unknown_scope", "too_many_subscriptions"]


@dataclass(frozen=True, slots=True)
class Subscribe:
    """`since_version`: the newest version of the viewer's sessions that the page has, for what it missed."""

    scope: Scope
    since_version: int | None = None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """`scope` None: from everything."""

    scope: Scope | None


@dataclass(frozen=True, slots=True)
class Ping:
    """Keeps the connection from being closed as idle; not answered."""


class BadMessage(ValueError):
    """A message that is none of the contract's; `code` is stable, the text is for the page's author."""

    def __init__(self, code: ErrorCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class PageMessage(msgspec.Struct):
    """A message of a page. `scope` needs the id of what it is about, but for the overview."""

    action: Literal["subscribe", "unsubscribe", "ping"]
    scope: ScopeKind | None = None
    media_id: str | None = None
    viewer_id: str | None = None
    since_version: int | None = None


_decode = msgspec.json.Decoder(PageMessage).decode


def read_message(body: str) -> Subscribe | Unsubscribe | Ping:
    """What the page wants. Raises BadMessage."""
    if len(body.encode(errors="replace")) > LONGEST_MESSAGE_BYTES:
        raise BadMessage("bad_message", f"a message has at most {LONGEST_MESSAGE_BYTES} bytes")
    try:
        message = _decode(body)
    except msgspec.ValidationError as problem:
        raise _bad_field(str(problem)) from problem
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as problem:
        raise BadMessage("bad_message", f"not a message of this protocol: {problem}") from problem
    if message.action == "ping":
        return Ping()
    if message.action == "subscribe":
        scope = _scope(message)
        if message.since_version is not None and scope.kind != "viewer":
            raise BadMessage("bad_message", "since_version is for one viewer")
        return Subscribe(scope, message.since_version)
    return Unsubscribe(None if message.scope is None else _scope(message))


def _bad_field(problem: str) -> BadMessage:
    unknown = problem.startswith("Invalid enum value")
    if unknown and problem.endswith("`$.action`"):
        return BadMessage("unknown_action", "action is subscribe, unsubscribe or ping")
    if unknown and problem.endswith("`$.scope`"):
        return BadMessage("unknown_scope", "scope is overview, title or viewer")
    return BadMessage("bad_message", f"not a message of this protocol: {problem}")


def _scope(message: PageMessage) -> Scope:
    if message.scope == "overview":
        return ALL
    if message.scope == "title":
        return title_scope(_id(message.media_id, "media_id", _MEDIA_ID_MAX_BYTES))
    if message.scope == "viewer":
        return viewer_scope(_id(message.viewer_id, "viewer_id", VIEWER_ID_MAX_BYTES))
    raise BadMessage("unknown_scope", "scope is overview, title or viewer")


def _id(value: str | None, name: str, max_bytes: int) -> str:
    if not value:
        raise BadMessage("bad_message", f"{name} is missing")
    if len(value.encode(errors="replace")) > max_bytes:
        raise BadMessage("bad_message", f"{name} is longer than {max_bytes} bytes")
    return value
