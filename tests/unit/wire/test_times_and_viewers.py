"""When an event happened, how it is ordered, and who its viewer is."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.events.event_order import event_times
from live_viewers.events.viewer import viewer_of
from live_viewers.wire.timestamps import epoch_ms

NOON = 1_763_985_600_000  # 2025-11-24T12:00:00Z
LAST_OF_2009 = 1_262_303_999_999
MINUTE = 60_000
NOBODY: frozenset[str] = frozenset({"PoC user"})


@pytest.mark.parametrize(
    ("collector", "derived", "device", "event", "order", "device_decides"),
    [
        pytest.param(NOON, NOON - 100, NOON - 150, NOON - 100, NOON - 150, True, id="the device's time orders"),
        pytest.param(NOON, NOON - 100, None, NOON - 100, NOON - 100, True, id="no device time: derived"),
        pytest.param(NOON, None, None, NOON, NOON, False, id="only the collector's time"),
        pytest.param(None, NOON, None, NOON, NOON, True, id="only the derived time"),
        pytest.param(None, None, NOON, None, None, None, id="only the device's time"),
        pytest.param(NOON, NOON, NOON + 30_000, NOON, NOON + 30_000, True, id="30 s ahead still orders"),
        pytest.param(NOON, NOON, NOON + 30_001, NOON, NOON, True, id="over 30 s ahead takes no part"),
        pytest.param(NOON, NOON, NOON - 30_001, NOON, NOON, True, id="over 30 s behind takes no part"),
        pytest.param(NOON, NOON, NOON * 2, NOON, NOON, True, id="a device clock years ahead"),
        pytest.param(NOON, NOON, 0, NOON, NOON, True, id="a device clock in 1970"),
        pytest.param(NOON, NOON + 5 * MINUTE, None, NOON + 5 * MINUTE, NOON + 5 * MINUTE, True, id="5 min ahead"),
        pytest.param(NOON, NOON + 5 * MINUTE + 1, None, NOON, NOON, False, id="more than 5 min ahead is broken"),
        pytest.param(NOON, 13_000, 13_000, NOON, NOON, False, id="a clock of 1970 that was set before sending"),
        pytest.param(NOON, LAST_OF_2009, LAST_OF_2009, NOON, NOON, False, id="the last moment of 2009 is broken"),
        pytest.param(
            NOON,
            LAST_OF_2009 + 1,
            None,
            LAST_OF_2009 + 1,
            LAST_OF_2009 + 1,
            True,
            id="2010 is a time, however late",
        ),
        pytest.param(NOON, NOON - 600 * MINUTE, None, NOON - 600 * MINUTE, NOON - 600 * MINUTE, True, id="late"),
    ],
)
def test_event_time_and_order_time(collector, derived, device, event, order, device_decides):
    expected = None if event is None else (event, order, device_decides)
    assert event_times(collector, derived, device) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-11-24 12:00:00.000", NOON),
        ("2025-11-24 12:00:00.007", NOON + 7),
        ("2025-11-24T12:00:00Z", NOON),
        ("2025-11-24T12:00:00.5Z", NOON + 500),
        ("2025-11-24T12:00:00.62Z", NOON + 620),
        ("2025-11-24T12:00:00.123456789Z", NOON + 123),
        ("2025-11-24T13:00:00+01:00", NOON),
        ("2025-11-24T13:00:00.25+0100", NOON + 250),
        ("2025-11-24T10:30:00.25-01:30", NOON + 250),
        ("1970-01-01 00:00:00.000", 0),
    ],
)
def test_the_forms_of_a_timestamp(text: str, expected: int):
    assert epoch_ms(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2025-11-24",
        "2025-11-24 12:00",
        "2025-11-24 25:00:00.000",
        "2025-02-29 12:00:00.000",
        "2025-W48-1T12:00:00",
        "2025-11-24T12:00:00.Z",
        "2025-11-24T12:00:00.1234567890Z",
        "2025-11-24T12:00:00.12x",
        "2025-11-24T12:00:00+25:00:00",
        "2025-11-24T12:00:00ZZ",
        "1763985600000",
        "1969-12-31 23:59:59.999",
        "2286-11-20 17:46:40.000",
        "9999-12-31 23:59:59.999",
        "1970-01-01T00:00:00+01:00",
    ],
)
def test_what_is_no_timestamp(text: str):
    with pytest.raises(ValueError, match=r".+"):
        epoch_ms(text)


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2286, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["milliseconds", "microseconds"]),
)
def test_any_timestamp_is_read_as_pythons_own_parser_reads_it(moment: datetime, offset: int, precision: str):
    utc = moment.replace(tzinfo=UTC)
    expected = int(utc.timestamp()) * 1000 + moment.microsecond // 1000
    local = utc.astimezone(timezone(timedelta(minutes=offset)))
    assert epoch_ms(local.isoformat(timespec=precision)) == expected
    assert epoch_ms(utc.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03}") == expected


@pytest.mark.parametrize(
    ("ids", "viewer"),
    [
        (("user", "domain", "client", "network"), "user"),
        ((None, "domain", "client", "network"), "domain"),
        (("", "", "client", "network"), "client"),
        ((" ", None, None, "network"), "network"),
        (("PoC user", "domain", None, None), "domain"),
        (("00000000-0000-0000-0000-000000000000", None, "client", None), "client"),
        (("00000000000000000000000000000000", None, None, None), None),
        ((None, None, None, None), None),
        (("  user ", "domain", None, None), "user"),
        (("0", None, None, None), "0"),
    ],
)
def test_the_first_id_that_counts_names_the_viewer(ids, viewer):
    assert viewer_of(*ids, placeholders=NOBODY) == viewer
