"""Whatever happens between Kafka and the store, the same events end as the same profile.

Hypothesis draws viewings, and then what the way does to them: any order, any cut into batches, the same record
again, the same event at another offset or on another partition, a tracker's retry that the collector saw later,
and a second invocation that writes between the reads and the writes of the first. An oracle folds the same events
in memory. The profile item is projected midway and at the end, as the table's stream would have it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.ads.ad_view import AdsOfViewer
from live_viewers.dynamodb.ad_items import ADS_PREFIX, ad_items_of
from live_viewers.dynamodb.items import PROFILE_SORT_KEY, TITLE_PREFIX, seen_titles
from live_viewers.dynamodb.tables.profiles_table import ProfilesTable, profile_from_item
from live_viewers.events.media_event import MediaEvent
from live_viewers.profile.projection import summary_of
from live_viewers.profile.projection_writing import Projector
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.profile.viewer_view import viewer_view
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.seen_title import SeenTitle, current_title
from live_viewers.session.timeline import TimelineRow, timeline_row
from live_viewers.wire import decode
from tests.ads import ads_of
from tests.instances import DECODING, Instance, stored_items, stored_viewer, viewer_of
from tests.kafka_records import START_MS, enriched_json, kafka_event, kafka_record
from tests.stories import change_of
from tests.tables import direct_client_of

NOW_MS = START_MS + 60_000
# These events are of a fixed day, which time to live must not reach.
FOR_EVER_DAYS = 36_500

NAMES = [
    *("ready", "play", "pause", "ping", "ping", "ping", "end", "seek_start", "seek_end", "volume_change"),
    *(
        "buffer_start",
        "buffer_end",
        "ad_break_start",
        "ad_break_end",
        "ad_start",
        "ad_complete",
        "ad_skip",
        "error",
    ),
]
PAYLOADS = {"volume_change": {"newVolume": 50}}


@dataclass(frozen=True)
class Sent:
    """An event as the tracker has it; `value` makes the record, as the collector saw it so much later."""

    viewer: int
    value: Callable[[int], bytes]


@st.composite
def sent_events(draw: st.DrawFn, run: str) -> list[Sent]:
    """Two to nine events of one or two viewers in one or two sessions, at few times, so that they collide."""
    events = []
    for number in range(draw(st.integers(2, 9))):
        name = draw(st.sampled_from(NAMES))
        viewer = draw(st.integers(0, 1))
        at_ms = START_MS + draw(st.sampled_from([0, 0, 1, 1_000, 30_000, 60_000, 600_000, 7_200_000]))
        in_ad = draw(st.booleans()) and name.startswith("ad_")
        given_parts: dict[str, Any] = {
            "viewer": f"{run}-{viewer}",
            "session": f"session-{draw(st.integers(0, 1))}",
            "event_id": f"event-{number}",
            "player": {
                "currentTime": draw(st.sampled_from([0.0, 1.5, 30.25, 3600.0])),
                "paused": draw(st.booleans()),
                "ended": name == "end",
                "label": draw(st.sampled_from(["Film", "Serial"])),
            },
            "totals": {"timePlayed": draw(st.sampled_from([0.0, 12.5, 30.0])), "ads": draw(st.integers(0, 2))},
            "ad": {"adId": f"ad-{draw(st.integers(0, 1))}"} if in_ad else None,
            "ad_break": {"breakId": "b", "startTime": 0, "breakType": "linear"} if in_ad else None,
            "payload": PAYLOADS.get(name),
        }
        events.append(Sent(viewer, _maker(f"{name}_event", at_ms, given_parts)))
    return events


def _maker(name: str, at_ms: int, parts: dict[str, Any]) -> Callable[[int], bytes]:
    return lambda later_ms: enriched_json(name, at_ms, collected_after_ms=200 + later_ms, **parts)


@dataclass(frozen=True)
class Batch:
    """Records of one invocation: on which of two instances, and if the next batch cuts in before it writes."""

    records: list[dict[str, Any]]
    instance: int
    is_interrupted: bool


@st.composite
def ways(draw: st.DrawFn, events: Sequence[Sent], retries: bool) -> list[Batch]:
    """One way of the events to the function, each arriving once at the least."""
    offsets = count()
    records = [kafka_record(event.value(0), next(offsets), draw(st.integers(0, 1))) for event in events]
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(events) - 1))
        again = draw(st.sampled_from(["redelivered", "re-produced", *(["retried"] if retries else [])]))
        if again == "redelivered":
            records.append(records[at])
        else:
            later_ms = draw(st.sampled_from([0, 900, 20_000])) if again == "retried" else 0
            records.append(kafka_record(events[at].value(later_ms), next(offsets), draw(st.integers(0, 3))))
    records = list(draw(st.permutations(records)))
    cuts = sorted(draw(st.sets(st.integers(0, len(records)), max_size=3)) | {0, len(records)})
    batches = [
        Batch(records[begin:end], draw(st.integers(0, 1)), draw(st.booleans())) for begin, end in pairwise(cuts)
    ]
    if draw(st.booleans()):
        batches.append(draw(st.sampled_from(batches)))
    return batches


@st.composite
def cases(draw: st.DrawFn, retries: bool) -> tuple[list[Sent], list[Batch]]:
    events = draw(sent_events(str(uuid4())))  # viewers that no other example has
    return events, draw(ways(events, retries))


def run_batches(instances: Sequence[Instance], batches: Sequence[Batch]) -> None:
    """Each batch on its instance. An interrupted one lets those that follow run before it writes what it read."""
    if not batches:
        return
    first, rest = batches[0], batches[1:]
    instance = instances[first.instance]
    event = kafka_event(sorted(first.records, key=lambda record: int(record["partition"])))
    if first.is_interrupted and rest:
        others = [Batch(batch.records, 1 - first.instance, False) for batch in rest[:1]]
        instance.calls.before_write = lambda: run_batches(instances, others)
        instance.process(event)
        if instance.calls.before_write is not None:  # it had nothing to write
            instance.calls.before_write = None
            run_batches(instances, others)
        rest = rest[1:]
    else:
        instance.process(event)
    run_batches(instances, rest)


def decoded(events: Sequence[Sent]) -> list[MediaEvent]:
    found = [decode(event.value(0), DECODING) for event in events]
    return [event for event in found if event is not None]


def oracle(events: Sequence[MediaEvent], viewer: str) -> tuple[dict[str, MediaSession], list[TimelineRow]]:
    """What the store has to hold of a viewer, folded in memory."""
    mine = [event for event in events if event.viewer_id == viewer]
    sessions = {name: fold([e for e in mine if e.session_id == name]) for name in {e.session_id for e in mine}}
    rows = [row for row in map(timeline_row, mine) if row is not None]
    return sessions, sorted(rows, key=lambda row: (row.order_time_ms, row.event_id))


def oracle_of_titles(events: Iterable[MediaEvent]) -> list[SeenTitle]:
    """The newest event of each title of each session, whatever else there was."""
    newest: dict[tuple[str, str], SeenTitle] = {}
    for event in events:
        title = current_title(fold([event]))
        if title is not None:
            at = title.session_id, title.media_id
            newest[at] = max(newest.get(at, title), title, key=lambda one: one.key)
    return list(newest.values())


class ProfileItems:
    """The profile items of the table, rewritten as project_changes rewrites them."""

    def __init__(self, endpoint: str, table: str) -> None:
        store = ProfilesTable(direct_client_of(endpoint), table, FOR_EVER_DAYS, "secret")
        self._projector = Projector(store, default_ping_interval_s=30, threads=2)

    def project(self, sessions: Iterable[MediaSession]) -> None:
        """As when the stream tells of these sessions. What they hold is read from the table."""
        changes = [change_of(1, each.viewer_id, each.session_id, None, each) for each in sessions]
        self._projector.project(changes, NOW_MS)


@pytest.fixture(scope="module")
def profile_items(dynamodb_local: str, profiles_table: str) -> ProfileItems:
    return ProfileItems(dynamodb_local, profiles_table)


@pytest.fixture(scope="module")
def instances(dynamodb_local: str, profiles_table: str) -> list[Instance]:
    days = {"event_retention_days": FOR_EVER_DAYS, "profile_retention_days": FOR_EVER_DAYS}
    return [Instance(dynamodb_local, profiles_table, **days) for _ in range(2)]


@pytest.fixture(autouse=True)
def without_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("process_events.report_batch", lambda *_: None)


@pytest.mark.timeout(7_200)
@given(case=cases(retries=False))
def test_any_way_of_the_same_events_ends_in_the_same_sessions_timeline_and_profile(
    instances: list[Instance], profile_items: ProfileItems, case: tuple[list[Sent], list[Batch]]
) -> None:
    sent, batches = case
    events = decoded(sent)
    expected = {viewer: oracle(events, viewer) for viewer in sorted({event.viewer_id for event in events})}
    for half in (batches[: len(batches) // 2], batches[len(batches) // 2 :]):
        run_batches(instances, half)
        profile_items.project(session for sessions, _ in expected.values() for session in sessions.values())
    table = instances[0].settings.viewer_profiles_table
    for viewer, (expected_sessions, expected_rows) in expected.items():
        found = stored_items(instances[0].client, table, viewer)
        sessions, rows = viewer_of(found)
        assert sessions == expected_sessions
        assert rows == expected_rows
        titles = seen_titles(each for each in found if each["sk"]["S"].startswith(TITLE_PREFIX))
        expected_titles = oracle_of_titles(event for event in events if event.viewer_id == viewer)
        ads = AdsOfViewer(ad_items_of(each for each in found if each["sk"]["S"].startswith(ADS_PREFIX)))
        expected_ads = ads_of(event for event in events if event.viewer_id == viewer)
        profile = fold_profile(sessions.values(), NOW_MS, titles=titles, ads=ads)
        expected_profile = fold_profile(
            expected_sessions.values(), NOW_MS, titles=expected_titles, ads=expected_ads
        )
        assert _without_versions(msgspec.to_builtins(viewer_view(profile, NOW_MS))) == _without_versions(
            msgspec.to_builtins(viewer_view(expected_profile, NOW_MS))
        )
        (item,) = [each for each in found if each["sk"]["S"] == PROFILE_SORT_KEY]
        assert profile_from_item(item) == summary_of(expected_profile)
    assert not instances[0].rejected.objects
    assert not instances[1].rejected.objects


@pytest.mark.timeout(7_200)
@given(case=cases(retries=True))
def test_a_trackers_retry_changes_nothing_but_when_a_session_was_seen(
    instances: list[Instance], case: tuple[list[Sent], list[Batch]]
) -> None:
    """A retry reaches the collector later, and so is its derived time; what happened and in which order stays."""
    sent, batches = case
    run_batches(instances, batches)
    events = decoded(sent)
    table = instances[0].settings.viewer_profiles_table
    for viewer in {event.viewer_id for event in events}:
        sessions, rows = stored_viewer(instances[0].client, table, viewer)
        expected_sessions, expected_rows = oracle(events, viewer)
        assert {name: _but_seen(each) for name, each in sessions.items()} == {
            name: _but_seen(each) for name, each in expected_sessions.items()
        }
        assert rows == expected_rows


def _but_seen(session: MediaSession) -> MediaSession:
    """With the times that a retry may shift set to one value."""
    session.first_seen_ms = session.last_seen_ms = 0
    session.minutes = 0
    session.version = 0
    return session


def _without_versions(view: Any) -> Any:
    if isinstance(view, dict):
        return {name: _without_versions(value) for name, value in view.items() if name != "version"}
    return [_without_versions(each) for each in view] if isinstance(view, list) else view
