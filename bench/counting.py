"""requests_per_event, write_units_per_event: a backlog, as DynamoDB Local tells them. audience and profile: what
the stream's consumers write while viewers watch, by the same rules as `steady`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from bench.baseline import OneAtATime
from bench.capacity import ADS, INDEX, TABLE, TIMELINE, MeteredTransport, ModelledCalls
from bench.event_set import BEGINS, ENDS_MS, viewer_json_events
from bench.figures import Bar, Figure, figure
from bench.function import Function, quiet
from bench.lambda_events import payloads
from bench.services import Services
from bench.viewing import hour_of, stopped_clock
from live_viewers.ads.ad_counting import AdAddition, AdChange, count_ads
from live_viewers.ads.ad_view import AdsOfViewer
from live_viewers.audience.counting import Addition, OpenName, count_changes
from live_viewers.dynamodb.ad_items import ADS_PREFIX, ad_items_of
from live_viewers.dynamodb.items import Item, session_of
from live_viewers.dynamodb.writing.calls import Calls
from live_viewers.dynamodb.writing.session_writer import SessionWriter
from live_viewers.intake.store import SessionPart
from live_viewers.profile.projection import ProfileSummary, Rewrite, ViewerItems
from live_viewers.profile.projection_writing import Projector
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.settings import ProcessEventsSettings

WINDOW_S = 5.0  # of the stream's mapping
_BEGINS_MS = int(BEGINS.timestamp() * 1000)


def units_per_event(services: Services) -> list[Figure]:
    """The backlog of the reference's event set, in batches of 10,000. Counts: the same in each run. The baseline
    puts an item of a unit for each change, a request each."""
    events = list(viewer_json_events())
    count = len(events)
    one_at_a_time = OneAtATime(None, "counted")
    one_at_a_time.consume(value for _, value in events)
    puts = [one_at_a_time.writes / count]
    names = services.tables()
    with quiet():
        meter = MeteredTransport(services.dynamodb)
        table = names["ViewerProfiles"]
        function = Function(Calls(meter, table), table, ENDS_MS)
        for payload in payloads(events):
            while b"errorMessage" in function.invoke(payload).payload:
                pass
    requests = sum(meter.requests.values())
    shares = {part: meter.units[part] / count for part in (TABLE, INDEX, TIMELINE, ADS)}
    without = (meter.units[TABLE] + meter.units[INDEX]) / count
    return [
        figure("requests_per_event", "requests", [requests / count], puts, Bar(most=0.015)),
        figure(
            "write_units_per_event", "units", [sum(meter.units.values()) / count], puts, Bar(most=0.4), **shares
        ),
        figure("write_units_per_event_without_timeline", "units", [without], puts, Bar(most=0.15)),
    ]


def units_behind_the_stream(_: Services) -> list[Figure]:
    """Audience: 10,000 viewers of 200 titles for two minutes, after one. Profile, and beside the figure the counts
    of ads: 60 viewers for an hour of film."""
    audience, audience_events = _derived(viewers=10_000, seconds=180, skipped_s=60, film=False)
    profile, profile_events = _derived(viewers=60, seconds=3600, skipped_s=0, film=True)
    audience_units = audience.audience_units / audience_events
    profile_units = profile.profile_units / profile_events
    shares = {"audience": audience_units, "profile": profile_units, "ads": profile.ads.units / profile_events}
    return [
        figure(
            "audience_and_profile_units",
            "units/event",
            [audience_units + profile_units],
            (),
            Bar(most=0.3),
            **shares,
        )
    ]


class _Changes(ModelledCalls):
    """Keeps what the stream would tell."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[SessionChange] = []
        self.ad_changes: list[AdChange] = []
        self._sequence = 0

    def _write(self, at: tuple[str, str], old: Item, new: Item) -> None:
        super()._write(at, old, new)
        self._sequence += 1
        before = session_of(old) if old else None
        after = session_of(new)
        self.changes.append(
            SessionChange(
                self._sequence,
                at[0],
                after.session_id,
                None if before is None else SessionImage.of(before),
                SessionImage.of(after),
            )
        )

    def _write_ads(self, at: tuple[str, str], old: Item, new: Item) -> None:
        super()._write_ads(at, old, new)
        self._sequence += 1
        before, after = (next(iter(ad_items_of([item])), None) if item else None for item in (old, new))
        self.ad_changes.append(AdChange(self._sequence, at[0], before, after))


