"""A viewer's sessions as items, the newest where there are very many: what reads and the projector share.

Nearly every viewer has few, and one query gets them all, with the profile item before them. Whoever has more is
read by the local index `Recent` (viewer_id, `h`: an hour, at most six before that of the session's newest event),
which names the newest.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from live_viewers.ads.ad_view import MOST_AD_ITEMS_OF_VIEWER, AdsOfViewer
from live_viewers.dynamodb.ad_items import ADS_PREFIX, ad_items_of
from live_viewers.dynamodb.items import PROFILE_SORT_KEY, SESSION_PREFIX, TITLE_PREFIX, Item, seen_titles
from live_viewers.dynamodb.querying import query_all
from live_viewers.dynamodb.transport import KEYS_A_READ
from live_viewers.session.media_session import MediaSession
from live_viewers.session.seen_title import MOST_TITLES_OF_VIEWER, SeenTitle

RECENT_INDEX = "Recent"
# A household that watches ten titles a day has 900 within the usual retention; totals beyond are partial.
MOST_SESSIONS_OF_VIEWER = 500
_FEW = 100
_AFTER_SESSIONS = "session$"  # `$` follows `#`


class ViewerSessions(NamedTuple):
    """`profile` is the profile item (None: not asked for, or there is none); `complete`: all sessions are here."""

    profile: Item | None
    sessions: list[Item]
    complete: bool


def read_viewer(
    client: Any, table: str, viewer_id: str, with_profile: bool = False, most: int = MOST_SESSIONS_OF_VIEWER
) -> ViewerSessions:
    """Consistent. `client` is a DirectClient."""
    request = sessions_query(table, viewer_id, min(_FEW, most), with_profile)
    found, complete = query_all(client, request, min(_FEW, most))
    profile = next((item for item in found if item["sk"]["S"] == PROFILE_SORT_KEY), None)
    sessions = [item for item in found if item is not profile]
    if not complete and most > _FEW:
        sessions, complete = _newest(client, table, viewer_id, most)
    return ViewerSessions(profile, sessions, complete)


def sessions_query(table: str, viewer_id: str, most: int = _FEW, with_profile: bool = False) -> dict[str, Any]:
    """The query of a viewer's sessions. Its first page is all there is of nearly every viewer."""
    return {
        "TableName": table,
        "KeyConditionExpression": "viewer_id = :viewer AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": {
            ":viewer": {"S": viewer_id},
            ":first": {"S": PROFILE_SORT_KEY if with_profile else SESSION_PREFIX},
            ":last": {"S": _AFTER_SESSIONS},
        },
        "Limit": most + with_profile,
        "ConsistentRead": True,
    }


def read_titles_of(client: Any, table: str, viewer_id: str, sessions: Sequence[MediaSession]) -> list[SeenTitle]:
    """What is kept of the titles of these sessions but their newest one: nothing is read where each had one."""
    if not had_titles(sessions):
        return []
    read, _ = query_all(client, titles_query(table, viewer_id), MOST_TITLES_OF_VIEWER)
    return seen_titles(read)


def had_titles(sessions: Sequence[MediaSession]) -> bool:
    """Whether one of these sessions had titles before its newest one."""
    return any(len(session.titles) > 1 for session in sessions)


def titles_query(table: str, viewer_id: str) -> dict[str, Any]:
    """The query of the rows of a viewer's titles. Consistent."""
    return _rows_query(table, viewer_id, TITLE_PREFIX, MOST_TITLES_OF_VIEWER)


def read_ads_of(client: Any, table: str, viewer_id: str) -> AdsOfViewer:
    """What is kept of a viewer's ads, of at most MOST_AD_ITEMS_OF_VIEWER items. Consistent."""
    found, _ = query_all(client, ads_query(table, viewer_id), MOST_AD_ITEMS_OF_VIEWER + 1)
    return ads_of_items(found)


def ads_of_items(found: Sequence[Item]) -> AdsOfViewer:
    """The ads in what `ads_query` finds."""
    return AdsOfViewer(ad_items_of(found[:MOST_AD_ITEMS_OF_VIEWER]), len(found) <= MOST_AD_ITEMS_OF_VIEWER)


def read_ads_beside(client: Any, table: str, viewer_id: str, sessions: Sequence[MediaSession]) -> AdsOfViewer:
    """The same, of a viewer with these sessions: nothing is read where none carried an ad."""
    return read_ads_of(client, table, viewer_id) if carried_ads(sessions) else AdsOfViewer()


def carried_ads(sessions: Sequence[MediaSession]) -> bool:
    """Whether there may be ads of these sessions."""
    return any(session.carried_ads for session in sessions)


def ads_query(table: str, viewer_id: str) -> dict[str, Any]:
    """The query of a viewer's ads, and one more than are told of. Consistent."""
    return _rows_query(table, viewer_id, ADS_PREFIX, MOST_AD_ITEMS_OF_VIEWER + 1)


def _rows_query(table: str, viewer_id: str, prefix: str, most: int) -> dict[str, Any]:
    return {
        "TableName": table,
        "KeyConditionExpression": "viewer_id = :viewer AND begins_with(sk, :prefix)",
        "ExpressionAttributeValues": {":viewer": {"S": viewer_id}, ":prefix": {"S": prefix}},
        "Limit": most,
        "ConsistentRead": True,
    }


def _newest(client: Any, table: str, viewer_id: str, most: int) -> tuple[list[Item], bool]:
    request = {
        "TableName": table,
        "IndexName": RECENT_INDEX,
        "KeyConditionExpression": "viewer_id = :viewer",
        "ExpressionAttributeValues": {":viewer": {"S": viewer_id}},
        "ScanIndexForward": False,
        "Limit": most,
        "ConsistentRead": True,
    }
    keys, complete = query_all(client, request, most)
    found: list[Item] = []
    for at in range(0, len(keys), KEYS_A_READ):
        found += _read(client, table, keys[at : at + KEYS_A_READ])
    return found, complete


def _read(client: Any, table: str, keys: Sequence[Item]) -> list[Item]:
    plain = [{"viewer_id": key["viewer_id"], "sk": key["sk"]} for key in keys]
    wanted: dict[str, Any] = {table: {"Keys": plain, "ConsistentRead": True}}
    found: list[Item] = []
    while wanted:
        answer = client.batch_get_item(RequestItems=wanted)
        found += answer["Responses"].get(table, [])
        wanted = answer.get("UnprocessedKeys") or {}
    return found
