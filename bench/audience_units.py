"""audience_units_*: write units an event that counting costs at three sizes, with the default dimensions.

The changes of one stream shard's viewers, each somewhere in its hour, in windows of the shard's mapping, through
the real counting: the value as DynamoDB Local meters them, `model` a unit for each item. `before` is what counting
cost until version 2 of its items, for the same changes: leases and minutes seen, of everything and of titles, in
items of 15 minutes. `apart` is another layout: leases so, and the rest in items of 5 minutes of its own.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from bench.capacity import TABLE, MeteredTransport
from bench.event_set import BEGINS
from bench.figures import Bar, Figure, figure
from bench.services import Services
from bench.viewing import HOUR_S, hour_of_one
from live_viewers.audience.counting import Addition, OpenName, count_changes
from live_viewers.audience.counts import BLOCK_MINUTES_1, STATUS_LETTERS, block_of, counts_of
from live_viewers.audience.made_once import SEEN, counter_of, minute_of
from live_viewers.dimensions.defaults import COUNTRIES, DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.events.media_event import MediaEvent
from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.session.session_codec import pack, unpack

WINDOW_S = 5  # of the stream's mapping
# Windows throughout 15 minutes, so that each phase of a block is there.
LASTS_S = 900
EVERY = 15
_BEGINS_MS = int(BEGINS.timestamp() * 1000)
# What viewers come with, of a hundred: country apart, device, os, browser, platform, app, player.
_KINDS = (
    (24, "Desktop", "Windows NT", "Chrome", "web", "site", "org.whatwg-media_element"),
    (5, "Desktop", "Windows NT", "Edge", "web", "site", "org.whatwg-media_element"),
    (4, "Desktop", "Windows NT", "Firefox", "web", "site", "org.whatwg-media_element"),
    (9, "Desktop", "Mac OS", "Safari", "web", "site", "org.whatwg-media_element"),
    (10, "Phone", "iOS", "Mobile Safari", "web", "site", "org.whatwg-media_element"),
    (10, "Phone", "Android", "Chrome Mobile", "web", "site", "org.whatwg-media_element"),
    (12, "Phone", "iOS", None, "mob", "ios", "com.apple-avplayer"),
    (10, "Phone", "Android", None, "mob", "android", "com.google-exoplayer"),
    (2, "Tablet", "iPadOS", "Mobile Safari", "web", "site", "org.whatwg-media_element"),
    (4, "TV", "Android TV", None, "tv", "tv", "com.google-exoplayer"),
    (4, "TV", "tvOS", None, "tv", "tv", "com.apple-avplayer"),
    (3, "TV", "Tizen", None, "tv", "tv", "org.whatwg-media_element"),
    (3, "TV", "Roku", None, "tv", "tv", "com.roku-video"),
)


@dataclass(frozen=True)
class Site:
    """`shards` stream shards share the viewers. Titles are watched by Zipf's law, so are countries."""

    name: str
    viewers: int
    titles: int
    shards: int
    more: float | None


# What is aimed at: this many units an event more than before.
SITES = (
    Site("1k", 1_000, 200, 1, None),
    Site("10k", 10_000, 200, 1, 0.25),
    Site("1m", 1_000_000, 5_000, 113, 0.15),  # shards of the low-latency preset, by bench.scale
)


def audience_units(services: Services) -> list[Figure]:
    figures = []
    for site in SITES:
        model = _Model()
        meter = MeteredTransport(services.dynamodb)
        table = AudienceTable(DirectClient(meter), services.tables()["Audience"], 8)
        events = 0
        for changes, told in _windows(site):
            count_changes(changes, "shard", model)
            model.count_before(changes)
            count_changes(changes, "shard", table)
            events += told
        units, before = meter.units[TABLE] / events, len(model.before) / events
        notes = {"before": before, "model": model.items / events, "apart": len(model.apart) / events}
        notes |= {kind: count / events for kind, count in model.kinds.items()}
        figures.append(
            figure(f"audience_units_{site.name}", "units/event", [units], (), None, **notes, events=events)
        )
        bar = None if site.more is None else Bar(most=site.more)
        figures.append(figure(f"audience_units_{site.name}_more", "units/event", [units - before], bar=bar))
    return figures


