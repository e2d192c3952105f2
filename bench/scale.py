"""`python -m bench.scale`: the tables of docs/scale.md, of the figures in results.json and of prices.json.

What is assumed rather than measured stands in ASSUMED, and is printed with the tables.
"""

import json
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zlib import crc32

from bench import services  # noqa: F401 - sets the path
from live_viewers.defaults import AUDIENCE_SHARDS, LIVE_SHARDS, MOST_SHARDS
from stacks.kafka_config import PRESETS as KAFKA_PRESETS

FOLDER = Path(__file__).parent
MONTH_S = 730 * 3600
PING_S = 30
AUDIENCES = (10_000, 1_000_000, 100_000_000)
PRESETS = {"low-latency": 0.0, "economy": 2.0}

ASSUMED = {
    "events a ping": 1.2,  # the film of bench.viewing
    "bytes an enriched TSV event": 1_800,
    "seconds of a batch besides CPU (invocation, store's round trips on AWS)": 0.02,
    "share of a lane, a shard or a partition that is used": 0.5,
    "bytes logged a batch": 1_500,
    "requests a page and second (overview every 2 s, its counts and its rows)": 1.0,
    "messages a page and second (one title or viewer subscribed)": 0.2,
    "titles": 5_000,
}
FUNCTION_GB, STREAM_GB, API_GB = 1769 / 1024, 1.0, 1.0
# AWS's quotas as documented: of a partition of a table or an index, an event poller unit, an on-demand table.
PARTITION_WRITE_UNITS = 1_000
RECORDS_A_BATCH = 2_500  # TSV lines in a payload of 6 MB
POLLER_BYTES = 5_000_000
POLLER_UNIT_BYTES = 20_000_000  # what is paid for: by default up to ten pollers
TABLE_WRITE_UNITS = 40_000
NEW_TABLE_WRITE_UNITS = 4_000
CONCURRENT_EXECUTIONS = 1_000
STREAM_WINDOW_S = 5


@dataclass(frozen=True)
class Measured:
    """Of results.json: units an event, and CPU seconds an event."""

    hot_units: float
    index_units: float
    profile_units: float
    audience_units: Mapping[int, float]  # by the least number of viewers
    audience_key_units: float  # of these, those under the keys that everything and titles share
    cpu_s: float

    @classmethod
    def of(cls, preset: str) -> "Measured":
        results = json.loads((FOLDER / "results.json").read_text())
        steady = results[f"steady_{preset.replace('-', '_')}_film_viewer_key"]
        parsing = results["cpu_per_event_parsing"]["value"] + 1e6 / results["handler_tsv"]["value"]
        return cls(
            steady["value"],
            steady["notes"]["index"],
            results["audience_and_profile_units"]["notes"]["profile"],
            {least: results[f"audience_units_{name}"]["value"] for least, name in ((0, "10k"), (1_000_000, "1m"))},
            sum(results["audience_units_1m"]["notes"][kind] for kind in ("all", "title")),
            (steady["notes"]["cpu_us"] + parsing) / 1e6,
        )

    def derived_units(self, viewers: int) -> float:
        """Of the audience and the profiles: the more viewers, the more titles and stream shards there are."""
        return self.profile_units + self.audience_units[max(n for n in self.audience_units if n <= viewers)]


@dataclass(frozen=True)
class Size:
    """What so many viewers ask for, in a steady second."""

    events: float
    partitions: int
    pollers: int
    poller_units: int
    batches: float
    batch_s: float
    units: float
    derived_units: float
    index_units: float
    profiles_units: float  # of the table ViewerProfiles: the audience is another
    index_shards: int
    stream_shards: int

    @classmethod
    def of(cls, viewers: int, window_s: float, measured: Measured) -> "Size":
        used = ASSUMED["share of a lane, a shard or a partition that is used"]
        events = viewers / PING_S * ASSUMED["events a ping"]
        partitions = max(4, math.ceil(events * measured.cpu_s / used))
        lane = events / partitions
        beside_s = ASSUMED["seconds of a batch besides CPU (invocation, store's round trips on AWS)"]
        waits_s = max(beside_s, window_s)
        # A batch is what has come while the one before was under way.
        records = min(RECORDS_A_BATCH, max(1.0, lane * waits_s / (1 - lane * measured.cpu_s)))
        derived_units = measured.derived_units(viewers)
        units = events * (measured.hot_units + derived_units)
        index_units = events * measured.index_units
        profiles_units = events * (measured.hot_units + measured.profile_units)
        carried = events * ASSUMED["bytes an enriched TSV event"] / used
        return cls(
            events,
            partitions,
            math.ceil(carried / POLLER_BYTES),
            math.ceil(carried / POLLER_UNIT_BYTES),
            events / records,
            beside_s + records * measured.cpu_s,
            units,
            events * derived_units,
            index_units,
            profiles_units,
            math.ceil(index_units / (PARTITION_WRITE_UNITS * used)),
            math.ceil(profiles_units / (PARTITION_WRITE_UNITS * used)),
        )

    @property
    def busy_s(self) -> float:
        return self.batches * self.batch_s


