"""drain_aws_like, drain_store, drain_instant: a topic of real Apache Kafka, drained by the real event source and
process_events.

The function runs in a process of its own, as Lambda has it. The baseline drains the same topic in turn; into a
store, which it calls once a change, only the topic's beginning. DynamoDB Local shows that what is written is
right, and spends more CPU than we do. How much faster we are, `drain_aws_like` tells: its store makes both wait as
AWS's does.
"""

import statistics
from contextlib import ExitStack

from bench.baseline import OneAtATime
from bench.event_set import EVENTS_EACH, viewer_json_events
from bench.figures import Bar, Figure, figure, in_turn, ratio
from bench.function_process import FunctionProcess, Store
from bench.services import Services
from bench.topic import drain, drain_one_at_a_time, filled_topic
from tests.tables import client_of

RUNS = 5
SLOW_RUNS = 3
VIEWERS = 1_000
BASELINE_EVENTS = 10_000  # into a store: a tenth of a viewer's events each would take it minutes a run


def drain_store(services: Services) -> list[Figure]:
    """All runs into one table, each of other viewers: DynamoDB Local crawls once a second table has items too."""
    table = services.tables()["ViewerProfiles"]
    count = VIEWERS * EVENTS_EACH
    cpu: list[float] = []
    retried = 0
    topic = ""

    def ours() -> float:
        nonlocal retried, topic
        events = viewer_json_events(VIEWERS, EVENTS_EACH, who=f"run{len(cpu):03d}")
        topic = filled_topic(services.kafka, events)
        with FunctionProcess(Store(services.dynamodb, table)) as function:
            elapsed = drain(services.kafka, topic, [function], count)
        retried += function.failures
        cpu.append((elapsed.cpu_s + function.cpu_s) / count * 1e6)
        return count / elapsed.wall_s

    def baseline() -> float:
        consumer = OneAtATime(client_of(services.dynamodb), table)
        elapsed = drain_one_at_a_time(services.kafka, topic, consumer, BASELINE_EVENTS)
        return BASELINE_EVENTS / elapsed.wall_s

    ours()  # DynamoDB Local is a JVM: its first thousands of calls are slower
    mine, theirs = in_turn(RUNS, ours, baseline)
    cpu = cpu[1:]
    found = figure("drain_store", "events/s", mine, theirs, retried_batches=retried)
    return [
        found,
        ratio("drain_store_over_baseline", mine, theirs),
        figure("drain_store_cpu", "us/event", cpu, what="the event source's share included"),
    ]


def drain_aws_like(services: Services) -> list[Figure]:
    """Both consumers with a store of AWS's latency; then ours with ten times that latency, where waiting and not
    the cores bounds it, from one partition and from four."""
    events = list(viewer_json_events(VIEWERS, EVENTS_EACH))
    cpu: list[float] = []
    store_cpu: list[float] = []
    topic = filled_topic(services.kafka, events)
    store = services.aws_like_store()

    def ours() -> float:
        before = store.cpu_s()
        with FunctionProcess(Store(store.endpoint)) as function:
            elapsed = drain(services.kafka, topic, [function], len(events))
        cpu.append((elapsed.cpu_s + function.cpu_s) / len(events) * 1e6)
        store_cpu.append((store.cpu_s() - before) / elapsed.wall_s)
        return len(events) / elapsed.wall_s

    def baseline() -> float:
        consumer = OneAtATime(client_of(store.endpoint), "instant")
        elapsed = drain_one_at_a_time(services.kafka, topic, consumer, BASELINE_EVENTS)
        return BASELINE_EVENTS / elapsed.wall_s

    mine, theirs = in_turn(RUNS, ours, baseline)
    return [
        figure("drain_aws_like", "events/s", mine, theirs),
        ratio("drain_aws_like_over_baseline", mine, theirs, Bar(least=25), store_cores=max(store_cpu)),
        figure("drain_aws_like_cpu", "us/event", cpu, what="the event source's share included"),
        _drain_by_partitions(services, events),
    ]


def _drain_by_partitions(services: Services, events: list[tuple[str, bytes]]) -> Figure:
    store = services.aws_like_store(scale=10)
    topics = {count: filled_topic(services.kafka, events, partitions=count) for count in (1, 4)}

    def rate(partitions: int) -> float:
        with ExitStack() as stack:
            functions = [stack.enter_context(FunctionProcess(Store(store.endpoint))) for _ in range(partitions)]
            elapsed = drain(services.kafka, topics[partitions], functions, len(events))
        return len(events) / elapsed.wall_s

    four, one = in_turn(SLOW_RUNS, lambda: rate(4), lambda: rate(1))
    name = "drain_slow_store_four_over_one_partition"
    return ratio(name, four, one, Bar(least=3.5), events_a_second=statistics.median(four))


def drain_instant(services: Services) -> list[Figure]:
    events = list(viewer_json_events())
    topic = filled_topic(services.kafka, events)
    cpu: list[float] = []

    def ours() -> float:
        with FunctionProcess(Store()) as function:
            elapsed = drain(services.kafka, topic, [function], len(events))
        cpu.append((elapsed.cpu_s + function.cpu_s) / len(events) * 1e6)
        return len(events) / elapsed.wall_s

    def baseline() -> float:
        elapsed = drain_one_at_a_time(services.kafka, topic, OneAtATime(None, "instant"), len(events))
        return len(events) / elapsed.wall_s

    mine, theirs = in_turn(RUNS, ours, baseline)
    return [
        figure("drain_instant", "events/s", mine, theirs),
        figure("drain_instant_cpu", "us/event", cpu, what="the event source's share included"),
    ]
