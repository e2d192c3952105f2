"""Requests of a REST API are answered as those of an HTTP API."""

from typing import Any

import pytest

from live_viewers.api.payload_1 import answer_either, as_payload_2


def rest_event(**changed: Any) -> dict[str, Any]:
    """A request as a REST API hands it over."""
    return {
        "version": "1.0",
        "resource": "/{proxy+}",
        "path": "/v1/live",
        "httpMethod": "GET",
        "headers": {"Accept": "application/json"},
        "multiValueHeaders": {"Accept": ["application/json"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"stage": "local", "requestId": "r-1", "path": "/local/v1/live"},
        "body": None,
        "isBase64Encoded": False,
        **changed,
    }


def test_method_and_path_are_the_request_s_without_the_stage() -> None:
    event = as_payload_2(rest_event(httpMethod="DELETE", path="/v1/viewers/~YW5u"))
    assert event["rawPath"] == "/v1/viewers/~YW5u"
    assert event["requestContext"]["http"]["method"] == "DELETE"
    assert event["requestContext"]["stage"] == "$default"


def test_what_comes_more_than_once_is_joined() -> None:
    many = {"limit": ["1", "2"], "q": ["a b"]}
    event = as_payload_2(
        rest_event(
            queryStringParameters={"limit": "2", "q": "a b"},
            multiValueQueryStringParameters=many,
            multiValueHeaders={"If-None-Match": ['"a"', '"b"']},
        )
    )
    assert event["queryStringParameters"] == {"limit": "1,2", "q": "a b"}
    assert event["rawQueryString"] == "limit=1&limit=2&q=a+b"
    assert event["headers"] == {"if-none-match": '"a","b"'}


def test_single_values_do_where_there_are_no_lists() -> None:
    without = rest_event(queryStringParameters={"limit": "2"})
    del without["multiValueHeaders"], without["multiValueQueryStringParameters"]
    event = as_payload_2(without)
    assert (event["queryStringParameters"], event["headers"]) == ({"limit": "2"}, {"accept": "application/json"})


def test_nothing_is_asked_to_be_compressed() -> None:
    event = as_payload_2(rest_event(multiValueHeaders={"Accept-Encoding": ["gzip"], "X": ["1"]}))
    assert event["headers"] == {"x": "1"}


@pytest.mark.parametrize(("body", "encoded"), [("{}", False), ("e30=", True), (None, False)])
def test_the_body_is_handed_on(body: str | None, encoded: bool) -> None:
    event = as_payload_2(rest_event(body=body, isBase64Encoded=encoded))
    assert (event["body"], event["isBase64Encoded"]) == (body, encoded)


def test_who_a_rest_api_says_is_signed_in_is_not_believed() -> None:
    context = {"authorizer": {"jwt": {"scopes": ["viewers:read"]}}}
    assert "authorizer" not in as_payload_2(rest_event(requestContext=context))["requestContext"]


def test_an_answer_has_what_payload_1_knows() -> None:
    given = {"statusCode": 200, "headers": {"etag": "x"}, "cookies": [], "body": "{}", "isBase64Encoded": False}
    answered = answer_either(lambda event, context: given)(rest_event(), None)
    assert answered == {"statusCode": 200, "headers": {"etag": "x"}, "body": "{}", "isBase64Encoded": False}


def test_a_request_of_an_http_api_is_left_as_it_is() -> None:
    event = {"version": "2.0", "rawPath": "/v1/live"}
    seen: list[Any] = []

    def answer(asked: dict[str, Any], context: Any) -> dict[str, Any]:
        seen.append((asked, context))
        return {"statusCode": 204, "cookies": []}

    assert answer_either(answer)(event, "context") == {"statusCode": 204, "cookies": []}
    assert seen == [(event, "context")]
    assert seen[0][0] is event
