"""Items that can't be read, a newer release's or damaged, where they are read for people or removed.

`process_events` and `project_changes` have tests of their own (test_two_releases, test_unreadable_changes).
"""

import re
from typing import Any, cast

import pytest

from live_viewers.api.app import make_api
from live_viewers.api.service import Service
from live_viewers.dynamodb import items
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.live_key import LivePlaces
from live_viewers.dynamodb.tables.erasures_table import ErasuresTable
from live_viewers.dynamodb.tables.reads import ReadProfiles
from live_viewers.erasure.jobs import ErasureJob
from live_viewers.push.subscribing import SocketService, answer_message
from live_viewers.session.media_session import fold
from live_viewers.session.session_codec import NEWEST_VERSION
from live_viewers.session.timeline import timeline_row
from tests.unit.api.http_events import READER, Reply, http_event, reply_of
from tests.unit.push.test_subscribing import FakeConnections, FakeSubscriptions
from tests.viewing import START_MS, VIEWER, pause, play

NOW_MS = START_MS + 2_000
GOOD, BAD = "session-1", "session-2"
_CONDITION = re.compile(r"viewer_id = (?P<viewer>:\w+) AND (?:sk BETWEEN (?P<low>:\w+) AND (?P<high>:\w+)|"
                        r"begins_with\(sk, (?P<prefix>:\w+)\))")  # fmt: skip
EACH_KIND = pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda data: bytes((NEWEST_VERSION + 1,)) + data[1:], id="newer format"),
        pytest.param(lambda data: bytes((0,)) + data[1:], id="a version that never was"),
        pytest.param(lambda data: data[: len(data) // 2], id="cut off"),
        pytest.param(lambda data: b"", id="empty"),
    ],
)


class StoredItems:
    """A low-level client of a table with these items, as far as reads of viewers and removals go."""

    def __init__(self, found: list[items.Item]) -> None:
        self.items = {(item["viewer_id"]["S"], item["sk"]["S"]): item for item in found}

    def query(self, **request: Any) -> dict[str, Any]:
        values = {name: value.get("S") for name, value in request["ExpressionAttributeValues"].items()}
        if ":shard" in values:
            live = [item for item in self.items.values() if item.get("lp", {}).get("S") == values[":shard"]]
            low, high = (
                int(request["ExpressionAttributeValues"].get(name, {"N": "1" * 18})["N"])
                for name in (":low", ":high")
            )
            found = [item for item in live if low <= int(item["lk"]["N"]) <= high]
            return {"Items": found, "ScannedCount": len(found)}
        condition = _CONDITION.fullmatch(request["KeyConditionExpression"])
        assert condition, request["KeyConditionExpression"]
        names = condition.groupdict()
        low = values[names["low"] or names["prefix"]]
        high = values[names["high"]] if names["high"] else low + "\uffff"
        found = [
            item
            for (viewer, sk), item in sorted(self.items.items())
            if viewer == values[names["viewer"]] and low <= sk <= high
        ]
        return {"Items": found if request.get("ScanIndexForward", True) else found[::-1]}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        ((table, wanted),) = RequestItems.items()
        keys = [(key["viewer_id"]["S"], key["sk"]["S"]) for key in wanted["Keys"]]
        return {"Responses": {table: [self.items[key] for key in keys if key in self.items]}}

    def batch_write_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        for (request,) in (each.values() for each in next(iter(RequestItems.values()))):
            del self.items[request["Key"]["viewer_id"]["S"], request["Key"]["sk"]["S"]]
        return {}

    def delete_item(self, TableName: str, Key: items.Item) -> None:
        self.items.pop((Key["viewer_id"]["S"], Key["sk"]["S"]), None)


def stored(broken: Any) -> StoredItems:
    """Two live sessions of a viewer with two rows each: the second session and a row of each are broken."""
    found = []
    for number, session_id in enumerate((GOOD, BAD)):
        events = [make(at=number / 2 + at, session_id=session_id) for at, make in ((0, play), (1, pause))]
        session = fold(events)
        session.version = 1
        item = items.session_item(
            session,
            status="PAUSED_VIDEO",
            live_until_ms=NOW_MS + 60_000,
            now_ms=NOW_MS,
            places=LivePlaces("secret", 1),
            retention_days=90,
        )
        found.append(item | {"r": {"B": broken(item["r"]["B"])}} if session_id == BAD else item)
        rows = [items.timeline_item(row, 30) for event in events if (row := timeline_row(event)) is not None]
        rows[0]["d"] = {"B": broken(rows[0]["d"]["B"])}
        found += rows
    return StoredItems(found)


def profiles(client: StoredItems) -> ReadProfiles:
    return ReadProfiles(client, "table", 1, 30)


def answer(client: StoredItems, target: str) -> Reply:
    none = cast(Any, None)
    service = Service(profiles(client), none, none, none, lambda: NOW_MS, none, none, none)
    return reply_of(make_api(service)(http_event("GET", target, authorizer=READER), None))


@EACH_KIND
def test_serve_api_leaves_out_what_it_can_t_read_and_counts_it(
    broken: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    client = stored(broken)
    viewer = answer(client, f"/v1/viewers/{VIEWER}")
    assert viewer.status == 200
    assert [each["media_session_id"] for each in viewer.json["sessions"]] == [GOOD]
    live = answer(client, "/v1/live")
    assert [each["media_session_id"] for each in live.json["sessions"]] == [GOOD]
    timeline = answer(client, f"/v1/viewers/{VIEWER}/timeline")
    assert [each["event"] for each in timeline.json["events"]] == ["pause", "pause"]
    printed = capsys.readouterr()
    assert printed.out.count('"SessionsLeftOut":[1.0]') == 4
    assert VIEWER not in printed.out + printed.err


@EACH_KIND
def test_serve_sockets_sends_what_it_can_read(broken: Any) -> None:
    connections = FakeConnections()
    service = SocketService(FakeSubscriptions(), profiles(stored(broken)), connections, lambda _: None, 30)
    answer_message(service, "page", f'{{"action":"subscribe","scope":"viewer","viewer_id":"{VIEWER}"}}', NOW_MS)
    (message,) = connections.messages
    assert (message["type"], [each["media_session_id"] for each in message["sessions"]]) == ("snapshot", [GOOD])


@EACH_KIND
def test_erase_viewers_removes_what_nobody_can_read(broken: Any) -> None:
    client = stored(broken)
    another = ("another", "session#session-1")
    client.items[another] = {
        "viewer_id": {"S": another[0]},
        "sk": {"S": another[1]},
        "r": {"B": broken(b"\x02abcd")},
    }
    table = ErasuresTable(cast(DirectClient, client), "table", "secret")
    assert table.remove_items(ErasureJob(VIEWER, NOW_MS, 1, NOW_MS), lambda: True)
    assert list(client.items) == [another]
