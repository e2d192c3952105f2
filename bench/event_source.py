"""The Kafka event source's own figures: what it does a second on a core, and from produce to invocation."""

import statistics

from bench.figures import Bar, Figure, figure
from bench.kafka_event_source import building_s, latency, overhead_s
from bench.services import Services

RUNS = 5


def event_source(services: Services) -> list[Figure]:
    count = 200_000
    built_s = [building_s(count) for _ in range(RUNS)]
    beside_ms = [overhead_s() * 1000 for _ in range(RUNS)]
    late_ms, p95s_ms = zip(*(latency(services.kafka) for _ in range(RUNS)), strict=True)
    p95_ms = statistics.median(p95s_ms)
    of_500_bytes = "of 500 bytes, on one core"
    return [
        figure("event_source_records", "records/s", [count / each for each in built_s], what=of_500_bytes),
        figure("event_source_cpu", "us/record", [each / count * 1e6 for each in built_s]),
        figure("event_source_batch_of_2500", "ms", beside_ms, what="CPU, a whole call"),
        figure("event_source_latency", "ms", late_ms, bar=Bar(most=100), p95_ms=p95_ms),
    ]
