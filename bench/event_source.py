"""The Kafka event source's own figures: what it does a second on a core, and from produce to invocation."""

import statistics

from bench.figures import Bar, Figure, figure
from bench.kafka_event_source import building, latency, overhead
from bench.services import Services

RUNS = 5


def event_source(services: Services) -> list[Figure]:
    built = [building() for _ in range(RUNS)]
    beside = [overhead(rounds=100)["cpu_ms_per_batch_of_2500"] for _ in range(RUNS)]
    late = [latency(services.kafka, records=100) for _ in range(RUNS)]
    p95_ms = statistics.median(each["p95_ms"] for each in late)
    what = "of 500 bytes, on one core"
    return [
        figure("event_source_records", "records/s", [each["records_per_s"] for each in built], what=what),
        figure("event_source_cpu", "us/record", [each["cpu_us_per_record"] for each in built]),
        figure("event_source_batch_of_2500", "ms", beside, what="CPU, a whole call"),
        figure(
            "event_source_latency", "ms", [each["median_ms"] for each in late], bar=Bar(most=100), p95_ms=p95_ms
        ),
    ]
