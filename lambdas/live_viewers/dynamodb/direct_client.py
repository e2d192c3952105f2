"""A few of botocore's calls of DynamoDB, over the hot path's transport: same names, requests and answers.

Behind the stream a change is a handful of small calls, and botocore's own work on each (shapes, validation, hooks)
was nine tenths of what they cost. What is asked for stays botocore's, so adapters that only read work with either.
"""

import random
import time
from collections.abc import Callable
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
        answer = self._call("Query", request)
        answer["Items"] = [with_bytes(item) for item in answer["Items"]]
        return answer

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

    def batch_execute_statement(self, **request: Any) -> Any:
        """BatchExecuteStatement, of statements that return nothing."""
        return self._call("BatchExecuteStatement", request)

    def put_item(self, **request: Any) -> Any:
        """PutItem."""
        return self._call("PutItem", request)

    def update_item(self, **request: Any) -> Any:
        """UpdateItem."""
        return self._call("UpdateItem", request)

    def transact_write_items(self, **request: Any) -> Any:
        """TransactWriteItems."""
        return self._call("TransactWriteItems", request)

    def delete_item(self, **request: Any) -> Any:
        """DeleteItem."""
        return self._call("DeleteItem", request)

    def _call(self, operation: str, request: dict[str, Any]) -> Any:
        for attempt in range(1, self._attempts + 1):
            try:
                return self._transport.call(operation, request)
            except NoAnswer as none:
                problem = f"{operation}: {none}"
            except ErrorAnswer as error:
                if not passes(error.code) and error.status < 500:
                    raise
                problem = f"{operation}: {error.code}"
            if attempt < self._attempts:
                self._sleep(_FIRST_WAIT_S * 2**attempt * random.random())  # noqa: S311 - no secret
        raise Unavailable(problem)
