"""live_read: the API's first page of live sessions and its audience, with 1k to 100k live sessions in the tables.

In this process, against DynamoDB Local, through the handler's whole way (routing, reading, JSON, compression); the
answers that an instance keeps for a second are asked for at other seconds.
"""

import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.event_set import ENDS_MS
from bench.figures import Bar, Figure, figure
from bench.services import Services
from live_viewers.api.app import make_api
from live_viewers.api.service import Service
from live_viewers.audience.counting import Addition
from live_viewers.audience.counts import block_of
from live_viewers.audience.made_once import SEEN
from live_viewers.audience.subjects import Subjects
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.items import session_item
from live_viewers.dynamodb.live_key import LivePlaces
from live_viewers.dynamodb.tables.ads_source import AdsSource
from live_viewers.dynamodb.tables.audience_reads import AudienceReads
from live_viewers.dynamodb.tables.audience_source import AudienceSource
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.dynamodb.tables.erasure_requests_table import ErasureRequestsTable
from live_viewers.dynamodb.tables.figures_source import FiguresSource
from live_viewers.dynamodb.tables.history_table import HistoryTable
from live_viewers.dynamodb.tables.incident_reads import IncidentReads
from live_viewers.dynamodb.tables.reads import ReadProfiles
from live_viewers.dynamodb.tables.tickets_table import TicketsTable
from live_viewers.events.media_event import EventKind, MediaEvent, Player
from live_viewers.scope import title_or_all
from live_viewers.session.liveness import live_until_ms
from live_viewers.session.media_session import fold
from live_viewers.session.status import status_of
from tests.tables import client_of, direct_client_of, reading_client_of
from tests.unit.api.http_events import READER, http_event

SESSIONS = (1_000, 10_000, 100_000)
READS = 40
RUNS = 5
WARM_RUNS = 5
SHARDS = 8
TITLES = 200


def live_read(services: Services) -> list[Figure]:
    found: dict[str, list[list[float]]] = {}
    notes: dict[str, dict[str, float]] = {"live": {}, "audience": {}}
    names = services.tables()  # one for all sizes: DynamoDB Local crawls once a second table has items too
    before = 0
    for step, count in enumerate(SESSIONS):
        _fill(services.dynamodb, names["ViewerProfiles"], range(before, count))
        _fill_audience(direct_client_of(services.dynamodb), names["Audience"], count - before, step)
        before = count
        for what in ("live", "audience"):
            answer = _api(services.dynamodb, names)  # an instance of its own: it keeps answers for a second
            if step == 0:
                for _ in range(WARM_RUNS):  # DynamoDB Local is a JVM: it compiles what it runs
                    list(_times(answer, f"/v1/{what}"))
            runs = [sorted(_times(answer, f"/v1/{what}")) for _ in range(RUNS)]
            p95s = [times[int(len(times) * 0.95)] for times in runs]
            found.setdefault(what, []).append(p95s)
            notes[what][f"p50_at_{count}"] = statistics.median(times[len(times) // 2] for times in runs)
            notes[what][f"p95_at_{count}"] = statistics.median(p95s)
    return [
        figure(f"live_read_{what}", "ms p95", at_sizes[-1], at_sizes[0], Bar(most=50), **notes[what])
        for what, at_sizes in found.items()
    ]


class _Clock:
    now_ms = ENDS_MS


def _api(endpoint: str, names: dict[str, str]) -> Callable[[Any, Any], dict[str, Any]]:
    os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "bench")
    client = reading_client_of(endpoint)
    table, audience = names["ViewerProfiles"], names["Audience"]
    return make_api(
        Service(
            profiles=ReadProfiles(client, table, SHARDS, 30),
            audience=AudienceSource(client, audience, SHARDS),
            ads=AdsSource(client, audience, SHARDS),
            tickets=TicketsTable(client, names["Sockets"]),
            erasures=ErasureRequestsTable(client, table, 90, "secret"),
            clock=lambda: _Clock.now_ms,
            figures=FiguresSource(
                AudienceReads(client, audience, SHARDS), HistoryTable(client, audience), Subjects(Dimensions(()))
            ),
            incidents=IncidentReads(client, audience),
        )
    )


def _times(answer: Callable[[Any, Any], dict[str, Any]], target: str) -> Iterator[float]:
    for number in range(READS + 5):
        _Clock.now_ms = ENDS_MS + number * 1_001  # past what the instance keeps; all leases are longer
        event = http_event("GET", target, {}, None, READER)
        started = time.perf_counter()
        reply = answer(event, None)
        took = (time.perf_counter() - started) * 1000
        if reply["statusCode"] != 200:
            raise AssertionError(reply)
        if number >= 5:  # the first make connections
            yield took


def _fill(endpoint: str, table: str, sessions: range) -> None:
    client = client_of(endpoint)  # tries again what a busy machine has not answered in time

    def put(numbers: Sequence[int]) -> None:
        requests = [{"PutRequest": {"Item": _session(number)}} for number in numbers]
        client.batch_write_item(RequestItems={table: requests})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, [sessions[at : at + 25] for at in range(0, len(sessions), 25)]))


def _session(number: int) -> dict[str, Any]:
    at = ENDS_MS + 60_000 - number % 5_000
    player = Player(
        position_s=600.0, paused=False, ended=False, duration_s=5400.0, label=f"Title number {number % TITLES}"
    )
    event = MediaEvent(
        viewer_id=f"viewer-{number:07d}",
        session_id=f"s-{number}",
        kind=EventKind.PLAY,
        event_id="e",
        event_time_ms=at,
        order_time_ms=at,
        collector_time_ms=at,
        position_s=600.0,
        player=player,
    )
    session = fold([event])
    session.version = at
    return session_item(
        session,
        status=status_of(session).value,
        live_until_ms=live_until_ms(session),
        now_ms=ENDS_MS,
        places=LivePlaces("secret", SHARDS),
        retention_days=90,
    )


def _fill_audience(client: DirectClient, table: str, count: int, step: int) -> None:
    """An hour of minutes and this minute's leases, for the whole and each title, from four stream shards."""
    now = ENDS_MS // 60_000
    audience = AudienceTable(client, table, SHARDS)
    for shard in range(4):
        additions = []
        for scope in (None, *(f"Title number {number}" for number in range(TITLES))):
            share = count // 4 if scope is None else max(1, count // 4 // TITLES)
            blocks: dict[int, Counter[tuple[int, str]]] = {}
            for minute in range(now - 60, now + 1):
                blocks.setdefault(block_of(minute), Counter())[minute - block_of(minute), SEEN] += share
            ends = now + 2
            blocks.setdefault(block_of(ends), Counter())[ends - block_of(ends), "V"] += share
            additions += [
                Addition(block, title_or_all(scope), scope, dict(counts), 2 * step + 1, 2 * step + 2)
                for block, counts in blocks.items()
                if counts
            ]
        refused = [each for each in audience.add(f"shard-{shard}", additions) if each is not None]
        if refused:
            raise AssertionError(f"{len(refused)} additions refused")
