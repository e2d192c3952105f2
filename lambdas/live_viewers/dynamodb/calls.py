"""DynamoDB's batch calls as the hot path makes them: raw items, short patience, three kinds of failure."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from live_viewers.dynamodb.items import Item

THREADS = 8
# Retries are the writer's: it knows which items of a call are left, and how much time.
WRITE_CONFIG = Config(
    parameter_validation=False,
    max_pool_connections=THREADS,
    connect_timeout=1,
    read_timeout=5,
    tcp_keepalive=True,
    retries={"mode": "standard", "total_max_attempts": 1},
)

KEYS_A_READ = 100
STATEMENTS_A_CALL = 25
PUTS_A_CALL = 25
ACTIONS_A_TRANSACTION = 100

# Whole calls, and items of a BatchExecuteStatement, which have names of their own.
_PASSING = frozenset(
    (
        "InternalServerError",
        "ItemCollectionSizeLimitExceeded",
        "ItemCollectionSizeLimitExceededException",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    )
)


Statement = dict[str, Any]
Action = dict[str, Any]


class Passing(Exception):
    """Throttled, contended or away: worth another try after a while."""


class Invalid(Exception):
    """The store can never take what was asked. Of a call with several items it doesn't say which."""


class Cancelled(Exception):
    """A transaction that did nothing; `reasons` has a code for each action, `None` where it was none's fault."""

    def __init__(self, reasons: Sequence[str | None]) -> None:
        super().__init__("transaction cancelled")
        self.reasons = reasons


def passes(code: str) -> bool:
    """Whether the failure with this code passes by itself."""
    return code in _PASSING


class Calls:
    """The calls on one table. `client` is a low-level DynamoDB client made with WRITE_CONFIG.

    Each call raises Passing or Invalid; anything else (access denied, no such table) comes as a ClientError.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, keys: Sequence[Item]) -> list[Item]:
        """Items of at most KEYS_A_READ distinct keys, those that exist, in any order. Consistent."""
        found: list[Item] = []
        wanted: dict[str, Any] = {self._table: {"Keys": list(keys), "ConsistentRead": True}}
        while wanted:
            answer = _call(self._client.batch_get_item, RequestItems=wanted)
            items = answer["Responses"].get(self._table, [])
            found += items
            wanted = answer.get("UnprocessedKeys") or {}
            if wanted and not items:
                raise Passing("read throttled")
        return found

    def execute(self, statements: Sequence[Statement]) -> list[str | None]:
        """The outcome of each of at most STATEMENTS_A_CALL PartiQL statements: None, or the code of its error."""
        answer = _call(self._client.batch_execute_statement, Statements=statements)
        return [outcome["Error"]["Code"] if "Error" in outcome else None for outcome in answer["Responses"]]

    def transact(self, actions: Sequence[Action]) -> None:
        """All of at most ACTIONS_A_TRANSACTION actions, or none: then raises Cancelled."""
        _call(self._client.transact_write_items, TransactItems=actions)

    def put(self, items: Sequence[Item]) -> list[Item]:
        """Put at most PUTS_A_CALL items with distinct keys; those that are left to put again."""
        requests = [{"PutRequest": {"Item": item}} for item in items]
        answer = _call(self._client.batch_write_item, RequestItems={self._table: requests})
        left = (answer.get("UnprocessedItems") or {}).get(self._table, [])
        return [request["PutRequest"]["Item"] for request in left]


def _call(operation: Callable[..., Any], **request: Any) -> Any:
    try:
        return operation(**request)
    except ClientError as error:
        _raise_kind(error)
    except (ConnectionError, ConnectionClosedError, ReadTimeoutError, HTTPClientError) as error:
        raise Passing(type(error).__name__) from error


def _raise_kind(error: ClientError) -> NoReturn:
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        codes = (reason.get("Code") for reason in error.response.get("CancellationReasons", []))
        raise Cancelled([None if code == "None" else code for code in codes]) from error
    if code == "ValidationException":
        raise Invalid(error.response["Error"].get("Message", "")[:200]) from error
    if passes(code) or error.response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500:
        raise Passing(code) from error
    raise error
