"""The items of ad views as the hot path writes them: sets that are only added to."""

from collections import Counter
from collections.abc import Sequence
from typing import cast

import msgspec
import pytest

from bench.capacity import is_of_ads
from live_viewers.ads.ad_tokens import AdPlace, number_of
from live_viewers.ads.ad_view import AdItem, AdView
from live_viewers.dynamodb.ad_items import MOST_TOKENS, ad_items_of, ad_sort_key
from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.writing.calls import Calls, Passing, Statement
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import Ad, AdBreak, MediaEvent
from live_viewers.intake.store import SessionPart, StoreUnavailable
from live_viewers.settings import ProcessEventsSettings
from tests.store_in_memory import CallsInMemory
from tests.viewing import (
    CAR_AD,
    PREROLL,
    SESSION,
    START_MS,
    VIEWER,
    ad_break_end,
    ad_break_start,
    ad_click,
    ad_complete,
    ad_quartile,
    ad_start,
    ping,
    play,
)

NOW_MS = START_MS + 3_600_000


class Store(CallsInMemory):
    """Counts the statements that are about ads."""

    def __init__(self) -> None:
        super().__init__()
        self.statements: Counter[str] = Counter()
        self.codes: list[str] = []  # what the next statements are answered with
        self.ads_read = 0

    def read(self, keys: Sequence[Item]) -> list[Item]:
        self.ads_read += sum(key["sk"]["S"].startswith("ads#") for key in keys)
        return super().read(keys)

    def execute(self, statements: Sequence[Statement]) -> list[str | None]:
        assert len(statements) <= 25
        outcomes = []
        for statement in statements:
            if any(value.get("S", "").startswith("ads#") for value in statement["Parameters"]):
                self.statements[statement["Statement"].split(" ")[0]] += 1
                if self.codes:
                    outcomes.append(self.codes.pop())
                    continue
            outcomes += super().execute([statement])
        return outcomes


def writer(calls: CallsInMemory) -> SessionWriter:
    settings = ProcessEventsSettings(
        stage="local",
        viewer_profiles_table="ViewerProfiles",
        rejected_bucket="rejected",
        live_index_secret="secret",
        tombstone_secret="secret",
    )
    return SessionWriter(cast(Calls, calls), settings)


def write(to: SessionWriter, *events: MediaEvent) -> None:
    part = SessionPart(VIEWER, SESSION)
    for number, event in enumerate(events):
        part.events.append(event)
        part.records.append({"topic": "t", "partition": 0, "offset": number})
    to.write([part], lambda: NOW_MS, lambda: 60_000)


def ad_items(calls: CallsInMemory) -> list[AdItem]:
    return ad_items_of([item for (_, sk), item in calls.items.items() if sk.startswith("ads#")])


def views(calls: CallsInMemory) -> list[AdView]:
    return [view for item in ad_items(calls) for view in item.views]


WHOLE = [
    ad_break_start(at=0),
    ad_start(at=0.1, ad_break=PREROLL),
    *(ad_quartile(at=5 * n, ad_break=PREROLL, payload={"percent_progress": 25 * n}) for n in range(1, 4)),
    ad_click(at=16, ad_break=PREROLL),
    ad_complete(at=20, ad_break=PREROLL),
    ad_break_end(at=20.1),
]


def test_a_batch_writes_an_item_of_the_ad_and_one_of_the_break() -> None:
    calls = Store()
    write(writer(calls), *WHOLE)
    assert calls.statements == {"INSERT": 2}
    keys = {sk for _, sk in calls.items if sk.startswith("ads#")}
    assert keys == {f"ads#{SESSION}#break-1#{number_of('ad-car')}", f"ads#{SESSION}#break-1#0"}
    item = calls.items[VIEWER, ad_sort_key(SESSION, AdPlace("break-1", number_of("ad-car")))]
    session = calls.items[VIEWER, f"session#{SESSION}"]
    assert item["ttl"] == session["ttl"]
    assert set(item) == {"viewer_id", "sk", "x", "ttl"}


def test_one_event_at_a_time_comes_to_the_same_and_by_two_instances() -> None:
    together, apart = Store(), Store()
    write(writer(together), *WHOLE)
    instances = [writer(apart), writer(apart)]
    for number, event in enumerate([*WHOLE, *reversed(WHOLE)]):
        write(instances[number % 2], event)
    assert ad_items(apart) == ad_items(together)
    (view,) = views(apart)
    assert (view.break_id, view.ad_id, view.flags) == ("break-1", "ad-car", 0b0111111)


def test_what_an_instance_wrote_it_writes_once() -> None:
    calls = Store()
    to = writer(calls)
    write(to, ad_start(at=0), ad_quartile(at=1, payload={"percent_progress": 50}))
    before = sum(calls.statements.values())
    for at in range(2, 9):
        write(to, ping(at=at, ad=CAR_AD))
    assert sum(calls.statements.values()) == before
    write(to, ad_complete(at=20))
    assert calls.statements == {"INSERT": 1, "UPDATE": 1}


def test_a_view_whose_beginning_comes_late_is_inserted_by_what_came_first() -> None:
    calls = Store()
    write(writer(calls), ad_quartile(at=5, payload={"percent_progress": 50}))
    write(writer(calls), ad_start(at=0))
    (view,) = views(calls)
    assert view.flags == 0b111


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_item_is_tried_again(code: str) -> None:
    calls = Store()
    calls.codes = [code, code]
    write(writer(calls), *WHOLE)
    assert len(views(calls)) == 1


