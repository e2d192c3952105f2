"""Retries, splitting, ages, item failures and destinations: what becomes of a batch."""

import json

import pytest

from kafka_event_source.attempt import Outcome
from kafka_event_source.event import MAX_PAYLOAD_BYTES
from kafka_event_source.mapping import EventSourceMapping
from kafka_event_source.ports import Invocation, Throttled, Unavailable
from tests.unit.kafka_event_source.making import (
    CLUSTER_ARN,
    FAILED,
    FUNCTION_ARN,
    PROVISIONED,
    WENT_WELL,
    Bench,
    KeptFailures,
    ManualClock,
    ScriptedInvoker,
    mapping,
    record,
)

QUEUE = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed"}}
TEN = [record(offset) for offset in range(10)]


def first(times: int, answer: Invocation | Exception) -> ScriptedInvoker:
    """Answers `times` times with `answer`, then well."""

    def behave(sent: list[tuple[int, int]]) -> Invocation:
        if len(invoker.calls) > times:
            return WENT_WELL
        if isinstance(answer, Exception):
            raise answer
        return answer

    invoker = ScriptedInvoker(behave)
    return invoker


def poison(*offsets: int) -> ScriptedInvoker:
    return ScriptedInvoker(lambda sent: FAILED if {o for _, o in sent} & set(offsets) else WENT_WELL)


def report(*failed: tuple[str, int]) -> Invocation:
    items = [{"itemIdentifier": {"partition": partition, "offset": offset}} for partition, offset in failed]
    return Invocation(200, None, json.dumps({"batchItemFailures": items}).encode(), "r")


def test_a_batch_that_succeeds_is_settled_once() -> None:
    bench = Bench(mapping(), ScriptedInvoker())
    assert bench.deliver(TEN)
    assert bench.settled == list(range(10))
    assert [attempt.outcome for attempt in bench.attempts] == [Outcome.SUCCEEDED]


def test_by_default_a_failing_batch_is_retried_whole_for_ever() -> None:
    bench = Bench(mapping(), first(500, FAILED))
    assert bench.deliver(TEN)
    assert len(bench.invoker.calls) == 501
    assert all(len(call) == 10 for call in bench.invoker.calls)
    assert bench.settled == list(range(10))


def test_waits_double_up_to_the_longest() -> None:
    bench = Bench(mapping(), first(6, FAILED))
    bench.deliver(TEN)
    assert bench.clock.waits == [1, 2, 4, 8, 8, 8]


def test_nothing_is_settled_when_stopped_while_retrying() -> None:
    bench = Bench(mapping(), first(500, FAILED), clock=ManualClock(stop_after=3))
    assert not bench.deliver(TEN)
    assert bench.settled == []


def test_maximum_retry_attempts_counts_tries_after_the_first() -> None:
    bench = Bench(mapping(MaximumRetryAttempts=2, ProvisionedPollerConfig=PROVISIONED), poison(3))
    assert bench.deliver(TEN)
    assert len(bench.invoker.calls) == 3
    assert bench.attempts[-1].outcome is Outcome.DISCARDED
    assert bench.settled == list(range(10))


def test_for_ever_means_10_retries_once_there_is_a_destination() -> None:
    bench = Bench(mapping(DestinationConfig=QUEUE), poison(3), KeptFailures())
    assert bench.deliver(TEN)
    assert len(bench.invoker.calls) == 11


@pytest.mark.parametrize("problem", [Throttled("429"), Unavailable("no answer")])
def test_throttling_and_an_unreachable_function_count_as_no_retry(problem: Exception) -> None:
    settings = mapping(MaximumRetryAttempts=0, ProvisionedPollerConfig=PROVISIONED)
    bench = Bench(settings, first(50, problem))
    assert bench.deliver(TEN)
    assert len(bench.invoker.calls) == 51
    assert [attempt.outcome for attempt in bench.attempts].count(Outcome.DISCARDED) == 0


