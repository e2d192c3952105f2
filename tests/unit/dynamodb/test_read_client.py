"""How long a read waits for the store, and what it says of one that doesn't answer."""

import socket
import time

import pytest

from live_viewers.dynamodb.direct_client import Unavailable
from live_viewers.dynamodb.http_connection import CONNECT_TIMEOUT_S
from live_viewers.dynamodb.tables import read_client
from live_viewers.dynamodb.tables.read_client import ATTEMPTS, READ_TIMEOUT_S, busy_when_it_passes, reader_of
from live_viewers.dynamodb.transport import ErrorAnswer
from live_viewers.profile.sources import StoreBusy
from stacks.function_table import FUNCTIONS

THROTTLED, CANCELLED, WRONG = "ThrottlingException", "TransactionCanceledException", "ValidationException"


def refusal(code: str) -> ErrorAnswer:
    return ErrorAnswer(code, 400, {})


@pytest.mark.parametrize(
    "failure", [refusal(THROTTLED), refusal(CANCELLED), Unavailable("Query: time-out")], ids=repr
)
def test_what_passes_is_a_store_that_is_busy(failure: Exception) -> None:
    with pytest.raises(StoreBusy), busy_when_it_passes():
        raise failure


@pytest.mark.parametrize("failure", [refusal(WRONG), KeyError("ours")], ids=repr)
def test_what_is_ours_stays(failure: Exception) -> None:
    with pytest.raises(type(failure)), busy_when_it_passes():
        raise failure


def test_a_store_that_says_nothing_is_asked_twice_and_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_client, "READ_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environ = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        reader = reader_of(environ | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"})
        began_s = time.monotonic()
        with pytest.raises(StoreBusy), busy_when_it_passes():
            reader.get_item(TableName="sockets", Key={})
        assert time.monotonic() - began_s < ATTEMPTS * READ_TIMEOUT_S  # of the client as it is
        silent.settimeout(0.1)
        assert [silent.accept()[0].close() for _ in range(ATTEMPTS)] == [None] * ATTEMPTS
        with pytest.raises(TimeoutError):
            silent.accept()


def test_a_function_outlives_a_reader_s_patience() -> None:
    longest_s = ATTEMPTS * (CONNECT_TIMEOUT_S + READ_TIMEOUT_S)
    assert longest_s < FUNCTIONS["serve_sockets"].timeout_s
