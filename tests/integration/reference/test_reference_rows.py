"""What happened to viewers with the back-end that this one replaces, row by row (docs/reference.md).

Each goes through the handler and a real store, with that back-end's own viewer JSON. The rows about pages, sockets
and sign-in are tested where those are; the page names the tests.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from live_viewers.dynamodb import items
from live_viewers.profile.viewer_profile import ViewerProfile, fold_profile
from live_viewers.session.status import Status
from live_viewers.session.timeline import with_statuses
from tests.instances import Instance, RejectedInMemory, stored_viewer
from tests.integration.api_rig import SHARDS, ApiRig
from tests.kafka_records import START_MS, enriched_json, event_of, tstamp

FOR_EVER_DAYS = 36_500


def viewer_json(viewer: Any, name: str, second: float, tie: int = 0, **fields: Any) -> bytes:
    """An event of the reference's JSON, so many seconds after the start of a video that started at 0."""
    event = {
        "collector_tstamp": tstamp(START_MS + round(second * 1000)),
        "event_id": f"{name}-{second}-{tie}",
        "event_name": f"{name}_event",
        "viewer_id": viewer,
        "adsClicked": 0,
        "adsSkipped": 0,
        "adId": 0,
        "video_ts": second,
    }
    return json.dumps(event | fields).encode()


class Viewing:
    """One viewer, whose events arrive one batch after another."""

    def __init__(self, make_instance: Callable[[], Instance]) -> None:
        self.viewer = f"viewer-{uuid4()}"
        self._make_instance = make_instance
        self.instance = make_instance()
        self._arrived = 0

    def arrives(self, name: str, second: float, **fields: Any) -> None:
        self.arrive(viewer_json(self.viewer, name, second, **fields))

    def arrive(self, *values: bytes) -> None:
        self.instance.process(event_of(values, first_offset=self._arrived))
        self._arrived += len(values)

    def consumer_restarts(self) -> None:
        """A new process: nothing of the old one's memory."""
        self.instance = self._make_instance()

    @property
    def stored(self) -> Any:
        return stored_viewer(self.instance.client, self.instance.settings.viewer_profiles_table, self.viewer)

    def profile(self, second: float = 0) -> ViewerProfile:
        return fold_profile(self.stored[0].values(), START_MS + round(second * 1000))

    @property
    def status(self) -> Status:
        return self.profile().status

    @property
    def timeline(self) -> list[tuple[str, Status]]:
        return [(row.kind.name, status) for row, status in with_statuses(self.stored[1])]


@pytest.fixture
def rejected() -> RejectedInMemory:
    return RejectedInMemory()


@pytest.fixture
def viewing(dynamodb_local: str, profiles_table: str, rejected: RejectedInMemory) -> Viewing:
    days = {"event_retention_days": FOR_EVER_DAYS, "profile_retention_days": FOR_EVER_DAYS}
    return Viewing(lambda: Instance(dynamodb_local, profiles_table, rejected, **days))


MALFORMED = {
    "truncated": b'{"collector_tstamp":"2026-09-21T14:13:20.000Z","event_id":"e","event_na',
    "not JSON": b"play!",
    "null": b"null",
    "an empty list": b"[]",
    "bad UTF-8": b'{"event_name":"play_event","viewer_id":"\xff\xfe"}',
    "wrong types": viewer_json("v", "play", 0, video_ts={"seconds": 1}),
    "a bad timestamp": viewer_json("v", "play", 0, collector_tstamp="yesterday"),
}


def test_malformed_record_is_rejected_with_a_reason_and_kept_and_the_rest_of_the_batch_is_unharmed(
    viewing: Viewing, rejected: RejectedInMemory
) -> None:
    good = [viewer_json(viewing.viewer, "play", 0), viewer_json(viewing.viewer, "pause", 9)]
    viewing.arrive(good[0], *MALFORMED.values(), good[1])
    kept = rejected.records
    assert [record.offset for record in kept] == list(range(1, 1 + len(MALFORMED)))
    assert all(record.reason and record.error and record.value for record in kept)
    assert viewing.status is Status.PAUSED_VIDEO


@pytest.mark.parametrize("viewer", [None, "", "   ", "PoC user"])
def test_viewer_id_missing_or_empty_is_rejected_and_makes_no_viewer(
    viewing: Viewing, rejected: RejectedInMemory, viewer: str | None
) -> None:
    viewing.arrive(viewer_json(viewer, "play", 0))
    assert [record.reason for record in rejected.records] == ["no_viewer"]


def test_a_late_pause_of_an_older_event_time_after_a_play_does_not_stick(viewing: Viewing) -> None:
    viewing.arrives("play", 0)
    viewing.arrives("play", 20)
    viewing.arrives("pause", 10)
    assert viewing.status is Status.WATCHING_VIDEO
    viewing.arrives("ping", 30)
    assert viewing.status is Status.WATCHING_VIDEO
    assert [name for name, _ in viewing.timeline] == ["PLAY", "PAUSE", "PLAY"]