class _Model:
    """A store for which each item costs a unit."""

    def __init__(self) -> None:
        self.items = 0
        self.kinds: dict[str, int] = {}
        self.before: set[tuple[object, ...]] = set()
        self.apart: set[tuple[object, ...]] = set()
        self._names: set[OpenName] = set()

    def add(self, shard_id: str, additions: Sequence[Addition]) -> list[int | None]:
        self.items += len(additions)
        for addition in additions:
            self.kinds[addition.scope.kind] = self.kinds.get(addition.scope.kind, 0) + 1
        return [None] * len(additions)

    def add_names(self, names: Collection[OpenName]) -> None:
        self.items += len(set(names) - self._names)
        self._names |= set(names)

    def count_before(self, changes: Sequence[SessionChange]) -> None:
        """The items of this window in the other layouts."""
        window = changes[0].sequence
        leases = frozenset((SEEN, *STATUS_LETTERS.values()))
        for change in changes:
            for counted in counts_of(change):
                for count, *_ in counted.entries:
                    minute, counter = minute_of(count), counter_of(count)
                    fifteen = minute - minute % BLOCK_MINUTES_1
                    for scope in (each for scopes in counted.scopes for each in scopes.each):
                        if counter in leases:
                            self.apart.add((window, scope, fifteen))
                            if scope.kind != "dimension":
                                self.before.add((window, scope, fifteen))
                        else:
                            self.apart.add((window, scope, block_of(minute), "made"))


def _windows(site: Site) -> Iterator[tuple[list[SessionChange], int]]:
    """The changes of some windows of one stream shard, and how many events made them."""
    viewers = site.viewers // site.shards
    rng = Random(site.viewers)
    titles = rng.choices(range(site.titles), list(_zipf(site.titles)), k=viewers)
    dimensions = dimensions_of(viewers, rng)
    sessions: list[MediaSession] = []
    due: list[list[tuple[int, MediaEvent]]] = [[] for _ in range(LASTS_S // WINDOW_S)]
    for number in range(viewers):
        began_ms = _BEGINS_MS - round(rng.uniform(0, HOUR_S - LASTS_S) * 1000)
        session: MediaSession | None = None
        for event in hour_of_one(number, began_ms, titles[number], dimensions[number]):
            place = (event.event_time_ms - _BEGINS_MS) // 1000 // WINDOW_S
            if session is None:
                session = MediaSession(event.viewer_id, event.session_id)
                sessions.append(session)
            if place < 0 or event.event_time_ms < _BEGINS_MS:
                session.add(event)
            elif place < len(due):
                due[place].append((number, event))
    sequence = 0
    for place, events in enumerate(due):
        if place % EVERY != EVERY // 2:
            for number, event in events:
                sessions[number].add(event)
            continue
        changes = []
        by_session: dict[int, list[MediaEvent]] = {}
        for number, event in events:
            by_session.setdefault(number, []).append(event)
        for number, some in by_session.items():
            session = sessions[number]
            old = None if session.last_seen_ms < 0 else SessionImage.of(_copy(session))
            for event in some:
                session.add(event)
            sequence += 1
            new = SessionImage.of(_copy(session))
            changes.append(SessionChange(sequence, session.viewer_id, session.session_id, old, new))
        yield changes, len(events)


def dimensions_of(viewers: int, rng: Random) -> list[tuple[str, ...]]:
    """The tokens of so many viewers, by the default dimensions."""
    made = Dimensions(DEFAULT_DIMENSIONS)
    countries = rng.choices(COUNTRIES[:60], list(_zipf(60)), k=viewers)
    kinds = rng.choices(_KINDS, [kind[0] for kind in _KINDS], k=viewers)
    return [made.tokens_of(country, *kind[1:]) for country, kind in zip(countries, kinds, strict=True)]


def _zipf(count: int) -> Iterator[float]:
    return (1 / (rank + 1) for rank in range(count))


def _copy(session: MediaSession) -> MediaSession:
    dimensions = session.dimensions.text
    return unpack(session.viewer_id, session.session_id, pack(session), 1, session.media_id, dimensions)
