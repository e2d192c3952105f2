"""The audience's figures over DynamoDB: changes of sessions are counted, and the API tells of them."""

import time

import msgspec
import pytest

from live_viewers.audience.breakdown_view import AudienceBreakdownView
from live_viewers.audience.counting import count_changes
from live_viewers.audience.history import Watching
from live_viewers.audience.timeseries_view import AudienceTimeseriesView
from live_viewers.aws_environment import Credentials
from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.dynamodb.transport import Transport
from live_viewers.rfc3339 import rfc3339
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_change import SessionChange, SessionImage
from tests.integration.api_rig import ApiRig
from tests.response_models import matches
from tests.viewing import START_MS, ping, play, ready

COUNTRY, DEVICE = 0, 1
# Counts expire by the clock, so the story is of half an hour ago: seconds after the tests' usual time.
AGO_S = (int(time.time()) - START_MS // 1000 - 1800) // 60 * 60
MINUTE = START_MS // 60_000 + AGO_S // 60
DIMENSIONS = Dimensions(DEFAULT_DIMENSIONS)
STORY = [("DE", "Phone"), ("DE", "Desktop"), ("FR", "Phone"), ("XX", "TV"), (None, None)]


@pytest.fixture(scope="module")
def api(dynamodb_local: str) -> ApiRig:
    """Five viewers who started, and one who didn't, by country and device."""
    rig = ApiRig(dynamodb_local)
    client = DirectClient(Transport(dynamodb_local, "eu-west-1", Credentials("local", "local")))
    table = AudienceTable(client, rig.audience_table, 8)
    made = [viewer(number, *each, label="Sintel") for number, each in enumerate(STORY)]
    made.append(viewer(9, "DE", "TV", label="Cosmos", started=False))
    now_ms = START_MS + AGO_S * 1000
    changes = [
        SessionChange(
            number,
            each.viewer_id,
            each.session_id,
            None,
            SessionImage.of(each),
            created_ms=now_ms,
        )
        for number, each in enumerate(made, start=1)
    ]
    count_changes(changes, "shard", table, 1_000)
    rig.now_ms = START_MS + AGO_S * 1000 + 61_000
    return rig


def viewer(
    number: int, country: str | None, device: str | None, *, label: str, started: bool = True
) -> MediaSession:
    texts: list[str | None] = [None] * len(DEFAULT_DIMENSIONS)
    texts[COUNTRY], texts[DEVICE] = country, device
    events = [ready(at=AGO_S, viewer_id=f"v{number}", session_id=str(number), label=label)]
    if started:
        events.append(play(at=AGO_S + 2, viewer_id=f"v{number}", session_id=str(number), label=label))
        events.append(ping(at=AGO_S + 30, viewer_id=f"v{number}", session_id=str(number), label=label))
    tokens = DIMENSIONS.tokens_of(*texts)
    return fold([msgspec.structs.replace(event, dimensions=tokens) for event in events])


def test_rows_by_country_add_up_to_everyone(api: ApiRig) -> None:
    reply = api.get("/v1/audience?by=country&window=5m")
    matches(AudienceBreakdownView, reply.json)
    rows = {row["value"]: row for row in reply.json["rows"]}
    assert set(rows) == {"DE", "FR", "other", "unknown"}
    assert (rows["DE"]["watching_now"], rows["DE"]["by_status"]["READY"]) == (2, 1)
    assert (rows["DE"]["sessions"], rows["DE"]["attempts"], rows["DE"]["starts"]) == (3, 3, 2)
    total = reply.json["total"]
    for name in ("watching_now", "attempts", "starts", "failed"):
        assert sum(row[name] for row in rows.values()) == total[name], name
    assert (total["watching_now"], total["attempts"], total["starts"]) == (5, 6, 5)


def test_rows_by_title_carry_their_names(api: ApiRig) -> None:
    rows = api.get("/v1/audience?by=title").json["rows"]
    assert [(row["value"], row["watching_now"], row["attempts"]) for row in rows] == [
        ("Sintel", 5, 5),
        ("Cosmos", 0, 1),
    ]


def test_a_pinned_title_is_counted_by_value_and_others_say_how(api: ApiRig) -> None:
    assert api.get("/v1/audience?by=country&media_id=Cosmos").problem == "not-counted"
    reply = api.get("/v1/audience?by=country&media_id=Sintel")
    assert reply.status == 200
    assert reply.json["total"]["watching_now"] == 5


def test_a_series_has_the_minute_and_who_watched_at_its_end(api: ApiRig) -> None:
    api.service.figures._history.put_watching(MINUTE, [Watching("ALL", {"": 5})])  # type: ignore[attr-defined]
    reply = api.get(f"/v1/audience/timeseries?from={at(MINUTE - 2)}&to={at(MINUTE + 2)}")
    matches(AudienceTimeseriesView, reply.json)
    assert [(each["sessions"], each["starts"], each["watching"]) for each in reply.json["points"]] == [
        (0, 0, None),
        (0, 0, None),
        (6, 5, 5),
        (0, 0, None),
    ]
    assert reply.json["peak"] == {"at": at(MINUTE), "value": 5}
    hour = MINUTE - MINUTE % 60
    germany = api.get(
        f"/v1/audience/timeseries?from={at(hour - 60)}&to={at(hour + 60)}&step=1h&by=country&value=de"
    )
    assert [each["starts"] for each in germany.json["points"]] == [0, 2]


def at(minute: int) -> str:
    return rfc3339(minute * 60_000)


def test_nothing_has_happened(api: ApiRig) -> None:
    assert api.get("/v1/incidents").json["incidents"] == []
    assert api.get("/v1/incidents").json["judged_until"] is None
