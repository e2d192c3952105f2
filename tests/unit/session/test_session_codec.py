"""A packed session fits in one write unit, stays small however long it is, and old formats are refused by name."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent, Player, SessionTotals
from live_viewers.session.bounded_sets import MOST_TITLES
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_codec import NEWEST_VERSION, WRITERS, pack, read_facts, unpack
from live_viewers.session.session_facts import SessionFacts, facts_of
from live_viewers.session.status import status_of
from live_viewers.session.visits import MOST_VISITS
from live_viewers.stored_format import Damaged, NewerFormat, UnreadableBytes
from tests.any_events import any_events
from tests.viewing import SESSION, START_MS, VIEWER, ping, play

SHORT_ID = "v" * 64
LONG_ID = "v" * 256


def item_bytes(session: MediaSession) -> int:
    """DynamoDB's size of the session's item: names and values; a number is half a byte a digit, and one."""
    texts = {
        "viewer_id": session.viewer_id,
        "sk": f"session#{session.session_id}",
        "s": status_of(session).value,
        "m": session.media_id or "",
        "lp": "live#7",
        "d": session.dimensions.text,
    }
    numbers = {"v": 13, "lk": 10, "ttl": 10, "u": 8}
    return (
        sum(len(name) + len(value.encode()) for name, value in texts.items())
        + sum(len(name) + (digits + 1) // 2 + 1 for name, digits in numbers.items())
        + len("r")
        + len(pack(session))
    )


# Of the default dimensions the longest that each can be.
ALL_KNOWN = Dimensions(DEFAULT_DIMENSIONS).tokens_of(
    "ZW", "Virtual Reality", "Xbox", "WebView", "headset", "com.example.an-app-of-a-long-name", "com.roku-video"
)


def fattest_events(viewer_id: str, session_id: str, label: str) -> list[MediaEvent]:
    """Two hours with every kind of event, 40 ads, long names, all dimensions, an ad on the screen at the end."""
    totals = SessionTotals(
        ping_interval_s=300,
        started_at_ms=START_MS,
        time_played_s=7000.5,
        time_played_muted_s=6000.5,
        time_paused_s=5000.5,
        content_watched_s=4000.5,
        time_buffering_s=3000.5,
        time_spent_ads_s=2000.5,
        ads=40,
        ads_clicked=30,
        ads_skipped=20,
        ad_breaks=10,
        avg_playback_rate=1.5,
    )
    events = []
    for number in range(80):
        for kind in EventKind:
            time_ms = START_MS + number * 90_000 + kind * 777
            events.append(
                MediaEvent(
                    viewer_id=viewer_id,
                    session_id=session_id,
                    kind=kind,
                    event_id=f"{number}-{kind}",
                    event_time_ms=time_ms + 25_000,
                    order_time_ms=time_ms,
                    collector_time_ms=time_ms + 26_000,
                    position_s=number * 91.234,
                    dimensions=ALL_KNOWN,
                    player=Player(
                        position_s=number * 91.234,
                        paused=False,
                        ended=False,
                        duration_s=7325.4321,
                        label=label,
                        playback_rate=1.25,
                        muted=True,
                        volume=100,
                        fullscreen=True,
                        picture_in_picture=True,
                        livestream=True,
                        loop=True,
                        quality="1920x1080@60fps HDR",
                        media_type="video",
                        player_type="org.whatwg-media_element",
                    ),
                    totals=totals,
                    ad=Ad(
                        ad_id=f"advertisement-{number % 40:036d}",
                        name="A long name of an ad " * 5,
                        creative_id="c" * 99,
                        pod_position=2,
                        duration_s=30.5,
                        skippable=True,
                    ),
                    ad_break=AdBreak(
                        break_id="b" * 36,
                        name="mid-roll number seven and more",
                        start_time_s=1234.5,
                        break_type="linear",
                        pod_size=3,
                    ),
                )
            )
    return events


@pytest.mark.parametrize("label", ["Sintel", "A title of exactly one hundred characters: " + "x" * 57])
def test_the_fattest_session_with_ids_of_64_characters_is_one_write_unit(label):
    session = fold(fattest_events(SHORT_ID, SHORT_ID, label))
    assert all(register[0] > 0 for register in session.registers[1:])
    assert item_bytes(session) <= 1024


def test_a_long_title_in_three_byte_characters_fits_with_the_kinds_and_ads_of_a_long_evening():
    common = [
        kind for kind in EventKind if kind not in (EventKind.CUSTOM, EventKind.AD_PAUSE, EventKind.AD_RESUME)
    ]
    events = [event for event in fattest_events(SHORT_ID, SHORT_ID, "映" * 200) if event.kind in common]
    session = fold(events[: 16 * len(common)])
    assert session.title == "映" * 53
    assert item_bytes(session) <= 1024


def with_all_that_a_session_can_hold(viewer_id: str, session_id: str, label: str) -> MediaSession:
    """The fattest events, in four visits and eight titles."""
    events = fattest_events(viewer_id, session_id, label)
    told = next(event for event in events if event.player is not None and event.totals is not None)
    assert told.player is not None
    assert told.totals is not None
    for number in range(1, MOST_TITLES):
        player = msgspec.structs.replace(told.player, label=f"{label} {number}")
        earlier = told.order_time_ms - number
        events.append(msgspec.structs.replace(told, player=player, order_time_ms=earlier, event_id=f"t{number}"))
    for number in range(1, MOST_VISITS):
        totals = msgspec.structs.replace(told.totals, started_at_ms=START_MS - number * 3_600_000)
        events.append(msgspec.structs.replace(told, totals=totals, event_id=f"v{number}"))
    session = fold(events)
    assert (len(session.titles), len(session.visits.by_start)) == (MOST_TITLES, MOST_VISITS)
    return session


def test_four_visits_eight_titles_and_all_dimensions_leave_a_session_one_write_unit():
    session = with_all_that_a_session_can_hold(SHORT_ID, SHORT_ID, "Big Buck Bunny")
    assert len(session.dimensions.tokens) == 7
    assert item_bytes(session) <= 1024


EIGHT_OPEN = tuple(f"ab{number}={'x' * 24}" for number in range(8))


def with_dimensions_told_apart(session: MediaSession) -> MediaSession:
    """Eight long values of open dimensions, each told by another event, and a title that its id doesn't tell."""
    at = session.newest_key
    session.dimensions.set_each(
        ((at[0] - number, *at[1:]), token) for number, token in enumerate(EIGHT_OPEN, start=1)
    )
    session.set_title(session.title_key, "映" * 53, "i" * 64)
    return session


