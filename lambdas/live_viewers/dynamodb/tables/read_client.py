"""How reads call DynamoDB: side by side, with short patience, and one exception for what passes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from live_viewers.dynamodb.direct_client import DirectClient, Unavailable
from live_viewers.dynamodb.passing import passes
from live_viewers.dynamodb.transport import ErrorAnswer, Transport
from live_viewers.profile.sources import StoreBusy

THREADS = 16
# A reader waits at the most for two tries; the page asks again in 2 s anyway.
ATTEMPTS = 2
READ_TIMEOUT_S = 3.0

Given = TypeVar("Given")
Taken = TypeVar("Taken")


def reader_of(environ: Mapping[str, str]) -> DirectClient:
    """A client with this patience, of a Lambda function's environment."""
    return DirectClient(Transport.from_environ(environ, READ_TIMEOUT_S), attempts=ATTEMPTS)


@contextmanager
def busy_when_it_passes() -> Iterator[None]:
    """Turns throttling and outages into StoreBusy; other errors are ours and stay."""
    try:
        yield
    except ErrorAnswer as error:
        # A transaction without conditions is only ever cancelled by a neighbour or for want of capacity.
        if passes(error.code) or error.code == "TransactionCanceledException":
            raise StoreBusy from error
        raise
    except Unavailable as error:  # no connection, timeouts
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
