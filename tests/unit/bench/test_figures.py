"""Figures, the event sets and the tables of scale."""

import dataclasses
from collections import Counter

import pytest

from bench.event_set import viewer_json_events
from bench.figures import Bar, figure
from bench.scale import Measured, Size, breaking, heat, monthly
from bench.viewing import hour_of
from live_viewers.events.media_event import EventKind
from live_viewers.wire import DecodeSettings, decode

MEASURED = Measured(
    hot_units=1.3,
    index_units=0.1,
    profile_units=0.1,
    audience_units={0: 0.1},
    audience_key_units=0.2,
    cpu_s=100e-6,
)


def test_a_figure_is_the_median_with_its_spread_and_its_verdict() -> None:
    found = figure("f", "ms", [5, 1, 9], [2, 2, 4], Bar(most=5))

    assert (found.value, found.lowest, found.highest, found.ratio, found.is_met) == (5, 1, 9, 2.5, True)


@pytest.mark.parametrize(
    ("bar", "met"), [(Bar(least=5), True), (Bar(least=6), False), (Bar(4, 5), True), (Bar(most=4), False)]
)
def test_a_bar_has_one_side_or_two(bar: Bar, met: bool) -> None:
    assert bar.is_met(5) is met


def test_a_fifth_of_the_reference_set_changes_state() -> None:
    names = Counter(event.kind for _, value in viewer_json_events(viewers=100) if (event := read(value)))

    changing = sum(count for kind, count in names.items() if kind is not EventKind.PING)
    assert 0.19 <= changing / names.total() <= 0.22


def test_the_reference_set_is_the_same_each_time() -> None:
    assert list(viewer_json_events(viewers=3)) == list(viewer_json_events(viewers=3))


def test_an_hour_of_a_film_is_pings_and_a_sixth_else() -> None:
    kinds = Counter(event.kind for event in hour_of(10, True, 1_790_000_000_000))

    assert kinds[EventKind.PING] / 10 == pytest.approx(119.5, abs=1)
    assert 0.15 <= 1 - kinds[EventKind.PING] / kinds.total() <= 0.18


def test_counting_costs_what_was_measured_at_the_size_below() -> None:
    sized = dataclasses.replace(MEASURED, audience_units={0: 0.1, 1_000_000: 0.3})
    assert [sized.derived_units(viewers) for viewers in (1, 999_999, 1_000_000, 10**8)] == pytest.approx(
        [0.2, 0.2, 0.4, 0.4]
    )


def test_ten_times_the_viewers_cost_ten_times_the_writes() -> None:
    prices = {"dynamodb_write_units_million": 0.625, "lambda_arm_gb_second": 1e-5, "lambda_requests_million": 0.2}
    prices |= {"event_poller_unit_hour": 0.185, "log_gb": 0.5}
    small, large = (Size.of(viewers, 0, MEASURED) for viewers in (100_000, 1_000_000))

    assert large.units == pytest.approx(10 * small.units)
    name = "DynamoDB writes: sessions, index, timeline"
    assert monthly(large, 0, MEASURED, prices)[name] == pytest.approx(
        10 * monthly(small, 0, MEASURED, prices)[name]
    )


def test_no_lane_is_asked_for_more_than_half_its_time() -> None:
    size = Size.of(1_000_000, 0, MEASURED)

    assert size.events * MEASURED.cpu_s / size.partitions <= 0.5


def test_one_title_that_half_the_world_watches_heats_no_partition_of_viewers() -> None:
    by_viewer, by_title = heat(50_000, 8, celebrity_share=0.5)

    assert by_viewer < 1.1
    assert by_title > 4


def read(value: bytes) -> object:
    return decode(value, DecodeSettings(frozenset()))


def test_a_limit_holds_up_to_the_viewers_it_is_told_for() -> None:
    limits = breaking("low-latency", 0, MEASURED)
    for name, limit in (("4,000 write units/s", 4_000), ("40,000 write units/s", 40_000)):
        (viewers,) = (
            most for what, most in limits.items() if what.startswith("`ViewerProfiles`") and name in what
        )
        assert viewers is not None
        at, beyond = (Size.of(number, 0, MEASURED).profiles_units for number in (viewers, viewers + 1))
        assert at <= limit < beyond
    (executions,) = (most for what, most in limits.items() if what.startswith("Lambda"))
    assert executions is not None
    assert [Size.of(number, 0, MEASURED).partitions for number in (executions, executions + 1)] == [1_000, 1_001]


def test_economy_has_no_pollers_of_its_own() -> None:
    found = {preset: breaking(preset, 0, MEASURED) for preset in ("low-latency", "economy")}
    assert [found[preset]["the preset's pollers, half used"] for preset in found] == [138_888, None]
