"""handler_viewer_json, handler_tsv, cpu_per_event: the function's own work, without broker, on one core."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from snowplow_analytics_sdk.event_transformer import transform

from bench.baseline import OneAtATime
from bench.calibration import decode_bare, values_of
from bench.event_set import ENDS_MS, viewer_json_events
from bench.figures import Bar, Figure, figure, in_turn, measured, ratio
from bench.function import DECODING, Function, InstantCalls, quiet
from bench.lambda_events import TSV_A_BATCH, parsed, payloads
from bench.services import Services
from bench.tsv_set import tsv_events
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.intake.arrivals import decode_batch
from live_viewers.intake.kafka_event import records_of
from live_viewers.session.media_session import MediaSession
from tests.tables import transport_of

RUNS = 5
CPU_BAR = 14.0  # bare decodes an event
_SETTINGS = DECODING


def handler_viewer_json(_: Services) -> list[Figure]:
    events = list(viewer_json_events(events_each=100))
    batches = parsed(payloads(events))
    ours, baseline = in_turn(
        RUNS,
        lambda: _rate(len(events), lambda: _to_sessions(batches)),
        lambda: _rate(len(events), lambda: _one_at_a_time(batches)),
    )
    what = "from a Lambda event to merged sessions; the baseline decodes and keeps a state a viewer, nothing else"
    return [
        figure("handler_viewer_json", "events/s", ours, baseline, what=what),
        ratio("handler_viewer_json_over_baseline", ours, baseline, Bar(least=0.4)),
    ]


def handler_tsv(_: Services) -> list[Figure]:
    events = list(tsv_events())
    batches = parsed(payloads(events, TSV_A_BATCH))
    lines = [value.decode() for _, value in events[:5_000]]
    ours, baseline = in_turn(
        RUNS,
        lambda: _rate(len(events), lambda: _to_sessions(batches)),
        lambda: _rate(len(lines), lambda: _transform(lines)),
    )
    size = sum(len(value) for _, value in events) / len(events)
    what = "the baseline: the Analytics SDK's transform alone"
    return [
        figure("handler_tsv", "events/s", ours, baseline, bytes_an_event=round(size), what=what),
        ratio("handler_tsv_over_sdk", ours, baseline, Bar(least=4)),
    ]


def cpu_per_event(services: Services) -> list[Figure]:
    """Process CPU of an instance: Lambda's parsing of the payload, and the handler; each by the bare decode."""
    events = list(viewer_json_events(events_each=40))
    some = payloads(events)
    batches = parsed(some)
    parsing = [_cpu_us(len(events), lambda: parsed(some)) for _ in range(RUNS)]
    with quiet():
        without, bare = in_turn(
            RUNS,
            lambda: _cpu_us(len(events), lambda: _handle(InstantCalls(), "instant", some)),
            lambda: _cpu_us(len(events), lambda: decode_bare(batches)),
        )
        with_client = []
        table = services.tables()["ViewerProfiles"]
        for run in range(RUNS + 1):  # the first warms DynamoDB Local up
            others = payloads(list(viewer_json_events(events_each=40, who=f"run{run:03d}")))
            calls = Calls(transport_of(services.dynamodb), table)
            with_client.append(_cpu_us(len(events), lambda: _handle(calls, table, others)))  # noqa: B023 - called now
        del with_client[0]
    handler = [each - min(parsing) for each in without]
    return [
        figure("cpu_per_event", "us", with_client, what="payload parsed, handled, written to DynamoDB Local"),
        figure("cpu_per_event_without_client", "us", handler, bare, what="the handler, store at once"),
        ratio("cpu_per_event_over_bare_decode", handler, bare, Bar(most=CPU_BAR), what="without client"),
        figure("cpu_per_event_parsing", "us", parsing, what="the payload's JSON, as Lambda's runtime parses it"),
    ]


def _handle(calls: Calls, table: str, some: Iterable[bytes]) -> None:
    function = Function(calls, table, ENDS_MS)
    for payload in some:
        while b"errorMessage" in function.invoke(payload).payload:
            time.sleep(0.1)


def _to_sessions(batches: Sequence[dict[str, Any]]) -> dict[tuple[str, str], MediaSession]:
    sessions: dict[tuple[str, str], MediaSession] = {}
    for batch in batches:
        _join(batch, sessions)
    return sessions


def _join(batch: dict[str, Any], sessions: dict[tuple[str, str], MediaSession]) -> None:
    """As in an invocation: when it ends, nothing of the batch is kept but what was joined."""
    arrivals = decode_batch(records_of(batch), _SETTINGS)
    if arrivals.refused:
        raise AssertionError(arrivals.refused[0])
    for key, part in arrivals.parts.items():
        session = sessions.get(key)
        if session is None:
            session = sessions[key] = MediaSession(*key)
        session.add_all(part.events)


def _one_at_a_time(batches: Sequence[dict[str, Any]]) -> None:
    OneAtATime(None, "").consume(values_of(batches))


def _transform(lines: Sequence[str]) -> None:
    for line in lines:
        transform(line)


def _rate(count: int, work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return count / (time.process_time() - started)


def _cpu_us(count: int, work: Callable[[], object]) -> float:
    with measured() as elapsed:
        work()
    return elapsed.cpu_s / count * 1e6
