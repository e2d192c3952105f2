"""A device whose clock is about 30 s off: some of its events are ordered by its clock and some by the collector's.

Order may flip between two events less than 30 s apart. docs/limits.md says how long a status can be wrong then.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from live_viewers.events.event_order import DEVICE_CLOCK_TOLERANCE_MS, event_times
from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.session.liveness import is_watching
from live_viewers.session.media_session import fold
from live_viewers.session.status import Status, status_of
from tests.viewing import START_MS, with_player

PING_S = 30
LEASE_S = 75
FLIP_S = DEVICE_CLOCK_TOLERANCE_MS // 1000
LATENCY_S = 2  # events reach the collector so much later, some more and some less
NEAR_TOLERANCE_MS = st.integers(
    -DEVICE_CLOCK_TOLERANCE_MS - 2000, -DEVICE_CLOCK_TOLERANCE_MS + 2000
) | st.integers(DEVICE_CLOCK_TOLERANCE_MS - 2000, DEVICE_CLOCK_TOLERANCE_MS + 2000)


def received(kind: EventKind, at_s: float, position: float, off_ms: int, latency_ms: int) -> MediaEvent:
    """An event as it is read: its times are those that a device so far off and such a delay leave."""
    true_ms = START_MS + round(at_s * 1000)
    times = event_times(true_ms + latency_ms, true_ms + latency_ms, true_ms + off_ms)
    assert times is not None
    event_ms, order_ms, has_device_time = times
    return with_player(
        kind,
        at=at_s,
        position=position,
        paused=kind is EventKind.PAUSE,
        event_time_ms=event_ms,
        order_time_ms=order_ms,
        has_device_time=has_device_time,
    )


@st.composite
def toggling(draw: st.DrawFn) -> tuple[list[MediaEvent], float, bool]:
    """(events, when the viewer last played or paused, whether they play): then a minute and a half of pings."""
    off_ms = draw(NEAR_TOLERANCE_MS)
    latencies = st.integers(0, LATENCY_S * 1000)
    at_s, plays, position = 0.0, True, 0.0
    events = [received(EventKind.PLAY, 0, 0, off_ms, draw(latencies))]
    for gap_s in draw(st.lists(st.floats(0.1, 40), max_size=8)):
        at_s += gap_s
        position += gap_s * plays
        plays = not plays
        kind = EventKind.PLAY if plays else EventKind.PAUSE
        events.append(received(kind, at_s, position, off_ms, draw(latencies)))
    for number in range(1, 4 if plays else 1):
        ping_s = at_s + number * PING_S
        events.append(received(EventKind.PING, ping_s, position + number * PING_S, off_ms, draw(latencies)))
    return events, at_s, plays


@settings(max_examples=300)
@given(toggling())
def test_who_plays_is_shown_so_with_the_first_ping_that_comes_32_s_after_they_began(case):
    events, since_s, plays = case
    if plays:
        latest_ms = START_MS + round((since_s + FLIP_S + LATENCY_S + PING_S) * 1000)
        known = [event for event in events if event.event_time_ms <= latest_ms + LATENCY_S * 1000]
        assert status_of(fold(known)) is Status.WATCHING_VIDEO


@settings(max_examples=300)
@given(toggling())
def test_who_paused_within_30_s_of_playing_is_shown_as_watching_for_one_lease_at_most(case):
    events, since_s, plays = case
    if not plays:
        until_ms = START_MS + round((since_s + LATENCY_S + LEASE_S) * 1000) + 1
        assert not is_watching(fold(events), until_ms)


@settings(max_examples=300)
@given(toggling(), st.floats(FLIP_S + LATENCY_S + 0.01, 100))
def test_events_further_apart_than_the_tolerance_never_flip(case, gap_s):
    (first, *_), _, _ = case
    for off_ms in (-30_500, -29_500, 29_500, 30_500):
        later = received(EventKind.PAUSE, gap_s, 0, off_ms, 0)
        earlier = received(EventKind.PLAY, 0, 0, off_ms, LATENCY_S * 1000)
        assert earlier.order_time_ms < later.order_time_ms
    assert first.kind is EventKind.PLAY


def test_the_flip_is_real():
    play = received(EventKind.PLAY, 0, 0, 30_000, 1_000)  # 29 s ahead of its event time: the device's clock counts
    pause = received(EventKind.PAUSE, 5, 5, 30_000, 0)  # 30 s ahead, still counts
    assert play.order_time_ms < pause.order_time_ms
    late = received(EventKind.PAUSE, 5, 5, 30_400, 0)  # 30.4 s ahead: the collector's counts
    early = received(EventKind.PLAY, 0, 0, 30_400, 1_000)
    assert late.order_time_ms < early.order_time_ms
    assert status_of(fold([early, late])) is Status.WATCHING_VIDEO