def monthly(size: Size, window_s: float, measured: Measured, prices: dict[str, float]) -> dict[str, float]:
    """USD a month (730 hours) at this size all the time."""
    million = MONTH_S / 1e6
    lane_s = size.events * (measured.cpu_s + 0.0001)
    stream_batches = size.stream_shards / STREAM_WINDOW_S
    return {
        "DynamoDB writes: sessions, index, timeline": size.events
        * measured.hot_units
        * million
        * prices["dynamodb_write_units_million"],
        "DynamoDB writes: audience, profiles": size.derived_units
        * million
        * prices["dynamodb_write_units_million"],
        "process_events": size.busy_s * FUNCTION_GB * MONTH_S * prices["lambda_arm_gb_second"]
        + size.batches * million * prices["lambda_requests_million"],
        "project_changes, push_updates": lane_s * STREAM_GB * MONTH_S * prices["lambda_arm_gb_second"]
        + (stream_batches + size.batches) * million * prices["lambda_requests_million"],
        "event pollers (provisioned)": 0.0
        if window_s
        else size.poller_units * 730 * prices["event_poller_unit_hour"],
        "logs": size.batches * ASSUMED["bytes logged a batch"] * MONTH_S / 1e9 * prices["log_gb"],
    }


def pages_monthly(pages: float, prices: dict[str, float]) -> float:
    """USD a month of so many open pages: requests, what answers them, and WebSockets."""
    million = MONTH_S / 1e6
    requests = pages * ASSUMED["requests a page and second (overview every 2 s, its counts and its rows)"]
    messages = pages * ASSUMED["messages a page and second (one title or viewer subscribed)"]
    answer_s = 0.03
    return (
        requests * million * (prices["http_api_requests_million"] + prices["lambda_requests_million"])
        + requests * answer_s * API_GB * MONTH_S * prices["lambda_arm_gb_second"]
        + messages * million * prices["websocket_messages_million"]
        + pages * MONTH_S / 60 / 1e6 * prices["websocket_connection_minutes_million"]
    )


def heat(viewers: int, spread_over: int, celebrity_share: float, seed: int = 1) -> tuple[float, float]:
    """(the hottest place over the mean, keyed by viewer; the same keyed by title), for viewers of whom so many
    watch one title and the rest others by Zipf's law. A sample of 200,000 viewers stands for more."""
    rng = Random(seed)
    sample = min(viewers, 200_000)
    titles = int(ASSUMED["titles"])
    weights = [1 / (rank + 1) for rank in range(titles)]
    by_viewer: Counter[int] = Counter()
    by_title: Counter[int] = Counter()
    drawn = rng.choices(range(1, titles + 1), weights, k=sample)
    for viewer, title in enumerate(drawn):
        watched = 0 if rng.random() < celebrity_share else title
        by_viewer[crc32(f"viewer-{viewer}".encode()) % spread_over] += 1
        by_title[crc32(f"title-{watched}".encode()) % spread_over] += 1
    mean = sample / spread_over
    return max(by_viewer.values()) / mean, max(by_title.values()) / mean


def audience_heat(size: Size, measured: Measured, shards: int = AUDIENCE_SHARDS) -> float:
    """Write units a second on the busiest partition key of Audience: everything and all titles of a block, from
    the stream shards that share a key."""
    a_shard = size.events / size.stream_shards * measured.audience_key_units
    return a_shard * math.ceil(size.stream_shards / shards)


def breaking(preset: str, window_s: float, measured: Measured) -> dict[str, int | None]:
    """At how many viewers each limit is reached; None where the preset doesn't have it."""

    def viewers(of: Callable[[Size], float], limit: float) -> int:
        return bisect_right(range(10**9), limit, lo=1, key=lambda n: of(Size.of(n, window_s, measured))) - 1

    used = ASSUMED["share of a lane, a shard or a partition that is used"]
    provisioned = KAFKA_PRESETS[preset].get("provisioned")
    place = PARTITION_WRITE_UNITS * used
    return {
        "`ViewerProfiles`: 4,000 write units/s, a new table's": viewers(
            lambda s: s.profiles_units, NEW_TABLE_WRITE_UNITS
        ),
        "the preset's pollers, half used": viewers(lambda s: s.pollers, provisioned["maximum"])
        if provisioned
        else None,
        "`Audience`: 1,000 units/s on the busiest key": viewers(
            lambda s: audience_heat(s, measured), PARTITION_WRITE_UNITS
        ),
        f"the same with `audience_shards: {MOST_SHARDS}`": viewers(
            lambda s: audience_heat(s, measured, MOST_SHARDS), PARTITION_WRITE_UNITS
        ),
        "`ViewerProfiles`: 40,000 write units/s, the account's default": viewers(
            lambda s: s.profiles_units, TABLE_WRITE_UNITS
        ),
        f"`LiveSessions`: {LIVE_SHARDS} shards, half used": viewers(lambda s: s.index_units, LIVE_SHARDS * place),
        f"the same with `live_shards: {MOST_SHARDS}`": viewers(lambda s: s.index_units, MOST_SHARDS * place),
        "Lambda: 1,000 concurrent executions, the account's default": viewers(
            lambda s: s.partitions, CONCURRENT_EXECUTIONS
        ),
    }


