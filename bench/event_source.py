"""The Kafka event source's own figures: what it does a second on a core, and from produce to invocation."""

from bench.figures import Bar, Figure, figure
from bench.kafka_event_source import building, latency, overhead
from bench.services import Services


def event_source(services: Services) -> list[Figure]:
    built = building()
    beside = overhead()
    late = latency(services.kafka)
    return [
        figure("event_source_records", "records/s", [built["records_per_s"]], what="of 500 bytes, on one core"),
        figure("event_source_cpu", "us/record", [built["cpu_us_per_record"]]),
        figure("event_source_batch_of_2500", "ms", [beside["cpu_ms_per_batch_of_2500"]], what="CPU, a whole call"),
        figure("event_source_latency", "ms", [late["median_ms"]], bar=Bar(most=100), p95_ms=late["p95_ms"]),
    ]
