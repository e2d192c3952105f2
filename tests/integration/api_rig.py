"""The API over real tables, with a clock that the test sets."""

import uuid
from collections.abc import Iterable
from typing import Any

from live_viewers.api.app import make_api
from live_viewers.api.service import Service
from live_viewers.audience.subjects import Subjects
from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimensions import NO_DIMENSIONS, Dimensions
from live_viewers.dynamodb import items
from live_viewers.dynamodb.live_key import LivePlaces
from live_viewers.dynamodb.tables.ads_source import AdsSource
from live_viewers.dynamodb.tables.audience_reads import AudienceReads
from live_viewers.dynamodb.tables.audience_source import AudienceSource
from live_viewers.dynamodb.tables.erasure_requests_table import ErasureRequestsTable
from live_viewers.dynamodb.tables.figures_source import FiguresSource
from live_viewers.dynamodb.tables.history_table import HistoryTable
from live_viewers.dynamodb.tables.incident_reads import IncidentReads
from live_viewers.dynamodb.tables.reads import ReadProfiles
from live_viewers.dynamodb.tables.tickets_table import TicketsTable
from live_viewers.events.media_event import MediaEvent
from live_viewers.session.liveness import live_until_ms
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.status import status_of
from live_viewers.session.timeline import timeline_row
from tests.tables import create_tables, reading_client_of
from tests.unit.api.http_events import READER, Reply, http_event, reply_of
from tests.viewing import START_MS

SHARDS = 4
RETENTION_DAYS = 3650
SUBJECTS = Subjects(Dimensions(DEFAULT_DIMENSIONS), ("Sintel",))


class ApiRig:
    """`now_ms` is what the API takes for the time."""

    def __init__(self, endpoint: str, dimensions: Dimensions = NO_DIMENSIONS) -> None:
        names = create_tables(endpoint, f"api-{uuid.uuid4().hex[:8]}-")
        self.endpoint = endpoint
        self.client = client = reading_client_of(endpoint)
        self.table, self.sockets_table = names["ViewerProfiles"], names["Sockets"]
        audience = self.audience_table = names["Audience"]
        self.now_ms = START_MS
        self.erasures = ErasureRequestsTable(client, self.table, RETENTION_DAYS, "secret")
        self.tickets = TicketsTable(client, self.sockets_table)
        self.profiles = ReadProfiles(client, self.table, SHARDS, 30)
        self.service = Service(
            profiles=self.profiles,
            audience=AudienceSource(client, audience, 8),
            ads=AdsSource(client, audience, 8),
            tickets=self.tickets,
            erasures=self.erasures,
            clock=lambda: self.now_ms,
            figures=FiguresSource(AudienceReads(client, audience, 8), HistoryTable(client, audience), SUBJECTS),
            incidents=IncidentReads(client, audience),
            dimensions=dimensions,
        )
        self.answer = make_api(self.service)

    def ask(
        self,
        method: str,
        target: str,
        headers: dict[str, str] | None = None,
        body: str | bytes | None = None,
        authorizer: dict[str, Any] | None = READER,
    ) -> Reply:
        return reply_of(self.answer(http_event(method, target, headers, body, authorizer), None))

    def get(self, target: str, headers: dict[str, str] | None = None) -> Reply:
        return self.ask("GET", target, headers)

    def pages(self, target: str, name: str) -> list[dict[str, Any]]:
        """All entries of a list, page after page."""
        entries: list[dict[str, Any]] = []
        cursor = ""
        for _ in range(1000):
            page = self.get(target + cursor)
            assert page.status == 200, page.content
            entries += page.json[name]
            if page.json["next_cursor"] is None:
                return entries
            cursor = ("&" if "?" in target else "?") + f"cursor={page.json['next_cursor']}"
        raise AssertionError("the list has no end")

    def happened(self, *events: MediaEvent) -> MediaSession:
        """Keep what one session's events come to, and their timeline."""
        session = fold(events)
        session.version = max(self.now_ms, max(event.event_time_ms for event in events))
        self.keep([session])
        rows = filter(None, map(timeline_row, events))
        self._write([items.timeline_item(row, RETENTION_DAYS) for row in rows])
        return session

    def keep(self, sessions: Iterable[MediaSession], now_ms: int | None = None) -> None:
        """Write sessions as the hot path does."""
        self._write(
            [
                items.session_item(
                    session,
                    status=status_of(session).value,
                    live_until_ms=live_until_ms(session),
                    now_ms=self.now_ms if now_ms is None else now_ms,
                    places=LivePlaces("secret", SHARDS),
                    retention_days=RETENTION_DAYS,
                )
                for session in sessions
            ]
        )

    def _write(self, puts: list[Any]) -> None:
        for at in range(0, len(puts), 25):
            left = {self.table: [{"PutRequest": {"Item": item}} for item in puts[at : at + 25]]}
            while left:
                left = self.client.batch_write_item(RequestItems=left).get("UnprocessedItems") or {}
