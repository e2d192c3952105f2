"""Profile items on a real store: inserted and updated, many in a call."""

from collections.abc import Iterator
from uuid import uuid4

import msgspec
import pytest

from live_viewers.ads.ad_tokens import tokens_of
from live_viewers.dynamodb import items
from live_viewers.dynamodb.ad_items import ad_item, ad_key
from live_viewers.dynamodb.tables.profiles_table import ProfilesTable
from live_viewers.profile.projection import ProfileSummary, Rewrite
from live_viewers.session.media_session import fold
from live_viewers.session.seen_title import SeenTitle
from live_viewers.session.status import Status
from tests.stories import session_item
from tests.tables import client_of, create_tables, delete_tables, direct_client_of
from tests.viewing import SESSION, ad_start, pause, ping, play

NOW_MS = 1_795_518_000_000
FIRST = ProfileSummary(
    status=Status.WATCHING_VIDEO,
    live_until_ms=NOW_MS,
    first_seen_ms=NOW_MS,
    last_seen_ms=NOW_MS,
    sessions=1,
    titles=1,
    media_session_id="session-1",
    media_id="Big Buck Bunny",
    title="Big Buck Bunny",
    position_s=1.5,
)


@pytest.fixture(scope="module")
def names(dynamodb_local: str) -> Iterator[dict[str, str]]:
    names = create_tables(dynamodb_local, f"profiles-{uuid4().hex[:8]}-")
    yield names
    delete_tables(dynamodb_local, names)


@pytest.fixture(scope="module")
def table(dynamodb_local: str, names: dict[str, str]) -> ProfilesTable:
    return ProfilesTable(direct_client_of(dynamodb_local), names["ViewerProfiles"], 90, "secret")


def test_items_are_updated_to_what_they_are_to_say_and_to_nothing_else(table: ProfilesTable) -> None:
    viewers = [f"viewer-{number}" for number in range(60)]
    assert table.insert(dict.fromkeys(viewers, FIRST), NOW_MS) == set(viewers)
    assert table.stored([*viewers, "nobody"]) == dict.fromkeys(viewers, (NOW_MS, FIRST))
    later = msgspec.structs.replace(
        FIRST, status=Status.PAUSED_VIDEO, last_seen_ms=NOW_MS + 86_400_000, position_s=None, ads_seen=2, errors=1
    )
    rewrites = dict.fromkeys(viewers, Rewrite(NOW_MS, FIRST, later))
    assert table.update(rewrites, NOW_MS - 5) == set(viewers)
    assert table.stored(viewers) == dict.fromkeys(viewers, (NOW_MS + 1, later))
    assert table.update({viewers[0]: Rewrite(NOW_MS + 1, later, FIRST)}, NOW_MS + 9) == {viewers[0]}
    assert table.stored(viewers[:1]) == {viewers[0]: (NOW_MS + 9, FIRST)}


def test_an_item_that_changed_meanwhile_or_is_gone_is_left_as_it_is(table: ProfilesTable) -> None:
    table.insert({"ann": FIRST}, NOW_MS)
    other = msgspec.structs.replace(FIRST, sessions=2, status=Status.READY)
    rewrites = {"ann": Rewrite(NOW_MS - 1, FIRST, other), "nobody at all": Rewrite(NOW_MS, FIRST, other)}
    assert table.update(rewrites, NOW_MS + 9) == set()
    assert table.stored(["ann", "nobody at all"]) == {"ann": (NOW_MS, FIRST)}


def test_what_is_beside_many_profiles_is_what_each_is_read_with(
    table: ProfilesTable, dynamodb_local: str, names: dict[str, str]
) -> None:
    """Of viewers with sessions, earlier titles and ads; who has none or very many is left to be read alone."""
    told = {
        "of two": [
            fold([play(at=0)]),
            fold([play(at=60, session_id="session-2"), pause(at=70, session_id="session-2")]),
        ],
        "of titles": [fold([play(at=0), ping(at=30, label="Sintel")])],
        "of ads": [fold([play(at=0), ad_start(at=30)])],
        "of none": [],
        "of many": [fold([play(at=number, session_id=f"session-{number}")]) for number in range(101)],
    }
    client, store = client_of(dynamodb_local), names["ViewerProfiles"]
    for viewer_id, sessions in told.items():
        for session in sessions:
            client.put_item(TableName=store, Item=session_item(session) | {"viewer_id": {"S": viewer_id}})
    shown = told["of titles"][0]
    earlier = SeenTitle("of titles", shown.session_id, "Big Buck Bunny", "Big Buck Bunny", max(shown.registers))
    client.put_item(TableName=store, Item=items.title_item(earlier, 90, None))
    for place, tokens in tokens_of([ad_start(at=30)]).items():
        item = ad_item(ad_key("of ads", SESSION, place), place.break_id, tokens.texts(), 2_000_000_000, None)
        client.put_item(TableName=store, Item=item)
    table.insert(dict.fromkeys(told, FIRST), NOW_MS)

    beside = table.beside(table.stored(list(told)))
    assert beside == {each: table.read(each) for each in ("of two", "of titles", "of ads")}
    assert [len(beside["of two"].sessions), len(beside["of titles"].titles)] == [2, 1]
    assert len(beside["of ads"].ads.items) == 1
