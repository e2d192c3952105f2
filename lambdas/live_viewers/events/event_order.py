"""When an event happened, and by which time it is ordered inside its session."""

BROKEN_CLOCK_MS = 5 * 60 * 1000  # further than this after the collector's time is a broken clock
DEVICE_CLOCK_TOLERANCE_MS = 30 * 1000
EARLIEST_MS = 1_262_304_000_000  # 2010-01-01: no tracker is older, so the clock of an earlier time isn't set


def event_times(
    collector_ms: int | None, derived_ms: int | None, device_ms: int | None
) -> tuple[int, int, bool] | None:
    """(event time, order time, whether a device's clock is in the order time), in epoch ms.

    None when neither the collector's nor the derived time is known.

    Event time: derived_tstamp, else collector_tstamp; a derived time more than 5 minutes after the collector's or
    before 2010 comes from a broken clock and gives way to it. Order time: dvce_created_tstamp where it lies within
    30 s of the event time (exact to the device, free of network jitter), else the event time, so that a stepped or
    wrong clock can't hold a session for long. The third value is False where only the collector's time is known,
    which all events of one POST share.
    """
    event_ms, device_knows = derived_ms, True
    if event_ms is None or (
        collector_ms is not None and (event_ms - collector_ms > BROKEN_CLOCK_MS or event_ms < EARLIEST_MS)
    ):
        event_ms, device_knows = collector_ms, False
    if event_ms is None:
        return None
    if device_ms is not None and -DEVICE_CLOCK_TOLERANCE_MS <= device_ms - event_ms <= DEVICE_CLOCK_TOLERANCE_MS:
        return event_ms, device_ms, True
    return event_ms, event_ms, device_knows