def test_bisect_batch_on_function_error_isolates_the_bad_record_in_order() -> None:
    settings = mapping(
        BisectBatchOnFunctionError=True, MaximumRetryAttempts=1, ProvisionedPollerConfig=PROVISIONED
    )
    bench = Bench(settings, poison(3))
    assert bench.deliver(TEN)
    assert bench.settled == list(range(10))
    discarded = [a for a in bench.attempts if a.outcome is Outcome.DISCARDED]
    assert [one.offset for attempt in discarded for one in attempt.records] == [3]
    assert bench.invoker.calls.count([(0, 3)]) == 2, "splitting used up no retry"


def test_with_bisect_and_retries_for_ever_the_records_before_the_bad_one_get_through() -> None:
    settings = mapping(BisectBatchOnFunctionError=True, ProvisionedPollerConfig=PROVISIONED)
    bench = Bench(settings, poison(3), clock=ManualClock(stop_after=5))
    assert not bench.deliver(TEN)
    assert bench.settled == [0, 1, 2]


def test_maximum_record_age_gives_up_old_records_only() -> None:
    settings = mapping(MaximumRecordAgeInSeconds=60, ProvisionedPollerConfig=PROVISIONED)
    now = 1_700_000_000_000
    records = [record(0, timestamp_ms=now - 61_000), record(1, timestamp_ms=now - 59_000)]
    bench = Bench(settings, ScriptedInvoker(), clock=ManualClock(now=now))
    assert bench.deliver(records)
    assert bench.invoker.calls == [[(0, 1)]]
    assert bench.settled == [0, 1]


def test_maximum_record_age_ends_retries_and_throttling() -> None:
    settings = mapping(MaximumRecordAgeInSeconds=60, DestinationConfig=QUEUE, ProvisionedPollerConfig=PROVISIONED)
    now = 1_700_000_000_000
    kept = KeptFailures()
    bench = Bench(settings, first(500, Throttled("429")), kept, ManualClock(now=now))
    assert bench.deliver([record(0, timestamp_ms=now)])
    assert 60 <= sum(bench.clock.waits) < 70
    assert kept.sent[0][0]["requestContext"]["condition"] == "RecordAgeExceeded"
    assert kept.sent[0][0]["responseContext"] is None, "the function never ran"


def reporting(**more: object) -> EventSourceMapping:
    given = {"FunctionResponseTypes": ["ReportBatchItemFailures"], "ProvisionedPollerConfig": PROVISIONED}
    return mapping(**{**given, **more})


def test_report_batch_item_failures_goes_on_from_the_lowest_failed_offset_of_each_partition() -> None:
    records = [*TEN[:4], *(record(offset, partition=1) for offset in range(4))]
    answers = iter([report(("events-0", 3), ("events-0", 2), ("events-1", 1)), report()])
    bench = Bench(reporting(), ScriptedInvoker(lambda sent: next(answers)))
    assert bench.deliver(records)
    assert bench.invoker.calls[1] == [(0, 2), (0, 3), (1, 1), (1, 2), (1, 3)]
    assert bench.settled[:3] == [0, 1, 0], "what came before is committed at once"


def test_report_batch_item_failures_counts_retries_of_each_first_record_anew() -> None:
    """A batch with several bad records must not use up the retries of those behind."""
    fails = {2: 2, 5: 2}

    def behave(sent: list[tuple[int, int]]) -> Invocation:
        for _, offset in sent:
            if fails.get(offset, 0) > 0:
                fails[offset] -= 1
                return report(("events-0", offset))
        return WENT_WELL

    bench = Bench(reporting(MaximumRetryAttempts=2), ScriptedInvoker(behave))
    assert bench.deliver(TEN)
    assert Outcome.DISCARDED not in [attempt.outcome for attempt in bench.attempts]
    assert bench.settled == list(range(10))


