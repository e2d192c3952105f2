"""Queries that go on from page to page, with a client of botocore or a DirectClient."""

from collections.abc import Iterator
from typing import Any

Items = list[dict[str, Any]]


def query_pages(client: Any, request: dict[str, Any]) -> Iterator[tuple[Items, bool]]:
    """The items of a query a page at a time, as far as the caller goes, and whether there are more."""
    asked = dict(request)
    while True:
        answer = client.query(**asked)
        last = answer.get("LastEvaluatedKey")
        yield answer["Items"], last is not None
        if last is None:
            return
        asked["ExclusiveStartKey"] = last


def query_all(client: Any, request: dict[str, Any], most: int) -> tuple[Items, bool]:
    """Items of a query, at least `most` of them where there are so many, and whether that was all."""
    items: Items = []
    for page, more in query_pages(client, request):
        items += page
        if len(items) >= most:
            return items, not more
    return items, True
