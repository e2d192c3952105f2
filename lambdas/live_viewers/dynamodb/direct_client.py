"""A few of botocore's calls of DynamoDB, over the hot path's transport: same names, requests and answers.

Behind the stream a change is a handful of small calls, and botocore's own work on each (shapes, validation, hooks)
was nine tenths of what they cost. What is asked for stays botocore's, so adapters that only read work with either.
"""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from live_viewers.dynamodb.passing import passes
from live_viewers.dynamodb.transport import ErrorAnswer, NoAnswer, Transport, with_bytes

_ATTEMPTS = 4
_FIRST_WAIT_S = 0.05


class Unavailable(RuntimeError):
    """The store did not answer, or was throttled, each time it was asked."""


class DirectClient:
    """Used by several threads. Each call raises Unavailable, or ErrorAnswer with the service's code."""

    def __init__(
        self, transport: Transport, sleep: Callable[[float], None] = time.sleep, attempts: int = _ATTEMPTS
    ) -> None:
        self._transport = transport
        self._sleep = sleep
        self._attempts = attempts

    def query(self, **request: Any) -> Any:
        """Query."""
        return self._page("Query", request)

    def scan(self, **request: Any) -> Any:
        """Scan."""
        return self._page("Scan", request)

    def get_item(self, **request: Any) -> Any:
        """GetItem."""
        answer = self._call("GetItem", request)
        if "Item" in answer:
            with_bytes(answer["Item"])
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        """BatchGetItem."""
        answer = self._call("BatchGetItem", request)
        for items in answer["Responses"].values():
            for item in items:
                with_bytes(item)
        return answer

    def batch_write_item(self, **request: Any) -> Any:
        """BatchWriteItem; what is left undone (UnprocessedItems) is the caller's to write again."""
        return self._call("BatchWriteItem", request)

    def batch_execute_statement(self, **request: Any) -> Any:
        """BatchExecuteStatement, of statements that return nothing."""
        return self._call("BatchExecuteStatement", request)

    def put_item(self, **request: Any) -> Any:
        """PutItem."""
        return self._write("PutItem", request)

    def update_item(self, **request: Any) -> Any:
        """UpdateItem."""
        return self._write("UpdateItem", request)

    def transact_write_items(self, **request: Any) -> Any:
        """TransactWriteItems."""
        return self._call("TransactWriteItems", request)

    def delete_item(self, **request: Any) -> Any:
        """DeleteItem."""
        return self._write("DeleteItem", request)

    def call_each(
        self, operation: str, requests: Sequence[dict[str, Any]]
    ) -> list[Any | Unavailable | ErrorAnswer]:
        """The answers of many calls of one operation, side by side; of one that fails what a call by itself would
        raise. Binary attributes in the answers are as they travel (see transport.with_bytes)."""
        answers = self._transport.call_each(operation, requests)
        for attempt in range(2, self._attempts + 1):
            again = [place for place, answer in enumerate(answers) if _may_pass(answer)]
            if not again:
                break
            self._sleep(_FIRST_WAIT_S * 2 ** (attempt - 1) * random.random())  # noqa: S311 - no secret
            later = self._transport.call_each(operation, [requests[place] for place in again])
            for place, answer in zip(again, later, strict=True):
                answers[place] = answer
        return [_unavailable(operation, answer) if _may_pass(answer) else answer for answer in answers]

    def _page(self, operation: str, request: dict[str, Any]) -> Any:
        answer = self._call(operation, request)
        answer["Items"] = [with_bytes(item) for item in answer["Items"]]
        return answer

    def _write(self, operation: str, request: dict[str, Any]) -> Any:
        """A write of one item, whose answer may hold the item (ReturnValues)."""
        answer = self._call(operation, request)
        if "Attributes" in answer:
            with_bytes(answer["Attributes"])
        return answer

    def _call(self, operation: str, request: dict[str, Any]) -> Any:
        (answer,) = self.call_each(operation, [request])
        if isinstance(answer, (Unavailable, ErrorAnswer)):
            raise answer
        return answer


def _may_pass(answer: object) -> bool:
    if isinstance(answer, ErrorAnswer):
        return passes(answer.code) or answer.status >= 500
    return isinstance(answer, NoAnswer)


def _unavailable(operation: str, failure: NoAnswer | ErrorAnswer) -> Unavailable:
    return Unavailable(f"{operation}: {failure.code if isinstance(failure, ErrorAnswer) else failure}")