def test_duplicate_of_an_old_pause_after_a_play_changes_nothing(viewing: Viewing) -> None:
    for name, second in (("play", 0), ("pause", 10), ("play", 20)):
        viewing.arrives(name, second)
    before = viewing.stored
    viewing.arrives("pause", 10)
    assert viewing.status is Status.WATCHING_VIDEO
    assert viewing.stored == before


def test_pause_then_end_as_every_html5_player_does_is_completed_video(viewing: Viewing) -> None:
    viewing.arrives("play", 0)
    viewing.arrives("pause", 60)
    viewing.arrives("end", 60)
    assert viewing.status is Status.COMPLETED_VIDEO


def test_end_then_a_new_video_the_new_session_is_seen(viewing: Viewing) -> None:
    viewing.arrive(
        enriched_json("play_event", START_MS, viewer=viewing.viewer, session="first", event_id="1"),
        enriched_json("end_event", START_MS + 60_000, viewer=viewing.viewer, session="first", event_id="2"),
    )
    assert viewing.status is Status.COMPLETED_VIDEO
    viewing.arrive(
        enriched_json("play_event", START_MS + 70_000, viewer=viewing.viewer, session="second", event_id="3")
    )
    assert viewing.profile(71).status is Status.WATCHING_VIDEO
    assert viewing.profile(71).current_session.session_id == "second"
    assert len(viewing.profile(71).sessions) == 2


def test_end_then_a_new_video_is_seen_without_a_media_session_id_too(viewing: Viewing) -> None:
    viewing.arrives("play", 0)
    viewing.arrives("end", 60)
    viewing.arrives("play", 70, video_ts=0)
    assert viewing.status is Status.WATCHING_VIDEO


def test_pause_during_an_ad_is_remembered_after_the_ad(viewing: Viewing) -> None:
    viewing.arrives("play", 0)
    viewing.arrives("ad_break_start", 10, adId="ad-1")
    viewing.arrives("pause", 12)
    assert viewing.status is Status.WATCHING_AD
    viewing.arrives("ad_break_end", 30, adId="ad-1")
    assert viewing.status is Status.PAUSED_VIDEO


def test_two_changes_in_the_same_millisecond_are_both_in_the_timeline(viewing: Viewing) -> None:
    viewing.arrives("play", 0)
    viewing.arrives("pause", 60)
    viewing.arrives("end", 60)
    assert viewing.timeline == [
        ("PLAY", Status.WATCHING_VIDEO),
        ("PAUSE", Status.PAUSED_VIDEO),
        ("END", Status.COMPLETED_VIDEO),
    ]


@pytest.mark.parametrize(
    ("last", "lease_s"), [("play", 75), ("ping", 75), ("pause", 600), ("ad_break_start", 75), ("end", 60)]
)
def test_viewer_leaves_and_is_gone_after_live_until(dynamodb_local: str, last: str, lease_s: int) -> None:
    api = ApiRig(dynamodb_local)
    instance = Instance(dynamodb_local, api.table, live_shards=SHARDS)
    values = [viewer_json("ann", "play", 0), viewer_json("ann", last, 10)]
    instance.process(event_of(values), clock_ms=lambda: START_MS + 10_000)

    def live_at(second: float, limit: int) -> list[str]:
        api.now_ms = START_MS + round(second * 1000)
        return [session["viewer_id"] for session in api.get(f"/v1/live?limit={limit}").json["sessions"]]

    assert live_at(10 + lease_s - 0.001, limit=10) == ["ann"]
    # Another question, since an answer may be kept for a second.
    assert live_at(10 + lease_s, limit=11) == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("pause", Status.PAUSED_VIDEO),
        ("ad_break_start", Status.WATCHING_AD),
        ("end", Status.COMPLETED_VIDEO),
    ],
)
def test_restart_of_the_consumer_leaves_paused_ad_and_completed_viewers_as_they_are(
    viewing: Viewing, change: str, status: Status
) -> None:
    viewing.arrives("play", 0)
    viewing.arrives(change, 10)
    viewing.consumer_restarts()
    viewing.arrives("ping", 20)
    assert viewing.status is status


def test_timestamps_as_sort_key_have_a_fixed_width_so_newest_first_returns_the_newest(viewing: Viewing) -> None:
    second = "2026-09-21T14:13:01"
    viewing.arrives("play", 0, collector_tstamp=f"{second}Z")
    viewing.arrives("pause", 0.5, collector_tstamp=f"{second}.5Z")
    newest_first = viewing.instance.client.query(
        TableName=viewing.instance.settings.viewer_profiles_table,
        KeyConditionExpression="viewer_id = :viewer AND begins_with(sk, :event)",
        ExpressionAttributeValues={":viewer": {"S": viewing.viewer}, ":event": {"S": items.EVENT_PREFIX}},
        ScanIndexForward=False,
    )["Items"]
    assert [items.timeline_row_of(item).kind.name for item in newest_first] == ["PAUSE", "PLAY"]
    assert f"{second}Z" > f"{second}.500Z", "as text the earlier sorts last"