def test_what_could_not_be_written_comes_again_with_its_batch() -> None:
    class Away(Store):
        is_away = True

        def execute(self, statements: Sequence[Statement]) -> list[str | None]:
            if self.is_away and any(is_of_ads(each) for each in statements):
                raise Passing("away")
            return super().execute(statements)

    calls = Away()
    to = writer(calls)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        with pytest.raises(StoreUnavailable):
            write(to, *WHOLE)
        assert (VIEWER, f"session#{SESSION}") in calls.items
        calls.is_away = False
        write(to, *WHOLE)
    assert len(views(calls)) == 1


def ads_of_one_item(count: int) -> list[Ad]:
    found = (Ad(ad_id=f"ad-{number}") for number in range(100_000))
    return [ad for ad in found if number_of(ad.ad_id) == 3][:count]


def test_a_full_item_refuses_keeps_what_it_has_and_says_so() -> None:
    calls = Store()
    to = writer(calls)
    ads = ads_of_one_item(60)
    for ad in ads[:40]:
        write(to, ad_start(at=0, ad=ad))
    (item,) = ad_items(calls)
    assert (len(item.views), item.has_more) == (MOST_TOKENS // 2, False)
    write(writer(calls), *[ad_start(at=0, ad=ad) for ad in ads[:40]])  # again: nothing was refused
    assert not ad_items(calls)[0].has_more
    write(to, ad_start(at=0, ad=ads[41]))
    (item,) = ad_items(calls)
    assert (len(item.views), item.has_more) == (40, True)
    before = sum(calls.statements.values())
    write(to, ad_start(at=0, ad=ads[42]))
    assert sum(calls.statements.values()) == before  # known to be full


def test_a_batch_of_very_many_ads_fills_an_item_and_no_more() -> None:
    calls = Store()
    write(writer(calls), *[ad_start(at=0, ad=ad) for ad in ads_of_one_item(500)])
    (item,) = ad_items(calls)
    assert len(calls.items[VIEWER, f"ads#{SESSION}#-#3"]["x"]["SS"]) == MOST_TOKENS
    assert item.has_more


@pytest.mark.parametrize("break_id", ["", "-", "a#b", "~x", "b" * 256, "映画" * 100, "ordinary"])
def test_every_break_has_a_key_of_its_own(break_id: str) -> None:
    others = ["", "-", "a#b", "a", "~x", "b" * 255, "ordinary"]
    keys = {ad_sort_key(SESSION, AdPlace(each, 0)) for each in {*others, break_id}} | {
        ad_sort_key(SESSION, AdPlace(None, 0))
    }
    assert len(keys) == len({*others, break_id}) + 1
    assert ad_sort_key(SESSION + "#a", AdPlace("b", 0)) != ad_sort_key(SESSION, AdPlace("a#b", 0))
    assert max(len(ad_sort_key("s" * 1016, AdPlace(break_id, 7)).encode()) for _ in "x") <= 1024
    calls = Store()
    write(writer(calls), ad_start(at=0, ad_break=AdBreak(break_id=break_id)))
    assert {item.session_id for item in ad_items(calls)} == {SESSION}
    (view,) = views(calls)
    assert view.break_id is not None
    assert view.break_id[:40] == break_id[:40] or len(break_id.encode()) > 64


def test_a_session_without_ads_has_no_items() -> None:
    calls = Store()
    write(writer(calls), play(at=0), ping(at=30))
    assert ad_items(calls) == []


def in_break(event: MediaEvent, number: int) -> MediaEvent:
    return msgspec.structs.replace(event, ad_break=AdBreak(break_id=f"break-{number}"))


def test_where_another_instance_mostly_was_there_before_items_are_read_rather_than_written_again() -> None:
    calls = Store()
    first, second = writer(calls), writer(calls)
    for number in range(60):
        for to in (first, second):
            if number == 40 and to is first:
                calls.statements.clear()
            write(to, in_break(ad_break_start(at=number), number), in_break(ad_start(at=number), number))
    assert calls.statements == {"INSERT": 40}  # of the first, an ad's and a break's each
    write(second, in_break(ad_complete(at=70), 59))
    assert calls.statements == {"INSERT": 40, "UPDATE": 1}
    assert sorted(view.flags for view in views(calls)) == [0b1] * 59 + [0b11111]


def test_what_is_new_is_written_unread_again_once_an_instance_is_alone() -> None:
    calls = Store()
    first, second = writer(calls), writer(calls)
    for number in range(40):
        for to in (first, second):
            write(to, in_break(ad_break_start(at=number), number), in_break(ad_start(at=number), number))
    for number in range(40, 140):
        write(second, in_break(ad_break_start(at=number), number), in_break(ad_start(at=number), number))
    reads = calls.ads_read
    write(second, in_break(ad_break_start(at=140), 140), in_break(ad_start(at=140), 140))
    assert calls.ads_read == reads
    assert len(views(calls)) == 141


def test_a_full_item_that_was_read_still_says_more_when_it_refuses() -> None:
    calls = Store()
    ads = ads_of_one_item(41)
    write(writer(calls), *[ad_start(at=0, ad=ad) for ad in ads[:40]])
    to = writer(calls)
    for _ in range(64):
        to._known_ads.trust.judge(False)
    write(to, ad_start(at=0, ad=ads[0]))
    assert not ad_items(calls)[0].has_more
    write(to, ad_start(at=0, ad=ads[40]))
    assert ad_items(calls)[0].has_more
