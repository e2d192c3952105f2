"""How reads call DynamoDB: side by side, with short patience, and one exception for what passes."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from live_viewers.dynamodb.passing import passes
from live_viewers.profile.sources import StoreBusy

THREADS = 16
# A reader waits at the most for two tries; the page asks again in 2 s anyway.
READ_CONFIG = Config(
    parameter_validation=False,
    max_pool_connections=THREADS,
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 2},
)

Given = TypeVar("Given")
Taken = TypeVar("Taken")


@contextmanager
def busy_when_it_passes() -> Iterator[None]:
    """Turns throttling and outages into StoreBusy; other errors are ours and stay."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        # A transaction without conditions is only ever cancelled by a neighbour or for want of capacity.
        if passes(code) or code == "TransactionCanceledException":
            raise StoreBusy from error
        raise
    except BotoCoreError as error:  # no connection, timeouts
        raise StoreBusy from error


class SideBySide:
    """Runs calls of the store in threads (made when first needed), keeping the order of answers."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None

    def map(self, call: Callable[[Given], Taken], given: Iterable[Given]) -> list[Taken]:
        """`call` of each; one alone runs right here."""
        wanted = list(given)
        if len(wanted) < 2:
            return [call(each) for each in wanted]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="reads")
        return list(self._pool.map(call, wanted))
