"""Reading the live index costs no more than its bounds, whatever somebody put into it."""

import itertools
from collections import Counter
from typing import Any
from zlib import crc32

import pytest

from live_viewers.dynamodb import items
from live_viewers.dynamodb.live_key import LIVE_BLOCK, LivePlaces
from live_viewers.dynamodb.tables.live_index import BLOCKS, MOST_AT_A_PLACE
from live_viewers.dynamodb.tables.reads import LIVE_SESSIONS_OF_VIEWER, ReadProfiles
from live_viewers.profile.sources import LiveFilter, LivePosition
from live_viewers.session.media_session import MediaSession, fold
from tests.viewing import START_MS, play

NOW_MS = START_MS + 1_000
NOW_KEY = NOW_MS // 1000
BLOCK = -(-NOW_KEY // LIVE_BLOCK) * LIVE_BLOCK


class CrowdedStore:
    """Answers queries of the index with rows at the places that a test chose, and reads with live sessions."""

    def __init__(self, rows: list[tuple[str, str, int]]) -> None:
        self.rows = sorted(rows, key=lambda row: row[2])  # viewer id, session id, seconds
        self.queries: list[dict[str, Any]] = []
        self.reads = 0

    def query(self, **request: Any) -> dict[str, Any]:
        self.queries.append(request)
        values = request["ExpressionAttributeValues"]
        low = int(values[":low"]["N"])
        high = int(values[":high"]["N"]) if ":high" in values else 1 << 62
        assert low <= high, "DynamoDB refuses an interval that ends before it begins"
        if values[":shard"]["S"] != "live#0":
            return {"Items": [], "ScannedCount": 0}
        found = [row for row in self.rows if low <= row[2] <= high]
        page = found[: request["Limit"]]
        answer: dict[str, Any] = {
            "Items": [
                {"viewer_id": {"S": viewer}, "sk": {"S": f"session#{session}"}, "lk": {"N": str(at)}}
                for viewer, session, at in page
            ],
            "ScannedCount": len(page),
        }
        if len(page) < len(found):
            answer["LastEvaluatedKey"] = {"lk": {"N": str(page[-1][2])}}
        return answer

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        ((table, wanted),) = RequestItems.items()
        self.reads += len(wanted["Keys"])
        return {"Responses": {table: [live_item(key["viewer_id"]["S"], key["sk"]["S"]) for key in wanted["Keys"]]}}


def live_item(viewer_id: str, sk: str) -> items.Item:
    session = fold([play(at=0, viewer_id=viewer_id, session_id=sk.removeprefix("session#"))])
    session.version = 1
    return items.session_item(
        session,
        status="WATCHING_VIDEO",
        live_until_ms=NOW_MS + 60_000,
        now_ms=NOW_MS,
        places=LivePlaces("secret", 1),
        retention_days=90,
    )


def pages(store: CrowdedStore, shards: int = 1, most: int = 1_000) -> list[tuple[list[MediaSession], bool]]:
    """All pages of 50 until the walk ends, or fails to."""
    profiles = ReadProfiles(store, "table", shards, 30)
    found, start = [], LivePosition(0, 0)
    for _ in range(most):
        page = profiles.live(LiveFilter(), start, 50, NOW_MS)
        found.append((page.sessions, page.partial))
        if page.then is None:
            return found
        assert page.then > start, "a walk goes on"
        start = page.then
    raise AssertionError("the walk does not end")


@pytest.mark.parametrize("place", [0, 17, LIVE_BLOCK - 1])
def test_five_thousand_sessions_at_one_place_are_read_as_far_as_the_bound(place: int) -> None:
    store = CrowdedStore([(f"evil-{n}", "s", BLOCK + place) for n in range(5_000)] + [("bob", "s", BLOCK + 30)])
    found = pages(store)

    assert max(query["Limit"] for query in store.queries) <= MOST_AT_A_PLACE
    shown = [session.viewer_id for sessions, _ in found for session in sessions]
    assert len(shown) == len(set(shown)) == MOST_AT_A_PLACE + 1
    assert "bob" in shown
    assert any(partial for _, partial in found)


def test_a_page_costs_few_queries_however_many_sessions_share_a_place() -> None:
    store = CrowdedStore([(f"evil-{n}", "s", BLOCK + 17) for n in range(50_000)])
    ReadProfiles(store, "table", 1, 30).live(LiveFilter(), LivePosition(0, 0), 50, NOW_MS)

    assert len(store.queries) <= 1 + 3 * BLOCKS
    assert store.reads <= 100


def test_a_page_shows_fifty_sessions_of_a_viewer_and_says_that_there_are_more() -> None:
    rows = [("evil", f"s{n}", BLOCK + n % LIVE_BLOCK) for n in range(400)]
    store = CrowdedStore([*rows, ("bob", "s", BLOCK + LIVE_BLOCK - 1)])
    page = ReadProfiles(store, "table", 1, 30).live(LiveFilter(), LivePosition(0, 0), 100, NOW_MS)

    by_viewer = Counter(session.viewer_id for session in page.sessions)
    assert by_viewer == {"evil": LIVE_SESSIONS_OF_VIEWER, "bob": 1}
    assert page.partial


def test_a_page_that_takes_long_ends_and_goes_on_with_the_next() -> None:
    store = CrowdedStore([(f"viewer-{n}", "s", BLOCK + n % LIVE_BLOCK) for n in range(2_000)])
    seconds = itertools.count(step=3.0)
    slow = ReadProfiles(store, "table", 1, 30, elapsed_s=lambda: next(seconds))
    page = slow.live(LiveFilter(status="PAUSED_VIDEO"), LivePosition(0, 0), 50, NOW_MS)

    assert page.then is not None
    assert len(store.queries) <= 1 + 3 * BLOCKS


def test_ids_that_share_a_place_by_an_unkeyed_hash_are_spread() -> None:
    alike = [
        viewer
        for viewer in map("evil-{}".format, range(400_000))
        if (place := crc32(f"{viewer}\0s".encode())) % 8 == 0 and (place >> 16) % 600 < 4
    ]
    assert len(alike) > 250
    secret = LivePlaces("a secret of the stage's own", 8)
    places = Counter(secret.key(viewer, "s", NOW_MS) for viewer in alike)
    assert max(places.values()) <= 4


def test_the_places_of_another_secret_are_others() -> None:
    one, other = LivePlaces("one", 8), LivePlaces("other", 8)
    same = sum(one.key(f"v{n}", "s", NOW_MS) == other.key(f"v{n}", "s", NOW_MS) for n in range(1_000))
    assert same < 10
