"""Reads of the ViewerProfiles table for the API. Each bounds what one request may cost."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from live_viewers.ads.ad_view import AdsOfViewer
from live_viewers.dimensions.tokens import joined
from live_viewers.dynamodb import items
from live_viewers.dynamodb.live_key import LIVE_BLOCK, LIVE_KEY_UNIT_MS
from live_viewers.dynamodb.querying import query_all
from live_viewers.dynamodb.tables.live_index import IndexRow, LiveIndex
from live_viewers.dynamodb.tables.read_client import SideBySide, busy_when_it_passes
from live_viewers.dynamodb.transport import KEYS_A_READ
from live_viewers.dynamodb.viewer_sessions import (
    MOST_SESSIONS_OF_VIEWER,
    read_ads_beside,
    read_ads_of,
    read_titles_of,
    read_viewer,
)
from live_viewers.events.title import cut_to_bytes
from live_viewers.left_out import count_left_out
from live_viewers.profile.sources import (
    LiveFilter,
    LivePage,
    LivePosition,
    SessionsOfViewer,
    TimelinePosition,
    TimelineRows,
)
from live_viewers.scope import audience_scopes
from live_viewers.session.liveness import is_live
from live_viewers.session.media_session import MediaSession
from live_viewers.session.status import status_of

SESSIONS_OF_ONE_OF_MANY = 100
# Of viewers asked for together so many get all their sessions that one alone gets: an answer holds 4 MB.
VIEWERS_READ_WHOLE = 8
MOST_INDEX_ROWS = 4_000
MOST_SESSIONS_READ = 1_000
# A page may show so many sessions of one viewer: who forges sessions fills no page alone.
LIVE_SESSIONS_OF_VIEWER = 50
# A page that is not full by then goes on with the next request, well within API Gateway's 30 s.
LONGEST_WALK_S = 5.0
SPARE_ROWS = 10  # some rows of the index are of sessions that aren't live any more
EARLIER_ROWS = 200
_TITLE_PREFIX_BYTES = 47  # of a long title's media_id, this much is the title's beginning (see title.short_id)


class ReadProfiles:
    """See profile.sources.Profiles. `client` is read_client.reader_of."""

    def __init__(
        self,
        client: Any,
        table: str,
        live_shards: int,
        default_ping_interval_s: int,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._elapsed_s = elapsed_s
        self._table = table
        self._ping_s = default_ping_interval_s
        self._side_by_side = SideBySide()
        self._index = LiveIndex(client, table, live_shards, LIVE_BLOCK, self._side_by_side)

    def sessions(self, viewer_id: str) -> SessionsOfViewer:
        """See Profiles."""
        with busy_when_it_passes():
            return self._sessions(viewer_id, MOST_SESSIONS_OF_VIEWER)

    def sessions_of_many(self, viewer_ids: Sequence[str]) -> dict[str, SessionsOfViewer]:
        """See Profiles. Of those with more than a hundred sessions the first eight asked for are read whole."""
        with busy_when_it_passes():
            read = self._side_by_side.map(lambda each: self._sessions(each, SESSIONS_OF_ONE_OF_MANY), viewer_ids)
            found = dict(zip(viewer_ids, read, strict=True))
            with_more = [viewer_id for viewer_id, some in found.items() if not some.complete][:VIEWERS_READ_WHOLE]
            whole = self._side_by_side.map(lambda each: self._sessions(each, MOST_SESSIONS_OF_VIEWER), with_more)
            found |= zip(with_more, whole, strict=True)
        return {viewer_id: some for viewer_id, some in found.items() if some.sessions}

    def _sessions(self, viewer_id: str, most: int) -> SessionsOfViewer:
        found = read_viewer(self._client, self._table, viewer_id, most=most)
        sessions = list(items.readable_sessions(found.sessions, count_left_out))
        titles = read_titles_of(self._client, self._table, viewer_id, sessions)
        ads = read_ads_beside(self._client, self._table, viewer_id, sessions)
        return SessionsOfViewer(sessions, found.complete, titles, ads)

    def ads(self, viewer_id: str) -> AdsOfViewer:
        """See Profiles."""
        with busy_when_it_passes():
            return read_ads_of(self._client, self._table, viewer_id)

    def timeline(
        self, viewer_id: str, from_ms: int, to_ms: int, before: TimelinePosition | None, limit: int
    ) -> TimelineRows:
        """See Profiles. Two hundred earlier rows are enough to know a session's state at the page's
        beginning."""
        low, high = items.event_sort_key(from_ms, ""), items.event_sort_key(to_ms + 1, "")
        if before is not None:
            high = min(high, items.event_sort_key(before.order_time_ms, before.event_id))
        with busy_when_it_passes():
            read = self._rows(viewer_id, items.EVENT_PREFIX, high, limit + 1 + EARLIER_ROWS)
        shown = [item for item in read if item["sk"]["S"] >= low][: limit + 1]
        rest = read[len(shown[:limit]) :][:EARLIER_ROWS]
        return TimelineRows(
            list(items.readable_rows(shown[:limit], count_left_out)),
            list(items.readable_rows(rest, count_left_out)),
            TimelinePosition(*items.event_of_sort_key(shown[limit - 1])) if len(shown) > limit else None,
        )

    def _rows(self, viewer_id: str, low: str, below: str, most: int) -> list[dict[str, Any]]:
        """Timeline items, newest first, with a sort key in [low, below)."""
        request = {
            "TableName": self._table,
            "KeyConditionExpression": "viewer_id = :viewer AND sk BETWEEN :low AND :below",
            "ExpressionAttributeValues": {":viewer": {"S": viewer_id}, ":low": {"S": low}, ":below": {"S": below}},
            "ScanIndexForward": False,
            "Limit": most + 1,
        }
        read, _ = query_all(self._client, request, most + 1)
        return [item for item in read if item["sk"]["S"] < below]

    def live(self, wanted: LiveFilter, start: LivePosition | None, limit: int, now_ms: int) -> LivePage:
        """See Profiles."""
        with busy_when_it_passes():
            first = [] if start or wanted.search is None else self._live_of_viewer(wanted, now_ms)
            return self._walk(wanted, start or LivePosition(0, 0), limit, now_ms, first)

    def _live_of_viewer(self, wanted: LiveFilter, now_ms: int) -> list[MediaSession]:
        """The live sessions of the viewer whose id was searched for."""
        found = self._sessions(wanted.search or "", SESSIONS_OF_ONE_OF_MANY).sessions
        only = LiveFilter(wanted.scope, wanted.status, None, wanted.dimensions)
        return [session for session in found if self._shown(session, only, now_ms)]

    def _walk(
        self, wanted: LiveFilter, start: LivePosition, limit: int, now_ms: int, sessions: list[MediaSession]
    ) -> LivePage:
        matching = _matching(wanted)
        chunk = MOST_INDEX_ROWS // 4 if matching else max(2 * limit, 50)
        now_key = now_ms // LIVE_KEY_UNIT_MS
        until_s = self._elapsed_s() + LONGEST_WALK_S
        looked_at = read = 0
        partial = False
        shown: Counter[str] = Counter(session.viewer_id for session in sessions)
        for step in self._index.walk(start, now_key, chunk, matching):
            looked_at += step.looked_at
            partial |= step.partial
            rows = step.rows
            while rows:
                batch = rows[: min(KEYS_A_READ, limit - len(sessions) + SPARE_ROWS)]
                rows = rows[len(batch) :]
                read += len(batch)
                of_few = [row for row in batch if shown[row.viewer_id] < LIVE_SESSIONS_OF_VIEWER]
                partial |= len(of_few) < len(batch)
                found = self._read(of_few) if of_few else {}
                for row in of_few:
                    session = found.get((row.viewer_id, row.sk))
                    if session is None or not self._shown(session, wanted, now_ms):
                        continue
                    if shown[row.viewer_id] >= LIVE_SESSIONS_OF_VIEWER:
                        partial = True
                        continue
                    shown[row.viewer_id] += 1
                    sessions.append(session)
                    if len(sessions) >= limit:
                        return LivePage(sessions, row.position, partial)
                if read >= MOST_SESSIONS_READ or self._elapsed_s() > until_s:
                    return LivePage(sessions, batch[-1].position, partial)
            if looked_at >= MOST_INDEX_ROWS or self._elapsed_s() > until_s:
                return LivePage(sessions, step.then, partial)
        return LivePage(sessions, None, partial)

    def _shown(self, session: MediaSession, wanted: LiveFilter, now_ms: int) -> bool:
        """The item decides: the index lags behind, and its key only bounds the end of the lease."""
        return (
            is_live(session, now_ms, self._ping_s)
            and wanted.scope in audience_scopes(session.media_id)
            and not set(wanted.dimensions).difference(session.dimensions.tokens)
            and (wanted.status is None or status_of(session).value == wanted.status)
            and (
                wanted.search is None
                or (session.viewer_id != wanted.search and (session.title or "").startswith(wanted.search))
            )
        )

    def _read(self, rows: Sequence[IndexRow]) -> dict[tuple[str, str], MediaSession]:
        keys = [{"viewer_id": {"S": row.viewer_id}, "sk": {"S": row.sk}} for row in rows]
        wanted: dict[str, Any] = {self._table: {"Keys": keys}}
        found: dict[tuple[str, str], MediaSession] = {}
        while wanted:
            answer = self._client.batch_get_item(RequestItems=wanted)
            for session in items.readable_sessions(answer["Responses"].get(self._table, []), count_left_out):
                found[session.viewer_id, items.session_sort_key(session.session_id)] = session
            wanted = answer.get("UnprocessedKeys") or {}
        return found


def _matching(wanted: LiveFilter) -> dict[str, Any]:
    """What the index can leave out itself."""
    conditions, values = [], {}
    if wanted.scope.kind == "title":
        conditions.append("m = :media")
        values[":media"] = {"S": wanted.scope.id}
    if wanted.status is not None:
        conditions.append("s = :status")
        values[":status"] = {"S": wanted.status}
    for number, token in enumerate(wanted.dimensions):
        conditions.append(f"contains(d, :d{number})")
        values[f":d{number}"] = {"S": joined((token,))}
    if wanted.search is not None:
        conditions.append("begins_with(m, :title)")
        values[":title"] = {"S": cut_to_bytes(wanted.search, _TITLE_PREFIX_BYTES)}
    if not conditions:
        return {}
    return {"FilterExpression": " AND ".join(conditions), "ExpressionAttributeValues": values}