@pytest.mark.parametrize(
    "answer",
    [
        b"not json",
        b"[]",
        b'{"batchItemFailures": "all"}',
        b'{"batchItemFailures": [{}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "events-0"}]}',
        b'{"batchItemFailures": [{"itemIdentifier": {"partition": "events-0"}}]}',
        b'{"batchItemFailures": [{"itemIdentifier": {"partition": "events-0", "offset": "3"}}]}',
        b'{"batchItemFailures": [{"itemIdentifier": {"partition": "events-9", "offset": 3}}]}',
        b'{"batchItemFailures": [{"itemIdentifier": {"partition": "events-0", "offset": 99}}]}',
    ],
)
def test_a_malformed_report_fails_the_whole_batch(answer: bytes) -> None:
    bench = Bench(reporting(), first(1, Invocation(200, None, answer, "r")))
    assert bench.deliver(TEN)
    assert [len(call) for call in bench.invoker.calls] == [10, 10]
    assert bench.attempts[0].outcome is Outcome.FUNCTION_ERROR


@pytest.mark.parametrize(
    "answer", [b"", b"null", b"{}", b'{"batchItemFailures": []}', b'{"batchItemFailures": null}']
)
def test_an_empty_report_is_success(answer: bytes) -> None:
    bench = Bench(reporting(), ScriptedInvoker(lambda sent: Invocation(200, None, answer, "r")))
    assert bench.deliver(TEN)
    assert len(bench.invoker.calls) == 1


def test_without_report_batch_item_failures_the_answer_is_not_read() -> None:
    bench = Bench(mapping(), ScriptedInvoker(lambda sent: report(("events-0", 3))))
    assert bench.deliver(TEN)
    assert len(bench.invoker.calls) == 1


def test_on_failure_gets_aws_record_of_the_batch() -> None:
    settings = mapping(MaximumRetryAttempts=1, DestinationConfig=QUEUE, ProvisionedPollerConfig=PROVISIONED)
    kept = KeptFailures()
    bench = Bench(settings, ScriptedInvoker(lambda sent: FAILED), kept)
    assert bench.deliver([record(7), record(8)])
    ((failure, payload),) = kept.sent
    moment = "2018-12-17T22:10:50.987Z"
    assert failure == {
        "requestContext": {
            "requestId": "req-1",
            "functionArn": FUNCTION_ARN,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2018-12-17T22:10:52.000Z",
        "KafkaBatchInfo": {
            "batchSize": 2,
            "eventSourceArn": CLUSTER_ARN,
            "bootstrapServers": "broker:9092",
            "payloadSize": len(payload),
            "recordsInfo": {
                "events-0": {
                    "firstRecordOffset": "7",
                    "lastRecordOffset": "8",
                    "firstRecordTimestamp": moment,
                    "lastRecordTimestamp": moment,
                }
            },
        },
    }
    assert len(json.loads(payload)["records"]["events-0"]) == 2


def test_a_record_beyond_6_mb_goes_to_on_failure_without_being_invoked() -> None:
    kept = KeptFailures()
    bench = Bench(mapping(DestinationConfig=QUEUE), ScriptedInvoker(), kept)
    assert bench.deliver([record(0, b"x" * MAX_PAYLOAD_BYTES), record(1)])
    assert bench.invoker.calls == [[(0, 1)]]
    assert kept.sent[0][0]["requestContext"]["condition"] == "MaximumPayloadSizeExceeded"
    assert kept.sent[0][0]["responseContext"] is None
    assert bench.settled == [0, 1]


def test_a_destination_that_is_away_is_waited_for() -> None:
    settings = mapping(MaximumRetryAttempts=0, DestinationConfig=QUEUE, ProvisionedPollerConfig=PROVISIONED)
    kept = KeptFailures(refuse=3)
    bench = Bench(settings, ScriptedInvoker(lambda sent: FAILED), kept)
    assert bench.deliver([record(0)])
    assert len(kept.sent) == 1
    assert bench.settled == [0]


def test_nothing_is_settled_before_the_destination_has_it() -> None:
    settings = mapping(MaximumRetryAttempts=0, DestinationConfig=QUEUE, ProvisionedPollerConfig=PROVISIONED)
    bench = Bench(
        settings, ScriptedInvoker(lambda sent: FAILED), KeptFailures(refuse=99), ManualClock(stop_after=2)
    )
    assert not bench.deliver([record(0)])
    assert bench.settled == []