def test_and_any_session_two():
    session = with_all_that_a_session_can_hold(LONG_ID, LONG_ID, "映" * 200)
    assert item_bytes(session) <= 2048
    assert item_bytes(with_dimensions_told_apart(session)) <= 2048


def test_the_fattest_session_with_longer_ids_is_two_write_units():
    assert item_bytes(fold(fattest_events(LONG_ID, LONG_ID, "映" * 200))) <= 2048


def test_a_session_of_ten_thousand_events_keeps_its_size():
    def session(pings: int) -> MediaSession:
        return fold([play(at=0), *(ping(at=2 * number, position=2.0 * number) for number in range(1, pings))])

    assert len(pack(session(10_000))) <= len(pack(session(100))) + 32
    assert item_bytes(session(10_000)) < 400


def test_an_ordinary_session_is_a_quarter_of_a_write_unit():
    assert len(pack(fold([play(at=0), ping(at=30, position=30)]))) < 256


def test_bytes_of_the_next_version_are_a_newer_release_s_and_all_others_damaged():
    data = pack(fold([play(at=0)]))
    with pytest.raises(NewerFormat, match=f"of version {NEWEST_VERSION + 1}, this release reads 1, 2"):
        unpack("v", "s", bytes((NEWEST_VERSION + 1,)) + data[1:], 1, None)
    for version in (0, NEWEST_VERSION + 2, 255):
        with pytest.raises(Damaged, match=f"of version {version}"):
            unpack("v", "s", bytes((version,)) + data[1:], 1, None)


def test_no_bytes_are_damaged():
    with pytest.raises(Damaged, match="version None"):
        unpack("v", "s", b"", 1, None)


def test_a_title_without_its_media_id_is_damaged():
    with pytest.raises(Damaged, match="ValueError"):
        unpack("v", "s", pack(fold([play(at=0)])), 1, None)


@pytest.mark.parametrize("version", WRITERS)
@given(any_events(4), st.integers(0, 10_000), st.binary(max_size=4))
def test_damaged_bytes_are_refused_or_read_but_raise_nothing_else(version, events, at, noise):
    session = fold(events)
    data = pack(session, version)
    at %= len(data)
    for damaged in (data[:at] + noise + data[at + len(noise) :], data[:at]):
        try:
            read = unpack("v", "s", damaged, 1, session.media_id, session.dimensions.text)
        except UnreadableBytes:
            continue
        assert isinstance(read, MediaSession)


@given(any_events(6))
def test_the_newest_version_is_read_as_it_was_written(events):
    session = fold(events)
    assert (
        unpack(VIEWER, SESSION, pack(session, NEWEST_VERSION), 1, session.media_id, session.dimensions.text)
        == session
    )


@pytest.mark.parametrize("version", WRITERS)
@given(any_events(6))
def test_what_a_version_holds_it_holds_for_good(version, events):
    """Version 1 lacks what came after it: further titles, visits, the first ad."""
    session = fold(events)
    held = unpack(VIEWER, SESSION, pack(session, version), 1, session.media_id, session.dimensions.text)
    assert unpack(VIEWER, SESSION, pack(held, version), 1, session.media_id, session.dimensions.text) == held
    assert (held.registers, held.newest) == (session.registers, session.newest)


@pytest.mark.parametrize("version", WRITERS)
@given(any_events(6))
def test_the_facts_read_from_bytes_are_those_of_the_session_in_them(version, events):
    session = fold(events)
    data = pack(session, version)
    held = unpack(VIEWER, SESSION, data, 1, session.media_id, session.dimensions.text)
    assert read_facts(data, session.media_id) == facts_of(held)


@pytest.mark.parametrize("version", WRITERS)
@given(any_events(4), st.integers(0, 10_000), st.binary(max_size=4))
def test_facts_of_damaged_bytes_are_refused_or_read_but_raise_nothing_else(version, events, at, noise):
    session = fold(events)
    data = pack(session, version)
    at %= len(data)
    for damaged in (data[:at] + noise + data[at + len(noise) :], data[:at]):
        try:
            read = read_facts(damaged, session.media_id)
        except UnreadableBytes:
            continue
        assert isinstance(read, SessionFacts)


def test_an_empty_session_has_no_bytes():
    with pytest.raises(ValueError, match="without events"):
        pack(MediaSession("v", "s"))
