"""What can be asked of the audience's figures and of incidents, and what is answered instead."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from live_viewers.api.app import make_api
from live_viewers.api.models import ProblemDetails
from live_viewers.api.service import Service
from live_viewers.audience.breakdown_view import AudienceBreakdownView
from live_viewers.audience.progress import ShardProgress
from live_viewers.audience.scope_counts import ScopeCounts
from live_viewers.audience.subjects import Subject, Subjects
from live_viewers.audience.timeseries_view import AudienceTimeseriesView
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dimensions.tokens import closed_token
from live_viewers.dynamodb.tables.figures_source import FiguresSource
from live_viewers.incidents.alert import Alert
from live_viewers.incidents.incident import Incident, State, incident_of
from live_viewers.incidents.incident_view import IncidentPage, IncidentView
from live_viewers.incidents.reading import Checked, IncidentsPage
from live_viewers.profile.sources import LiveFilter, LivePage, LivePosition, StoreBusy
from live_viewers.scope import ALL, dimension_scope, title_scope
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.status import Status
from tests.response_models import matches
from tests.unit.api.http_events import READER, Reply, http_event, reply_of
from tests.unit.audience.counted import Counts, History
from tests.viewing import play

NOW = 29_000_000
NOW_MS = NOW * 60_000 + 30_000
CDN = Dimension("cdn", ("atomic:a",), ("east", "west"))
SUBJECTS = Subjects(Dimensions((CDN, Dimension("city", ("atomic:b",)))), ("final",))


TOO_MANY = "too-many-points"


class Store:
    """Live sessions and incidents."""

    def __init__(self) -> None:
        self.counts, self.history = Counts(), History()
        self.incidents: list[Incident] = []
        self.sessions: list[MediaSession] = []
        self.asked: list[LiveFilter] = []
        self.behind_ms = 0
        self.fault: Exception | None = None

    def live(self, wanted: LiveFilter, start: LivePosition | None, limit: int, now_ms: int) -> LivePage:
        self.asked.append(wanted)
        if self.fault is not None:
            raise self.fault
        return LivePage(self.sessions, None)

    def page(self, state: State | None, before: str | None, limit: int) -> IncidentsPage:
        known = [each for each in self.incidents if before is None or each.id < before]
        found = [each for each in known if state in (None, each.state)]
        return IncidentsPage(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def acknowledge(self, incident_id: str) -> Incident | None:
        return next((each for each in self.incidents if each.id == incident_id), None)

    def checked(self) -> Checked:
        return Checked(NOW - 1, [ShardProgress(NOW_MS, self.behind_ms)])


@pytest.fixture
def store() -> Store:
    return Store()


def ask(store: Store, method: str, target: str, body: str | None = None) -> Reply:
    any_store: Any = store
    figures = FiguresSource(store.counts, store.history, SUBJECTS)
    service = Service(any_store, any_store, any_store, any_store, lambda: NOW_MS, figures, any_store, any_store)
    return reply_of(make_api(service)(http_event(method, target, body=body, authorizer=READER), None))


@pytest.mark.parametrize(
    ("target", "status", "problem"),
    [
        ("/v1/audience?by=cdn&window=0m", 422, "invalid-request"),
        ("/v1/audience?by=cdn&window=61m", 422, "invalid-request"),
        ("/v1/audience?by=cdn&window=5", 422, "invalid-request"),
        ("/v1/audience?by=cdn&window=1h", 422, "invalid-request"),
        ("/v1/audience?by=cdn&limit=0", 422, "invalid-request"),
        ("/v1/audience?by=cdn&limit=201", 422, "invalid-request"),
        ("/v1/audience?by=isp", 422, "invalid-request"),
        ("/v1/audience?by=", 422, "invalid-request"),
        ("/v1/audience?by=cdn&media_id=semifinal", 400, "not-counted"),
        ("/v1/audience?by=city&media_id=final", 400, "not-counted"),
        ("/v1/audience/timeseries?from=2026-11-29T00:00:00Z&to=2026-11-29T00:00:00Z", 422, "invalid-request"),
        ("/v1/audience/timeseries?from=2026-11-27T00:00:00Z&to=2026-11-29T00:01:00Z", 400, TOO_MANY),
        (
            "/v1/audience/timeseries?from=2026-01-01T00:00:00Z&to=2026-10-01T00:00:00Z&step=1h",
            400,
            "too-many-points",
        ),
        ("/v1/audience/timeseries?from=yesterday", 422, "invalid-request"),
        ("/v1/audience/timeseries?step=5m", 422, "invalid-request"),
        ("/v1/audience/timeseries?by=cdn", 422, "invalid-request"),
        ("/v1/audience/timeseries?value=west", 422, "invalid-request"),
        ("/v1/audience/timeseries?by=cdn&value=south", 422, "invalid-request"),
        ("/v1/audience/timeseries?by=isp&value=x", 422, "invalid-request"),
        ("/v1/audience/timeseries?by=status&value=READY", 422, "invalid-request"),
        ("/v1/audience/timeseries?by=cdn&value=west&media_id=semifinal", 400, "not-counted"),
        ("/v1/incidents?state=closed", 422, "invalid-request"),
        ("/v1/incidents?cursor=AAAA", 400, "invalid-cursor"),
        ("/v1/incidents/", 404, "not-found"),
        ("/v1/incidents/29000000-0123456789ab/viewers", 404, "not-found"),
        ("/v1/incidents/29000000-0123456789ab", 405, "method-not-allowed"),
    ],
)
def test_what_can_not_be_asked(store: Store, target: str, status: int, problem: str) -> None:
    reply = ask(store, "GET", target)
    assert (reply.status, reply.problem) == (status, problem)
    matches(ProblemDetails, reply.json)


def test_a_title_that_isnt_pinned_says_how_to_pin_it(store: Store) -> None:
    assert "audience.pinned_titles" in ask(store, "GET", "/v1/audience?by=cdn&media_id=semifinal").json["detail"]


def test_a_value_that_isnt_there_names_those_that_are(store: Store) -> None:
    reply = ask(store, "GET", "/v1/audience/timeseries?by=cdn&value=south")
    assert "east, west, other, unknown" in reply.json["detail"]


def test_two_days_of_minutes_can_be_asked_for(store: Store) -> None:
    reply = ask(store, "GET", "/v1/audience/timeseries?from=2025-02-17T00:00:01Z&to=2025-02-19T00:00:00Z")
    assert len(reply.json["points"]) == 2880


def test_the_defaults_are_the_last_hour_and_the_last_day(store: Store) -> None:
    minutes = ask(store, "GET", "/v1/audience/timeseries")
    matches(AudienceTimeseriesView, minutes.json)
    assert len(minutes.json["points"]) == 61  # the minute that runs is one
    assert len(ask(store, "GET", "/v1/audience/timeseries?step=1h").json["points"]) in (24, 25)


def test_rows_are_asked_for_by_a_dimension(store: Store) -> None:
    west = dimension_scope(closed_token(CDN.key, "1"))
    store.counts.add(NOW + 1, ScopeCounts(leases={Status.WATCHING_VIDEO: 3}), ALL, west, title_scope("final"))
    reply = ask(store, "GET", "/v1/audience?by=cdn&window=60m&limit=200")
    matches(AudienceBreakdownView, reply.json)
    assert [(row["value"], row["watching_now"]) for row in reply.json["rows"]] == [("west", 3)]
    assert (reply.json["by"], reply.json["window_minutes"]) == ("cdn", 60)
    series = ask(store, "GET", "/v1/audience/timeseries?by=cdn&value=WEST")
    assert (series.json["by"], series.json["value"]) == ("cdn", "WEST")


def incident(minute: int = NOW - 5, metric: str = "rebuffer_ratio", place: str = "1", **changed: Any) -> Incident:
    alert = Alert("rebuffering", metric, by="cdn", above=0.1)  # type: ignore[arg-type]
    scope = dimension_scope(closed_token(CDN.key, place))
    made = incident_of(alert, Subject(scope, "cdn", "west"), minute, [0.4])
    return msgspec.structs.replace(made, **changed)


def sessions(count: int, tokens: Sequence[str] = ()) -> list[MediaSession]:
    made = []
    for number in range(count):
        session = fold([play(at=0, viewer_id=f"viewer-{number}", session_id=str(number))])
        session.dimensions.add((1, 0, 1, 1), tuple(tokens))
        made.append(session)
    return made


def test_incidents_name_viewers_while_they_are_open(store: Store) -> None:
    store.incidents = [incident(), incident(NOW - 9, place="0", resolved_minute=NOW - 8)]
    store.sessions = [*sessions(30, [closed_token(CDN.key, "0")]), *sessions(25, [closed_token(CDN.key, "1")])]
    reply = ask(store, "GET", "/v1/incidents")
    matches(IncidentPage, reply.json)
    first, second = reply.json["incidents"]
    assert first["viewers"] == [f"viewer-{number}" for number in range(20)]
    assert (second["state"], second["viewers"]) == ("resolved", [])
    assert first["scope"] == {"by": "cdn", "value": "west", "label": None, "media_id": None}
    assert [wanted.status for wanted in store.asked] == ["BUFFERING_VIDEO"]
    assert (reply.json["data_late"], reply.json["next_cursor"]) == (False, None)


def test_viewers_in_the_status_that_counts_come_first(store: Store) -> None:
    store.incidents = [incident(metric="starts")]
    ask(store, "GET", "/v1/incidents")
    assert [wanted.status for wanted in store.asked] == [None]


def test_a_busy_index_leaves_viewers_out_and_nothing_else(store: Store) -> None:
    store.incidents, store.fault = [incident(), incident(NOW - 9)], StoreBusy()
    reply = ask(store, "GET", "/v1/incidents")
    assert [each["viewers"] for each in reply.json["incidents"]] == [[], []]
    assert len(store.asked) == 1


def test_the_page_says_that_data_is_late(store: Store) -> None:
    store.behind_ms = 31_000
    assert ask(store, "GET", "/v1/incidents").json["data_late"]


def test_pages_go_on(store: Store) -> None:
    store.incidents = [incident(NOW - number) for number in range(25)]
    first = ask(store, "GET", "/v1/incidents?state=open").json
    assert len(first["incidents"]) == 20
    rest = ask(store, "GET", f"/v1/incidents?state=open&cursor={first['next_cursor']}").json
    assert [each["id"] for each in rest["incidents"]] == [each.id for each in store.incidents[20:]]
    assert ask(store, "GET", f"/v1/incidents?cursor={first['next_cursor']}").problem == "invalid-cursor"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"acknowledged": true}', 200),
        ('{"acknowledged": false}', 422),
        ("{}", 422),
        (None, 422),
        ("{", 400),
        ('{"acknowledged": true, "by": "ann"}', 422),
    ],
)
def test_an_incident_is_acknowledged_by_a_body_that_says_so(store: Store, body: str | None, status: int) -> None:
    store.incidents = [incident()]
    reply = ask(store, "PATCH", f"/v1/incidents/{store.incidents[0].id}", body)
    assert reply.status == status
    if status == 200:
        matches(IncidentView, reply.json)
        assert reply.headers["cache-control"] == "no-store"


def test_an_incident_that_isnt_there_can_t_be_acknowledged(store: Store) -> None:
    body = '{"acknowledged": true}'
    assert ask(store, "PATCH", "/v1/incidents/29000000-0123456789ab", body).problem == "incident-not-found"
    assert ask(store, "PATCH", "/v1/incidents/yesterday", body).status == 422
    for odd in ("_%C2%9B", "%00", "a%0A", "a b", "~YW5u", "x" * 65):
        assert ask(store, "PATCH", f"/v1/incidents/{odd}", body).problem == "not-found", odd