def main() -> None:
    price_list = json.loads((FOLDER / "prices.json").read_text())
    prices = price_list["prices"]
    print(f"Prices: {price_list['region']}, {price_list['as_of']}. Assumed: {ASSUMED}\n")
    for preset, window_s in PRESETS.items():
        measured = Measured.of(preset)
        sizes = {viewers: Size.of(viewers, window_s, measured) for viewers in AUDIENCES}
        _print_sizes(preset, sizes, measured)
        _print_costs(preset, window_s, measured, sizes, prices)
    _print_breaking()
    _print_heat()


def _print_breaking() -> None:
    found = {preset: breaking(preset, window_s, Measured.of(preset)) for preset, window_s in PRESETS.items()}
    print("| viewers at which it is reached | " + " | ".join(found) + " |")
    print("|---|" + "---:|" * len(found))
    for name in next(iter(found.values())):
        print(f"| {name} | " + " | ".join(_viewers(each[name]) for each in found.values()) + " |")
    print()


def _viewers(number: int | None) -> str:
    """Two digits are more than such a number deserves."""
    return "–" if number is None else f"{int(float(f'{number:.2g}')):,}"


def _print_sizes(preset: str, sizes: dict[int, Size], measured: Measured) -> None:
    rows: dict[str, Callable[[Size], float]] = {
        "events/s": lambda s: s.events,
        "partitions of the topic = concurrent process_events": lambda s: s.partitions,
        "event pollers": lambda s: s.pollers,
        "event poller units (provisioned)": lambda s: s.poller_units,
        "records a batch": lambda s: s.events / s.batches,
        "batches/s": lambda s: s.batches,
        "write units/s, all tables": lambda s: s.units,
        "of the default table quota (40,000/s), ViewerProfiles": lambda s: s.profiles_units / TABLE_WRITE_UNITS,
        "`live_shards` wanted": lambda s: s.index_shards,
        "stream shards": lambda s: s.stream_shards,
        "hottest key of Audience, units/s (a key takes 1,000)": lambda s: audience_heat(s, measured),
    }
    print(f"| {preset} | " + " | ".join(f"{viewers:,} viewers" for viewers in sizes) + " |")
    print("|---|" + "---:|" * len(sizes))
    for name, value in rows.items():
        print(f"| {name} | " + " | ".join(_text(value(size)) for size in sizes.values()) + " |")
    print()


def _print_costs(
    preset: str, window_s: float, measured: Measured, sizes: dict[int, Size], prices: dict[str, float]
) -> None:
    costs = {viewers: monthly(size, window_s, measured, prices) for viewers, size in sizes.items()}
    print(f"| USD a month, {preset} | " + " | ".join(f"{viewers:,} viewers" for viewers in costs) + " |")
    print("|---|" + "---:|" * len(costs))
    for name in next(iter(costs.values())):
        print(f"| {name} | " + " | ".join(_text(cost[name]) for cost in costs.values()) + " |")
    totals = {viewers: sum(cost.values()) for viewers, cost in costs.items()}
    print("| **all of it** | " + " | ".join(f"**{_text(total)}**" for total in totals.values()) + " |")
    a_million = [totals[viewers] / (sizes[viewers].events * MONTH_S / 1e6) for viewers in totals]
    print("| a million events | " + " | ".join(f"{each:.2f}" for each in a_million) + " |")
    per = [totals[viewers] / viewers * 10_000 for viewers in totals]
    print("| 10,000 concurrent viewers | " + " | ".join(_text(each) for each in per) + " |")
    print(f"\nA thousand open pages: {_text(pages_monthly(1_000, prices))} USD a month.\n")


def _print_heat() -> None:
    print("| hottest place over the mean | by viewer (what is used) | by title (what is not) |")
    print("|---|---:|---:|")
    for viewers, places in ((10_000, 4), (1_000_000, 32), (100_000_000, 1_000)):
        for share in (0.0, 0.5):
            viewer, title = heat(viewers, places, share)
            told = f"{viewers:,} viewers, {places} places, {share:.0%} watch one title"
            print(f"| {told} | {viewer:.2f} | {title:.1f} |")


def _text(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


if __name__ == "__main__":
    main()
