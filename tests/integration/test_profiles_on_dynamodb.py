"""Profile items on a real store: inserted and updated, many in a call."""

from collections.abc import Iterator
from uuid import uuid4

import msgspec
import pytest

from live_viewers.dynamodb.tables.profiles_table import ProfilesTable
from live_viewers.profile.projection import ProfileSummary, Rewrite
from live_viewers.session.status import Status
from tests.tables import create_tables, delete_tables, direct_client_of

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
def table(dynamodb_local: str) -> Iterator[ProfilesTable]:
    names = create_tables(dynamodb_local, f"profiles-{uuid4().hex[:8]}-")
    yield ProfilesTable(direct_client_of(dynamodb_local), names["ViewerProfiles"], 90, "secret")
    delete_tables(dynamodb_local, names)


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
