"""steady_write_units: what viewers at a 30 s ping cost while they watch, event by event, for both presets.

The hour is simulated: the real hot path (SessionWriter), with a store that counts units by DynamoDB's rules
(capacity.ModelledCalls); those are held against DynamoDB Local for a part of it. What one viewer costs doesn't
depend on how many others there are, so 60 viewers stand for any number.
"""

from collections.abc import Iterable, Iterator
from random import Random

from bench.capacity import ADS, INDEX, TABLE, TIMELINE, MeteredTransport, ModelledCalls
from bench.event_set import BEGINS
from bench.figures import Bar, Figure, figure, measured
from bench.services import Services
from bench.viewing import HOUR_S, hour_of, stopped_clock
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import MediaEvent
from live_viewers.intake.store import SessionPart
from live_viewers.settings import ProcessEventsSettings
from stacks.config import parse_config

VIEWERS = 60
PARTITIONS = 4
# How long a batch gathers: the delivery of single records, and the economy preset's window.
BATCH_S = {"low-latency": 0.1, "economy": 2.0}
BARS = {"low-latency": 1.6, "economy": 0.8}
SAMPLE_VIEWERS, SAMPLE_S = 20, 1500.0  # the first ad breaks are within it
_BEGINS_MS = int(BEGINS.timestamp() * 1000)


def steady_write_units(services: Services) -> list[Figure]:
    figures = []
    for preset in BATCH_S:
        for life in ("film", "pings"):
            for key in ("viewer", "random"):
                calls = ModelledCalls()
                with measured() as elapsed:
                    events = _play(_instances(calls, preset), preset, life, key, VIEWERS, HOUR_S)
                name = f"steady_{preset}_{life}_{key}_key"
                # A film with ads, on a topic keyed by chance, is only told.
                bar = None if (life, key) == ("film", "random") else Bar(most=BARS[preset])
                figures.append(_figure(name, calls, events, bar, elapsed.cpu_s / events * 1e6))
                if (life, key) == ("film", "viewer"):
                    ads = [calls.units[ADS] / events]
                    figures.append(figure(f"{name}_ads".replace("-", "_"), "units/event", ads, bar=Bar(most=0.12)))
    return [*figures, *_model_against_store(services)]


def _figure(name: str, calls: ModelledCalls, events: int, bar: Bar | None, cpu_us: float) -> Figure:
    """`cpu_us` an event: the hot path's from decoded events on, with making the events and the model's own."""
    return figure(
        name.replace("-", "_"),
        "units/event",
        [sum(calls.units.values()) / events],
        bar=bar,
        table=calls.units[TABLE] / events,
        index=calls.units[INDEX] / events,
        timeline=calls.units[TIMELINE] / events,
        ads=calls.units[ADS] / events,
        lost_writes=calls.lost / events,
        cpu_us=cpu_us,
        events=events,
    )


def _model_against_store(services: Services) -> list[Figure]:
    """The same part of the hour on DynamoDB Local: units told by it, as a share of those of the model."""
    figures = []
    for preset in BATCH_S:
        model = ModelledCalls()
        _play(_instances(model, preset), preset, "film", "random", SAMPLE_VIEWERS, SAMPLE_S)
        names = services.tables()
        meter = MeteredTransport(services.dynamodb)
        calls = Calls(meter, names["ViewerProfiles"])
        _play(_instances(calls, preset), preset, "film", "random", SAMPLE_VIEWERS, SAMPLE_S)
        shares = {part: meter.units[part] / model.units[part] for part in (TABLE, INDEX, TIMELINE, ADS)}
        told = sum(meter.units.values()) / sum(model.units.values())
        name = f"steady_{preset}_store_over_model".replace("-", "_")
        figures.append(figure(name, "x", [told], (), Bar(0.98, 1.02), **shares))
    return figures


def _instances(calls: Calls, preset: str) -> list[SessionWriter]:
    """A function instance for each partition, each with its own memory."""
    source = {"type": "msk_serverless"}
    interval_s = parse_config("bench", {"kafka": {"source": source, "preset": preset}}).ping_write_interval_s
    table = getattr(calls, "_table", "model")
    settings = ProcessEventsSettings(
        stage="local",
        viewer_profiles_table=table,
        rejected_bucket="-",
        live_index_secret="secret",
        tombstone_secret="secret",
        ping_write_interval_s=interval_s,
    )
    return [SessionWriter(calls, settings) for _ in range(PARTITIONS)]


def _play(instances: list[SessionWriter], preset: str, life: str, key: str, viewers: int, seconds: float) -> int:
    """Every partition's batches, one after another as they fill; the number of events."""
    rng = Random(1)
    count = 0
    for batch in _batches(hour_of(viewers, life == "film", _BEGINS_MS, seconds), BATCH_S[preset]):
        now_ms = batch[-1].event_time_ms + 300
        partitions: dict[int, dict[tuple[str, str], SessionPart]] = {}
        for event in batch:
            number = hash(event.session_id) if key == "viewer" else rng.randrange(PARTITIONS)
            parts = partitions.setdefault(number % PARTITIONS, {})
            at = (event.viewer_id, event.session_id)
            part = parts.setdefault(at, SessionPart(*at))
            part.events.append(event)
            part.records.append({})
        for partition, parts in partitions.items():
            instances[partition].write(list(parts.values()), stopped_clock(now_ms), lambda: 60_000)
        count += len(batch)
    return count


def _batches(events: Iterable[MediaEvent], window_s: float) -> Iterator[list[MediaEvent]]:
    batch: list[MediaEvent] = []
    for event in events:
        if batch and event.event_time_ms - batch[0].event_time_ms > window_s * 1000:
            yield batch
            batch = []
        batch.append(event)
    if batch:
        yield batch