class _AdCounts:
    """Counts of ads, a unit a write: none of their items is above a kilobyte."""

    def __init__(self) -> None:
        self.units = 0

    def add(self, _shard_id: str, additions: Sequence[AdAddition], _now_ms: int) -> list[int | None]:
        self.units += len(additions)
        return [None] * len(additions)


class _Derived:
    """Audience counts and profile items, a unit a write: none of them is above a kilobyte."""

    def __init__(self, store: _Changes) -> None:
        self.audience_units = 0
        self.profile_units = 0
        self.ads = _AdCounts()
        self._names: set[OpenName] = set()
        self._store = store
        self._profiles: dict[str, tuple[int, ProfileSummary]] = {}
        self._sessions: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def add(self, shard_id: str, additions: Sequence[Addition]) -> list[int | None]:
        self.audience_units += len(additions)
        return [None] * len(additions)

    def add_names(self, names: Collection[OpenName]) -> None:
        new = set(names) - self._names
        self._names |= new
        self.audience_units += len(new)

    def read(self, viewer_id: str) -> ViewerItems:
        version, profile = self._profiles.get(viewer_id, (0, None))
        sessions = [session_of(self._store.items[at]) for at in self._sessions[viewer_id]]
        ads = [
            item
            for (viewer, sk), item in self._store.items.items()
            if viewer == viewer_id and sk.startswith(ADS_PREFIX)
        ]
        return ViewerItems(version, profile, sessions, ads=AdsOfViewer(ad_items_of(ads)))

    def beside(self, stored: Mapping[str, tuple[int, ProfileSummary]]) -> dict[str, ViewerItems]:
        return {each: self.read(each) for each in stored}

    def erased_at_ms(self, viewer_id: str) -> int | None:
        return None

    def unknown(self, viewer_ids: Sequence[str]) -> set[str]:
        return {each for each in viewer_ids if each not in self._profiles}

    def insert(self, summaries: Mapping[str, ProfileSummary], version: int) -> set[str]:
        self.profile_units += len(summaries)
        self._profiles |= {viewer_id: (version, summary) for viewer_id, summary in summaries.items()}
        return set(summaries)

    def stored(self, viewer_ids: Sequence[str]) -> dict[str, tuple[int, ProfileSummary]]:
        return {each: self._profiles[each] for each in viewer_ids if each in self._profiles}

    def update(self, rewrites: Mapping[str, Rewrite], version: int) -> set[str]:
        self.profile_units += len(rewrites)
        self._profiles |= {viewer_id: (version, rewrite.new) for viewer_id, rewrite in rewrites.items()}
        return set(rewrites)

    def put(self, viewer_id: str, summary: ProfileSummary, version: int, read_version: int) -> bool:
        self.profile_units += 1
        self._profiles[viewer_id] = (version, summary)
        return True

    def delete(self, viewer_id: str, read_version: int) -> bool:
        raise AssertionError("nobody is erased")

    def take(self, changes: Sequence[SessionChange]) -> None:
        for change in changes:
            self._sessions[change.viewer_id].add((change.viewer_id, f"session#{change.session_id}"))


def _derived(viewers: int, seconds: float, skipped_s: float, film: bool) -> tuple[_Derived, int]:
    """One stream shard's windows of changes, counted and projected; units are those after `skipped_s`."""
    store = _Changes()
    settings = ProcessEventsSettings(
        stage="local",
        viewer_profiles_table="model",
        rejected_bucket="-",
        live_index_secret="secret",
        tombstone_secret="secret",
    )
    writer = SessionWriter(store, settings)
    derived = _Derived(store)
    projector = Projector(derived, 30, threads=1)
    counted = 0
    window_ends = _BEGINS_MS + WINDOW_S * 1000
    parts: dict[tuple[str, str], SessionPart] = {}
    for event in hour_of(viewers, film, _BEGINS_MS, seconds):
        if event.event_time_ms >= window_ends:
            now_ms = int(window_ends)
            writer.write(list(parts.values()), stopped_clock(now_ms), lambda: 60_000)
            parts = {}
            derived.take(store.changes)
            if store.changes:
                count_changes(store.changes, "shard", derived)
                count_ads(store.ad_changes, "shard", derived.ads, now_ms)
                projector.project(store.changes, now_ms, store.ad_changes)
            store.changes, store.ad_changes = [], []
            if window_ends <= _BEGINS_MS + skipped_s * 1000:
                derived.audience_units = derived.profile_units = counted = 0
            window_ends += WINDOW_S * 1000
        at = (event.viewer_id, event.session_id)
        part = parts.setdefault(at, SessionPart(*at))
        part.events.append(event)
        part.records.append({})
        counted += 1
    return derived, counted
