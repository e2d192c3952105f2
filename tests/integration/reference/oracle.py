"""What the store has to hold after some records, folded in memory, and how what it does hold compares."""

import time
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from live_viewers.ads.ad_view import AdItem, AdsOfViewer
from live_viewers.dynamodb import items
from live_viewers.dynamodb.ad_items import ADS_PREFIX, ad_items_of
from live_viewers.dynamodb.tables.profiles_table import ProfilesTable
from live_viewers.events.media_event import MediaEvent
from live_viewers.profile.projection import ProfileSummary, summary_of
from live_viewers.profile.projection_writing import Projector
from live_viewers.profile.viewer_profile import ViewerProfile, fold_profile
from live_viewers.profile.viewer_view import viewer_view
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.timeline import TimelineRow, timeline_row
from live_viewers.wire import decode
from tests.ads import ads_of
from tests.instances import DECODING
from tests.stories import change_of
from tests.tables import client_of, direct_client_of

_DAYS = 36_500


@dataclass
class Profiles:
    """Sessions by (viewer, session), timeline rows by (viewer, order time, event id), ad items by viewer."""

    sessions: dict[tuple[str, str], MediaSession] = field(default_factory=dict)
    rows: dict[tuple[str, int, str], TimelineRow] = field(default_factory=dict)
    ads: dict[str, list[AdItem]] = field(default_factory=lambda: defaultdict(list))

    def take(self, row: TimelineRow | None) -> None:
        if row is not None:
            self.rows[row.viewer_id, row.order_time_ms, row.event_id] = row

    def sessions_of_viewers(self) -> dict[str, list[MediaSession]]:
        viewers = defaultdict(list)
        for (viewer, _), session in self.sessions.items():
            viewers[viewer].append(session)
        return viewers

    def views(self, now_ms: int) -> dict[str, Any]:
        """Each viewer as the API tells it, folded from the sessions."""
        return {
            viewer: _without_versions(msgspec.to_builtins(viewer_view(profile, now_ms)))
            for viewer, profile in self._folded(now_ms).items()
        }

    def summaries(self, now_ms: int) -> dict[str, ProfileSummary]:
        """Each viewer's profile item, folded from the sessions."""
        return {viewer: summary_of(profile) for viewer, profile in self._folded(now_ms).items()}

    def _folded(self, now_ms: int) -> dict[str, ViewerProfile]:
        return {
            viewer: fold_profile(sessions, now_ms, ads=AdsOfViewer(self.ads[viewer]))
            for viewer, sessions in self.sessions_of_viewers().items()
        }

    def ad_tokens(self) -> dict[tuple[str, str, str | None], dict[str, object]]:
        """What is known of each ad by viewer, session and break."""
        found: dict[tuple[str, str, str | None], dict[str, object]] = defaultdict(dict)
        for viewer, ad_items in self.ads.items():
            for item in ad_items:
                found[viewer, item.session_id, item.break_id] |= item.known
        return found


def expected(values: Iterable[bytes]) -> Profiles:
    """The fold of these records, all of which must be media events."""
    profiles = Profiles()
    sessions: dict[tuple[str, str], list[MediaEvent]] = defaultdict(list)
    for value in values:
        event = decode(value, DECODING)
        assert event is not None
        sessions[event.viewer_id, event.session_id].append(event)
        profiles.take(timeline_row(event))
    profiles.sessions = {key: fold(events) for key, events in sessions.items()}
    for (viewer, _), events in sessions.items():
        profiles.ads[viewer] += ads_of(events).items
    return profiles


def stored(client: Any, table: str) -> Profiles:
    """All that the table holds."""
    profiles = Profiles()
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            if item["sk"]["S"].startswith(items.SESSION_PREFIX):
                session = items.session_of(item)
                profiles.sessions[session.viewer_id, session.session_id] = session
            elif item["sk"]["S"].startswith(items.EVENT_PREFIX):
                profiles.take(items.timeline_row_of(item))
            elif item["sk"]["S"].startswith(ADS_PREFIX):
                profiles.ads[item["viewer_id"]["S"]] += ad_items_of([item])
    return profiles


def projected(endpoint: str, table: str, profiles: Profiles, now_ms: int) -> dict[str, ProfileSummary | None]:
    """The profile items that project_changes' projector writes when the stream tells of these sessions."""
    store = ProfilesTable(direct_client_of(endpoint), table, _DAYS, "secret")
    changes = [
        change_of(number, viewer, session_id, None, session)
        for number, ((viewer, session_id), session) in enumerate(profiles.sessions.items(), start=1)
    ]
    Projector(store, default_ping_interval_s=30, threads=8).project(changes, now_ms)
    return {viewer: store.read(viewer).profile for viewer in profiles.sessions_of_viewers()}


@dataclass(frozen=True)
class Difference:
    """How many entries are missing, how many differ, and how many nobody sent."""

    missing: int
    wrong: int
    invented: int


NONE = Difference(0, 0, 0)


def difference(found: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> Difference:
    common: set[Hashable] = wanted.keys() & found.keys()
    return Difference(
        len(wanted.keys() - common), sum(found[key] != wanted[key] for key in common), len(found.keys() - common)
    )


def assert_nothing_missing_and_nothing_wrong(endpoint: str, table: str, values: Iterable[bytes]) -> Profiles:
    """Sessions, timeline, ads, profiles folded on reading and stored items are the oracle's. What is wanted."""
    wanted, found = expected(values), stored(client_of(endpoint), table)
    now_ms = time.time_ns() // 1_000_000
    assert difference(found.sessions, wanted.sessions) == NONE
    assert difference(found.rows, wanted.rows) == NONE
    assert difference(found.ad_tokens(), wanted.ad_tokens()) == NONE
    assert difference(found.views(now_ms), wanted.views(now_ms)) == NONE
    assert difference(projected(endpoint, table, found, now_ms), wanted.summaries(now_ms)) == NONE
    return wanted


def _without_versions(view: Any) -> Any:
    """The count of writes of an item is bookkeeping, no content."""
    if isinstance(view, dict):
        return {name: _without_versions(value) for name, value in view.items() if name != "version"}
    return [_without_versions(each) for each in view] if isinstance(view, list) else view
