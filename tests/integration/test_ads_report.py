"""From events to GET /v1/ads and /v1/viewers/{viewer_id}/ads: hot path, stream, counts and API on a real store."""

import csv
import json
import os
from collections.abc import Iterator, Sequence
from io import StringIO
from random import Random
from typing import Any

import msgspec
import project_changes
import pytest

from live_viewers.ads.ad_report_view import AdReportView
from live_viewers.ads.ad_view import MOST_AD_ITEMS_OF_VIEWER
from live_viewers.ads.viewer_ads_view import ViewerAdsView
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.tables import ads_table
from live_viewers.dynamodb.tables.ads_table import AdCountsTable
from live_viewers.dynamodb.transport import ErrorAnswer
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.events.media_event import Ad, AdBreak, MediaEvent
from live_viewers.intake.store import SessionPart
from live_viewers.settings import ProcessEventsSettings
from live_viewers.wire import DecodeSettings, decode
from tests import campaign
from tests.integration.api_rig import ApiRig
from tests.response_models import matches
from tests.tables import transport_of
from tests.viewing import START_MS, ad_break_end, ad_break_start, ad_click, ad_complete, ad_skip, ad_start

SPOT = Ad(ad_id="ad-1", name="=A spot", creative_id="creative-1", pod_position=1, duration_s=20.0)
OTHER = Ad(ad_id="ad-2", name="Another", creative_id="creative-1")
PRE, MID = AdBreak(break_id="pre", name="pre-roll"), AdBreak(break_id="mid", name="mid-roll")
COLUMNS = ("ad_id", "creative_id", "break_id", "views", "completed", "clicks", "skips", "empty_breaks")
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000"


