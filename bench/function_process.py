"""process_events in a process of its own, as Lambda runs it: the event source reads on while it works."""

import multiprocessing
import time
from multiprocessing.connection import Connection
from typing import NamedTuple

from bench.event_set import ENDS_MS
from bench.function import Function, InstantCalls, quiet
from kafka_event_source.ports import Invocation
from live_viewers.dynamodb.writing.calls import Calls
from tests.tables import transport_of


class Store(NamedTuple):
    """A table of DynamoDB Local at `endpoint`; without one, a store that takes everything at once."""

    endpoint: str | None = None
    table: str = "instant"


class FunctionProcess:
    """An Invoker of the Kafka event source. Used as a context manager, which starts and ends the process."""

    function_arn = Function.function_arn

    def __init__(self, store: Store) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, store), daemon=True)
        self.records = 0
        self.failures = 0
        self.cpu_s = 0.0
        """CPU of its invocations so far, all its threads together."""

    def __enter__(self) -> "FunctionProcess":
        self._process.start()
        self._ours.recv()  # it has imported everything
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.send_bytes(b"")
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()

    def invoke(self, payload: bytes) -> Invocation:
        """See Invoker."""
        self._ours.send_bytes(payload)
        invocation, self.records, self.failures, self.cpu_s = self._ours.recv()
        answer: Invocation = invocation
        return answer

    def close(self) -> None:
        """The lane's end is not ours."""


def _serve(theirs: Connection, store: Store) -> None:
    calls = InstantCalls() if store.endpoint is None else Calls(transport_of(store.endpoint), store.table)
    function = Function(calls, store.table, ENDS_MS)
    with quiet():
        theirs.send(None)
        began = time.process_time()
        while payload := theirs.recv_bytes():
            invocation = function.invoke(payload)
            theirs.send((invocation, function.records, function.failures, time.process_time() - began))
