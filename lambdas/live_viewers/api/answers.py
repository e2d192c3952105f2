"""Answers: JSON with an ETag over the content, 304 where the client has it already, private to its reader."""

import hashlib
import sys
from collections.abc import Iterable
from typing import Any, TypeVar, cast

import msgspec
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from live_viewers.response_model import ResponseModel

_ENCODE = msgspec.json.Encoder().encode
Shown = TypeVar("Shown", bound=ResponseModel)
MOST_ANSWER_BYTES = 4 * 1024 * 1024
"""Lambda takes an answer of 6 MB; this leaves room for what stands beside the views."""
# Kept by the reader's own browser at the most, and asked about again each time.
PRIVATE = {"cache-control": "private, no-cache"}
SECRET = {"cache-control": "no-store"}


class Answer(msgspec.Struct, frozen=True):
    """Content ready to be sent, so that it can be kept: its JSON text and its ETag."""

    text: str
    etag: str

    @property
    def size(self) -> int:
        """Bytes that keeping it takes, at the most."""
        return sys.getsizeof(self.text)


def prepare(content: ResponseModel) -> Answer:
    """`as_of`, the time of reading, is sent but takes no part in the ETag, or nothing would ever be
    unchanged."""
    text = _ENCODE(content)
    timeless = msgspec.structs.replace(content, as_of="") if "as_of" in content.__struct_fields__ else content
    hashed = text if timeless is content else _ENCODE(timeless)
    # Weak: the same content may be sent with a later as_of, or compressed.
    return Answer(text.decode(), f'W/"{hashlib.blake2b(hashed, digest_size=12).hexdigest()}"')


def as_many_as_fit(views: Iterable[Shown]) -> list[Shown]:
    """The first of these views, encoded, that fit into an answer together; one in any case."""
    fit: list[msgspec.Raw] = []
    size = 0
    for view in views:
        data = _ENCODE(view)
        size += sent_bytes(data)
        if fit and size > MOST_ANSWER_BYTES:
            break
        fit.append(msgspec.Raw(data))
    return cast(list[Shown], fit)


def sent_bytes(data: bytes) -> int:
    """How many bytes JSON takes in what a function answers with, which is JSON again: quotes and backslashes take
    two there, a byte that isn't ASCII up to three."""
    others = 0 if data.isascii() else len(data) - len(data.decode().encode("ascii", "ignore"))
    return len(data) + data.count(b'"') + data.count(b"\\") + 2 * others


def send(answer: Answer, request: BaseProxyEvent) -> Response[Any]:
    """200 with the content, or 304 where the request's If-None-Match names it."""
    headers: dict[str, str | list[str]] = {"etag": answer.etag, **PRIVATE}
    if _matches(request.headers.get("if-none-match", ""), answer.etag):
        return Response(304, body="", headers=headers, compress=False)
    return Response(200, content_type="application/json", body=answer.text, headers=headers)


def send_once(content: ResponseModel, status: int = 200) -> Response[Any]:
    """An answer that must not be kept by anyone."""
    return Response(status, content_type="application/json", body=_ENCODE(content).decode(), headers={**SECRET})


def _matches(if_none_match: str, etag: str) -> bool:
    known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in known or etag.removeprefix("W/") in known
