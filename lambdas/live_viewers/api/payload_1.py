"""Requests of a REST API (API Gateway, payload 1.0) for an API that reads payload 2.0: LocalStack's free edition
has no HTTP API.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from live_viewers.api.app import Answering

# A REST API hands base64 on as it is unless its media types are told to it: so nothing is to be compressed.
_NOT_FOR_THE_FUNCTION = {"accept-encoding"}
_SENT = ("statusCode", "headers", "body", "isBase64Encoded")


def answer_either(answer: Answering) -> Answering:
    """`answer` for events of both payloads."""

    def answer_any(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if "httpMethod" not in event:
            return answer(event, context)
        result = answer(as_payload_2(event), context)
        return {name: result[name] for name in _SENT if name in result}

    return answer_any


def as_payload_2(event: Mapping[str, Any]) -> dict[str, Any]:
    """The same request in payload 2.0, without its authorizer: scopes are read from an HTTP API's alone."""
    headers = {name.lower(): ",".join(each) for name, each in _lists(event, "Headers", "headers").items()}
    query = _lists(event, "QueryStringParameters", "queryStringParameters")
    context = event.get("requestContext") or {}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": event["path"],
        "rawQueryString": urlencode(query, doseq=True),
        "headers": {name: value for name, value in headers.items() if name not in _NOT_FOR_THE_FUNCTION},
        "queryStringParameters": {name: ",".join(each) for name, each in query.items()},
        "requestContext": {
            "stage": "$default",
            "requestId": context.get("requestId", ""),
            "http": {"method": event["httpMethod"], "path": event["path"]},
        },
        "body": event.get("body"),
        "isBase64Encoded": bool(event.get("isBase64Encoded")),
    }


def _lists(event: Mapping[str, Any], what: str, single: str) -> Mapping[str, Sequence[str]]:
    """All values of each header or parameter, where there are lists of them."""
    many: Mapping[str, Sequence[str]] | None = event.get(f"multiValue{what}")
    return many or {name: [value] for name, value in (event.get(single) or {}).items()}
