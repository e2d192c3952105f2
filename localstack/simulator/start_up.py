"""From ready to the first frame: a viewer hesitates, clicks and waits; some leave before there is one."""

import math
from collections.abc import Generator, Iterator

from simulator.ads import ad_break
from simulator.setup import Setup
from simulator.watcher import PING_INTERVAL_S, SimulatedEvent, Watcher

# The median wait, in seconds, by device: a TV's player has the least of a processor, a phone's the worst network.
MEDIAN_S = {"Desktop": 0.6, "Tablet": 0.8, "Phone": 0.9, "TV": 1.4}
# And in times of that by CDN.
BY_CDN = {"east": 0.85, "north": 1.0, "west": 1.25}
SPREAD = 0.5  # the logarithm's standard deviation: one in twenty waits 2.3 times the median
IN_TROUBLE = 8.0  # times longer, while an incident strikes the viewer
NEVER_CLICKS = 0.08
HAS_A_PRE_ROLL = 0.5
# From the third second on each second loses 5.8 % of those who wait (Krishnan, Sitaraman: Video Stream Quality
# Impacts Viewer Behavior, IMC 2012).
PATIENT_FOR_S, LEAVING_A_SECOND = 2.0, 0.058


def start_up(viewer: Watcher) -> Generator[SimulatedEvent, None, bool]:
    """Up to the first frame of the content. Returns whether the viewer is still there.

    As a site has it that hands the events of its `<video>` to Snowplow's media plugin: `play` is the click,
    `waiting` (buffer_start) comes with it, and `playing` (buffer_end) with the first frame. Before a pre-roll the
    content doesn't play; the site reports that it waits for the ad.
    """
    rng, player = viewer.rng, viewer.player
    yield viewer.event("ready")
    viewer.wait(rng.uniform(0.2, 1.5))
    if rng.random() < NEVER_CLICKS:
        return False
    has_a_pre_roll = rng.random() < HAS_A_PRE_ROLL
    if not has_a_pre_roll:
        player.paused = False
        yield viewer.event("play")
    player.buffering = True
    yield viewer.event("buffer_start")
    loads_s = _loads_s(viewer)
    patience_s = PATIENT_FOR_S + rng.expovariate(-math.log(1 - LEAVING_A_SECOND))
    yield from _wait(viewer, min(loads_s, patience_s))
    if patience_s < loads_s:
        return False
    player.buffering = False
    yield viewer.event("buffer_end")
    if has_a_pre_roll:
        yield from ad_break(viewer, "pre-roll")
        player.paused = False
        yield viewer.event("play")
    return True


def _loads_s(viewer: Watcher) -> float:
    median_s = median_start_up_s(viewer.setup) * (IN_TROUBLE if viewer.in_trouble else 1)
    return median_s * viewer.rng.lognormvariate(0, SPREAD)


def median_start_up_s(setup: Setup) -> float:
    """What a viewer of this setup waits for a first frame, half of the times."""
    return MEDIAN_S[setup.device.kind] * BY_CDN[setup.cdn]


def _wait(viewer: Watcher, seconds: float) -> Iterator[SimulatedEvent]:
    while seconds > PING_INTERVAL_S:
        viewer.wait(PING_INTERVAL_S)
        yield viewer.event("ping")
        seconds -= PING_INTERVAL_S
    viewer.wait(seconds)