class Rig(ApiRig):
    """The hot path and project_changes beside the API. `tell` gives the stream's events of what was written."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        settings = ProcessEventsSettings(
            stage="test",
            viewer_profiles_table=self.table,
            rejected_bucket="-",
            live_index_secret="secret",
            tombstone_secret="secret",
        )
        self.hot_path = SessionWriter(Calls(transport_of(endpoint), self.table), settings)
        self.now_ms = START_MS + 3_600_000
        self._told: dict[str, dict[str, Any]] = {}
        self._sequence = 0

    def arrive(self, *events: MediaEvent) -> None:
        parts: dict[tuple[str, str], SessionPart] = {}
        for event in events:
            at = event.viewer_id, event.session_id
            part = parts.setdefault(at, SessionPart(*at))
            part.events.append(event)
            part.records.append({"topic": "t", "partition": 0, "offset": len(part.records)})
        assert not self.hot_path.write(list(parts.values()), lambda: self.now_ms, lambda: 60_000).refused

    def changes(self, prefixes: Sequence[str] = ("session#", "ads#")) -> dict[str, Any]:
        """A Lambda event of what changed since the last one."""
        records = []
        for item in self.client.scan(TableName=self.table)["Items"]:
            key = {name: item[name] for name in ("viewer_id", "sk")}
            image = json.loads(msgspec.json.encode(item))
            old = self._told.get(json.dumps(key))
            if not item["sk"]["S"].startswith(tuple(prefixes)) or old == image:
                continue
            self._sequence += 1
            self._told[json.dumps(key)] = image
            told = {
                "Keys": key,
                "SequenceNumber": str(self._sequence),
                "ApproximateCreationDateTime": self.now_ms / 1000,
                "NewImage": image,
                **({"OldImage": old} if old else {}),
            }
            records.append({"eventName": "MODIFY" if old else "INSERT", "dynamodb": told, "eventSourceARN": ARN})
        return {"Records": records, "shardId": "shardId-1", "state": {}}


@pytest.fixture
def rig(dynamodb_local: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    rig = Rig(dynamodb_local)
    variables = {
        "STAGE": "local",
        "AWS_ENDPOINT_URL": dynamodb_local,
        "VIEWER_PROFILES_TABLE": rig.table,
        "AUDIENCE_TABLE": rig.audience_table,
        "TOMBSTONE_SECRET": "secret",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }
    for name, value in {**os.environ, **variables}.items():
        monkeypatch.setenv(name, value)
    _forget()
    yield rig
    _forget()


def _forget() -> None:
    project_changes._parts.cache_clear()
    project_changes._settings.cache_clear()


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 100_000


def three_viewers() -> list[MediaEvent]:
    events: list[MediaEvent] = []
    for viewer in ("ann", "ben", "cy"):
        in_pre = {"viewer_id": viewer, "session_id": f"{viewer}-1", "ad_break": PRE}
        in_mid = {**in_pre, "ad_break": MID}
        events += [
            ad_break_start(at=0, **in_pre),
            ad_start(at=0, ad=SPOT, **in_pre),
            ad_complete(at=20, ad=SPOT, **in_pre),
            ad_start(at=20, ad=OTHER, **in_pre),
            ad_skip(at=25, ad=OTHER, **in_pre),
            ad_break_end(at=25, **in_pre),
            ad_break_start(at=600, **in_mid),
        ]
    events += [
        ad_start(at=601, ad=SPOT, viewer_id="ann", session_id="ann-1", ad_break=MID),
        ad_click(at=602, ad=SPOT, viewer_id="ann", session_id="ann-1", ad_break=MID),
        ad_start(at=4000, ad=SPOT, viewer_id="ann", session_id="ann-2", label="Zoo"),
    ]
    return events


RANGE = "from=2026-11-24T11:30:00Z&to=2026-11-24T12:30:00Z"


def rows(rig: Rig, query: str) -> list[tuple[Any, ...]]:
    reply = rig.get(f"/v1/ads?{query}")
    assert reply.status == 200, reply.content
    matches(AdReportView, reply.json)
    assert not reply.json["partial"]
    return [tuple(row[name] for name in COLUMNS) for row in reply.json["rows"]]


def test_views_are_told_by_ad_creative_break_and_title_however_often_they_come(rig: Rig) -> None:
    events = three_viewers()
    for at in range(0, len(events), 5):
        rig.arrive(*events[at : at + 5])
        changes = rig.changes()
        project_changes.handler(changes, Context())
        project_changes.handler(changes, Context())
    rig.arrive(*events)
    project_changes.handler(rig.changes(), Context())
    assert rows(rig, RANGE) == [
        ("ad-1", "creative-1", None, 5, 3, 1, 0, None),
        ("ad-2", "creative-1", None, 3, 0, 0, 3, None),
    ]
    assert rows(rig, f"{RANGE}&by=creative") == [(None, "creative-1", None, 8, 3, 1, 3, None)]
    assert rows(rig, f"{RANGE}&by=break") == [
        (None, None, "pre", 6, 3, 0, 3, 0),
        (None, None, "mid", 1, 0, 1, 0, 2),
        (None, None, None, 1, 0, 0, 0, 0),
    ]
    assert rows(rig, f"{RANGE}&media_id=Zoo") == [("ad-1", "creative-1", None, 1, 0, 0, 0, None)]
    one_hour = "from=2026-11-24T11:59:59Z&to=2026-11-24T12:00:00Z"
    assert [row[3] for row in rows(rig, one_hour)] == [4, 3]
    assert rows(rig, "from=2026-11-25T00:00:00Z&to=2026-11-25T01:00:00Z") == []
    reply = rig.get(f"/v1/ads?{RANGE}").json
    assert (reply["from"], reply["to"]) == ("2026-11-24T11:00:00.000Z", "2026-11-24T13:00:00.000Z")


@pytest.mark.parametrize(("query", "accept"), [("&format=csv", None), ("", "text/csv"), ("&format=csv", "*/*")])
def test_rows_can_be_had_as_csv_in_which_nothing_is_a_formula(rig: Rig, query: str, accept: str | None) -> None:
    rig.arrive(*three_viewers())
    project_changes.handler(rig.changes(), Context())
    reply = rig.get(f"/v1/ads?{RANGE}{query}", {"accept": accept} if accept else None)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in reply.headers["content-disposition"]
    assert reply.headers["x-partial"] == "false"
    first, *_ = csv.DictReader(StringIO(reply.content.decode(), newline=""))
    assert (first["ad_id"], first["name"], first["views"]) == ("ad-1", "'=A spot", "5")


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-24T11:00:00Z&to=2026-11-24T11:00:00Z",
        "from=2026-01-01T00:00:00Z&to=2026-02-01T01:00:00Z",
        "by=viewer",
        "format=xml",
        "from=yesterday",
        "media_id=",
        "since=2026-11-24T11:00:00Z",
    ],
)
def test_a_range_or_a_parameter_that_can_not_be_is_refused(rig: Rig, query: str) -> None:
    reply = rig.get(f"/v1/ads?{query}")
    assert (reply.status, reply.problem) == (422, "invalid-request")


def test_the_last_24_hours_are_told_by_default_and_31_days_at_the_most(rig: Rig) -> None:
    reply = rig.get("/v1/ads").json
    assert (reply["from"], reply["to"]) == ("2026-11-23T12:00:00.000Z", "2026-11-24T12:00:00.000Z")
    assert rig.get("/v1/ads?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z").status == 200


def test_a_viewers_ads_tell_how_often_each_creative_was_seen(rig: Rig) -> None:
    rig.arrive(*three_viewers())
    reply = rig.get("/v1/viewers/ann/ads")
    matches(ViewerAdsView, reply.json)
    assert reply.json["creatives"] == [
        {
            "creative_id": "creative-1",
            "ad_ids": ["ad-1", "ad-2"],
            "views": 4,
            "last_seen_at": "2026-11-24T12:00:00.000Z",
        }
    ]
    assert len(reply.json["views"]) == 4
    later = rig.get("/v1/viewers/ann/ads?since=2026-11-24T12:20:00Z").json
    assert [one["views"] for one in later["creatives"]] == [1]
    assert rig.get("/v1/viewers/nobody/ads").json["creatives"] == []
    assert rig.get("/v1/viewers/ads/ads").status == 400


def test_a_whole_campaign_comes_out_right(rig: Rig) -> None:
    decoded = [decode(line, DecodeSettings()) for line in campaign.lines()]
    events = [event for event in decoded if event is not None]
    Random(7).shuffle(events)
    for at in range(0, len(events), 97):
        rig.arrive(*events[at : at + 97], *events[at : at + 9])
        changes = rig.changes()
        project_changes.handler(changes, Context())
        project_changes.handler(changes, Context())
    hours = "from=2026-11-24T11:00:00Z&to=2026-11-24T16:00:00Z"
    report = rig.get(f"/v1/ads?{hours}").json
    names = ("views", "reached_25", "reached_50", "reached_75", "completed", "clicks", "skips")
    assert {row["ad_id"]: tuple(row[name] for name in names) for row in report["rows"]} == campaign.BY_AD
    by_break = {row["break_id"]: row for row in rig.get(f"/v1/ads?{hours}&by=break").json["rows"]}
    assert len(by_break) == len(campaign.SHARED_BREAKS) + campaign.BREAKS_OF_THEIR_OWN + 1
    assert by_break[campaign.EMPTY_BREAK]["empty_breaks"] == campaign.EMPTY_BREAKS


def test_completions_of_viewers_and_sessions_are_their_ad_views(rig: Rig) -> None:
    """An ad that ends changes the profile item, though no session tells of it any more."""
    events = three_viewers()
    rig.arrive(*events[:2], ad_start(at=0, viewer_id="ann", session_id="ann-1", ad=OTHER))
    project_changes.handler(rig.changes(), Context())
    profile = {"viewer_id": {"S": "ann"}, "sk": {"S": "profile"}}
    key = {"TableName": rig.table, "Key": profile}
    assert rig.client.get_item(**key)["Item"]["ads_completed"] == {"N": "0"}
    rig.arrive(*events)
    project_changes.handler(rig.changes(prefixes=("ads#",)), Context())
    item = rig.client.get_item(**key)["Item"]
    assert (item["ads_completed"], item["ads_seen"]) == ({"N": "1"}, {"N": "5"})
    viewer = rig.get("/v1/viewers/ann").json
    assert (viewer["totals"]["ads_completed"], viewer["totals"]["ads_clicked"]) == (1, 1)
    assert {each["media_session_id"]: each["totals"]["ads_seen"] for each in viewer["sessions"]} == {
        "ann-1": 4,
        "ann-2": 1,
    }
    sessions = rig.get("/v1/viewers/ann/sessions").json["sessions"]
    assert sum(each["totals"]["ads_completed"] for each in sessions) == 1
    (many,) = rig.ask("POST", "/v1/viewers/batch-get", body=json.dumps({"viewer_ids": ["ann"]})).json["viewers"]
    assert many["totals"]["ads_completed"] == 1


def test_of_very_many_items_the_answer_is_partial(rig: Rig) -> None:
    for number in range(MOST_AD_ITEMS_OF_VIEWER + 1):
        rig.arrive(ad_start(at=0, viewer_id="dan", session_id=f"s{number}"))
        if number == MOST_AD_ITEMS_OF_VIEWER - 1:
            assert not rig.get("/v1/viewers/dan/ads").json["partial"]
    assert rig.get("/v1/viewers/dan/ads").json["partial"]


def test_a_report_that_takes_too_long_or_reads_too_much_says_partial(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.arrive(*three_viewers())
    project_changes.handler(rig.changes(), Context())
    table = AdCountsTable(DirectClient(transport_of(rig.endpoint)), rig.audience_table, 8)
    hours = START_MS // 3_600_000, START_MS // 3_600_000 + 2
    assert not table.report("ad", *hours, None).partial
    monkeypatch.setattr(ads_table, "MOST_ITEMS", 0)
    assert table.report("ad", *hours, None).partial
    monkeypatch.undo()
    times = iter(range(0, 10_000, 10))
    slow = AdCountsTable(
        DirectClient(transport_of(rig.endpoint)), rig.audience_table, 8, elapsed_s=lambda: next(times)
    )
    assert slow.report("ad", *hours, None).partial


def test_ads_that_can_not_be_counted_hold_up_neither_profiles_nor_the_shard(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For ten minutes the batch comes again; profiles are written all the same."""

    def away(*_: Any) -> None:
        raise ErrorAnswer("AccessDeniedException", 400, {})

    rig.arrive(*three_viewers())
    changes = rig.changes()
    with monkeypatch.context() as patch:
        patch.setattr(AdCountsTable, "add", away)
        patch.setattr("time.time", lambda: rig.now_ms / 1000 + 599)
        with pytest.raises(ErrorAnswer):
            project_changes.handler(changes, Context())
        profile = {"viewer_id": {"S": "ann"}, "sk": {"S": "profile"}}
        assert "Item" in rig.client.get_item(TableName=rig.table, Key=profile)
        patch.setattr("time.time", lambda: rig.now_ms / 1000 + 600)
        assert project_changes.handler(changes, Context()) == {"state": {}}
    assert rows(rig, RANGE) == []


def test_a_batch_of_ads_alone_is_counted(rig: Rig) -> None:
    rig.arrive(*three_viewers())
    assert project_changes.handler(rig.changes(prefixes=("ads#",)), Context()) == {"state": {}}
    assert [row[3] for row in rows(rig, RANGE)] == [5, 3]
