"""What the emulator would keep for as long as it runs, cut short; with its own code, and no server."""

import time
from typing import Any

import pytest
from ministack.services import cloudwatch_logs, dynamodb, lambda_svc

from services.ministack_server import LOG_STREAMS_KEPT, STREAM_RECORDS_KEPT_S, with_few_log_streams

FUNCTION = {"FunctionName": "counts", "Version": "$LATEST"}


@pytest.fixture(autouse=True)
def _as_it_was() -> Any:
    yield
    cloudwatch_logs._log_groups.clear()
    dynamodb._stream_records.clear()
    dynamodb._stream_trimmed.clear()


def messages() -> list[str]:
    """The middle line of each log stream, oldest first."""
    streams = cloudwatch_logs._log_groups["/aws/lambda/counts"]["streams"]
    return [stream["events"][1]["message"] for stream in streams.values()]


def test_a_function_keeps_the_logs_of_its_newest_invocations() -> None:
    emit = with_few_log_streams(lambda_svc._emit_lambda_logs)
    for number in range(LOG_STREAMS_KEPT + 30):
        emit(FUNCTION, f"request-{number}", f"line {number}", False, 3)
    assert messages() == [f"line {number}" for number in range(30, LOG_STREAMS_KEPT + 30)]


def test_without_that_it_keeps_them_all() -> None:
    for number in range(LOG_STREAMS_KEPT + 30):
        lambda_svc._emit_lambda_logs(FUNCTION, f"request-{number}", f"line {number}", False, 3)
    assert len(messages()) == LOG_STREAMS_KEPT + 30


def test_a_tables_stream_is_cut_by_age_and_positions_stay_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb, "_STREAM_RETENTION_SECONDS", STREAM_RECORDS_KEPT_S)
    now = time.time()
    ages = (STREAM_RECORDS_KEPT_S + 60, STREAM_RECORDS_KEPT_S + 5, STREAM_RECORDS_KEPT_S - 60, 1)
    dynamodb._stream_records["profiles"] = [
        {"dynamodb": {"ApproximateCreationDateTime": now - age}} for age in ages
    ]
    assert dynamodb.stream_end_position("profiles") == len(ages)
    assert dynamodb.stream_start_position("profiles") == 2
    assert len(dynamodb.stream_records_since("profiles", 0, 10)) == 2
