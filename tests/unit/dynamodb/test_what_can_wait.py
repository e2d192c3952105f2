"""With a write interval pings and ad quartiles wait; what they tell of ads, and any change of state, does not."""

from typing import cast

from live_viewers.ads.ad_view import AdItem
from live_viewers.dynamodb import items
from live_viewers.dynamodb.ad_items import ad_items_of
from live_viewers.dynamodb.tombstones import TombstoneKeys, state_item, tombstone_item
from live_viewers.dynamodb.writing.calls import Calls, StateByCalls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import Ad, EventKind, MediaEvent
from live_viewers.intake.store import SessionPart
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.status import Status, status_of
from live_viewers.settings import ProcessEventsSettings
from tests.store_in_memory import CallsInMemory
from tests.viewing import (
    CAR_AD,
    OVERLAY,
    PREROLL,
    SESSION,
    START_MS,
    VIEWER,
    ad_break_end,
    ad_break_start,
    ad_complete,
    ad_quartile,
    ad_start,
    ping,
    play,
)


class Store(CallsInMemory):
    def __init__(self) -> None:
        super().__init__()
        state = state_item("secret", 0, is_done=True)
        self.items[state["viewer_id"]["S"], state["sk"]["S"]] = state

    @property
    def session(self) -> MediaSession:
        return items.session_of(self.items[VIEWER, f"session#{SESSION}"])

    @property
    def kinds(self) -> list[EventKind]:
        rows = (item for (_, sk), item in sorted(self.items.items()) if sk.startswith("event#"))
        return [items.timeline_row_of(row).kind for row in rows]

    @property
    def ads(self) -> list[AdItem]:
        return ad_items_of([item for (_, sk), item in self.items.items() if sk.startswith("ads#")])


def writer(calls: CallsInMemory, interval_s: int = 30) -> SessionWriter:
    settings = ProcessEventsSettings(
        stage="local",
        viewer_profiles_table="ViewerProfiles",
        rejected_bucket="rejected",
        live_index_secret="secret",
        tombstone_secret="secret",
        ping_write_interval_s=interval_s,
    )
    return SessionWriter(cast(Calls, calls), settings)


def write(to: SessionWriter, *events: MediaEvent) -> None:
    for number, event in enumerate(events):
        part = SessionPart(VIEWER, SESSION)
        part.events.append(event)
        part.records.append({"topic": "t", "partition": 0, "offset": number})
        to.write([part], lambda: START_MS + 3_600_000, lambda: 60_000)


def quartile(at: float, percent: int, ad: Ad = CAR_AD) -> MediaEvent:
    return ad_quartile(at=at, ad=ad, ad_break=PREROLL, payload={"percent_progress": percent})


BEGINS = [play(at=0), ad_break_start(at=5), ad_start(at=5.1, ad_break=PREROLL)]
QUARTILES = [quartile(10, 25), quartile(15, 50), quartile(20, 75)]
ENDS = [ad_complete(at=25, ad_break=PREROLL), ad_break_end(at=25.1), ping(at=90, position=65)]


def test_an_ad_s_quartiles_are_told_by_its_view_at_once_and_wait_with_the_session() -> None:
    calls = Store()
    to = writer(calls)
    write(to, *BEGINS)
    before = calls.session
    for event, flags in zip(QUARTILES, (0b11, 0b111, 0b1111), strict=True):
        write(to, event)
        (view,) = (view for item in calls.ads for view in item.views)
        assert view.flags == flags
        assert calls.session == before
    assert calls.kinds == [event.kind for event in BEGINS]


def test_with_no_interval_they_are_written_and_shown_in_the_timeline() -> None:
    calls = Store()
    write(writer(calls, interval_s=0), *BEGINS, *QUARTILES)
    assert calls.kinds == [event.kind for event in (*BEGINS, *QUARTILES)]
    assert calls.session == fold([*BEGINS, *QUARTILES])


def test_after_the_ad_the_session_is_what_it_would_be_but_for_the_quartiles_themselves() -> None:
    seldom, always = Store(), Store()
    write(writer(seldom), *BEGINS, *QUARTILES, *ENDS)
    write(writer(always, interval_s=0), *BEGINS, *QUARTILES, *ENDS)
    assert seldom.ads == always.ads
    assert status_of(seldom.session) is status_of(always.session) is Status.WATCHING_VIDEO
    assert seldom.session == fold([*BEGINS, *ENDS])
    assert (seldom.session.last_seen_ms, seldom.session.carried_ads) == (always.session.last_seen_ms, True)


def test_a_quartile_is_written_after_the_interval() -> None:
    calls = Store()
    write(writer(calls), *BEGINS, quartile(40, 50))
    assert calls.session.last_seen_ms == START_MS + 40_000


def test_a_quartile_of_an_ad_whose_length_is_not_told_is_written_for_it_makes_the_ad_last() -> None:
    ad = Ad(ad_id="ad-of-no-length")
    calls = Store()
    write(writer(calls), play(at=0), ad_break_start(at=5), ad_start(at=5.1, ad=ad, ad_break=PREROLL))
    write(writer(calls), quartile(10, 25, ad))
    assert calls.session.last_seen_ms == START_MS + 10_000


def test_a_ping_that_is_the_first_to_carry_an_ad_is_written_though_it_changes_no_status() -> None:
    """Behind the stream a session that never carried one has no ads to look for."""
    calls = Store()
    to = writer(calls)
    write(to, play(at=0), ping(at=5))
    assert not calls.session.carried_ads
    write(to, ping(at=10, ad_break=OVERLAY))
    assert calls.session.carried_ads


def test_of_a_viewer_who_was_erased_meanwhile_a_quartile_brings_nothing_back() -> None:
    calls = Store()
    to = writer(calls)
    write(to, *BEGINS)
    (key,) = TombstoneKeys("secret", StateByCalls(cast(Calls, calls), "ViewerProfiles")).of(VIEWER)
    for at in [at for at in calls.items if at[0] == VIEWER]:
        del calls.items[at]
    calls.items[key["viewer_id"]["S"], key["sk"]["S"]] = tombstone_item(key, START_MS + 60_000, 1)
    write(to, *QUARTILES)
    assert not [at for at in calls.items if at[0] == VIEWER]
