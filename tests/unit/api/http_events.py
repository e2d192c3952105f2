"""Requests as API Gateway's HTTP API hands them to a function (payload 2.0), and the answers read back."""

import base64
import gzip
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

READER = {"jwt": {"claims": {"scope": "viewers:read"}, "scopes": ["viewers:read"]}}
ERASER = {"jwt": {"claims": {"scope": "viewers:read viewers:erase"}, "scopes": ["viewers:erase"]}}


def http_event(
    method: str,
    target: str,
    headers: dict[str, str] | None = None,
    body: str | bytes | None = None,
    authorizer: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The event of a request. As API Gateway does it, the path comes decoded (but for %25), repeated
    parameters joined by commas, and a body that isn't text in base64."""
    path, _, query = target.partition("?")
    raw_path = "%25".join(unquote(part) for part in path.split("%25"))
    given: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        given[name] = f"{given[name]},{value}" if name in given else value
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": {"host": "api.test", **{name.lower(): value for name, value in (headers or {}).items()}},
        "requestContext": {
            "stage": "$default",
            "http": {"method": method, "path": raw_path, "sourceIp": "127.0.0.1", "protocol": "HTTP/1.1"},
        },
        "isBase64Encoded": False,
    }
    if given:
        event["queryStringParameters"] = given
    if authorizer:
        event["requestContext"]["authorizer"] = authorizer
    if isinstance(body, bytes):
        event["body"], event["isBase64Encoded"] = base64.b64encode(body).decode(), True
    elif body is not None:
        event["body"] = body
    return event


@dataclass(frozen=True)
class Reply:
    """An answer as a client reads it. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def problem(self) -> str:
        """The last part of a problem's type; fails when the answer isn't a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return str(self.json["type"]).rpartition(":")[2]


def reply_of(result: dict[str, Any]) -> Reply:
    """The answer of a function, decoded and decompressed."""
    headers = {name.lower(): str(value) for name, value in result["headers"].items()}
    content = result.get("body") or ""
    data = base64.b64decode(content) if result.get("isBase64Encoded") else content.encode()
    if headers.get("content-encoding") == "gzip":
        data = gzip.decompress(data)
    return Reply(result["statusCode"], headers, data)
