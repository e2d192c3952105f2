"""Lives of viewers that show all that the audience counts, and a recount of them that knows every event."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from live_viewers.audience.scope_counts import START_UP_BOUNDS_S, ScopeCounts
from live_viewers.dimensions.dimension import Dimension
from live_viewers.dimensions.dimensions import Dimensions
from live_viewers.events.media_event import EventKind, MediaEvent, SessionTotals
from live_viewers.scope import ALL, Scope, dimension_scope, title_scope
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.session.start_up import start_up_of
from live_viewers.session.status import Status
from live_viewers.session.visits import MOST_VISITS
from tests.stories import FIRST_SEQUENCE, PING_S, copy_of
from tests.viewing import START_MS, with_player

DEVICE = Dimension("device", ("atomic:dvce_type",), ("Phone", "TV"))
COUNTRY = Dimension("country", ("atomic:geo_country",), ("DE", "FR", "ES"))
CITY = Dimension("city", ("atomic:geo_city",))
DIMENSIONS = Dimensions((DEVICE, COUNTRY, CITY))
_VALUES = (("Phone", "TV", "Fridge", None), ("DE", "FR", "ES", None), ("Berlin", "Köln", "Lyon", None))
TITLES = ("Big Buck Bunny", "Sintel", "ALL", None)
PINNED_TITLE = "Sintel"
MINUTE_MS, DAY_MS = 60_000, 24 * 3_600_000
_KINDS = {
    EventKind.PING: 60,
    EventKind.PAUSE: 8,
    EventKind.PLAY: 8,
    EventKind.BUFFER_START: 6,
    EventKind.BUFFER_END: 6,
    EventKind.ERROR: 4,
    EventKind.AD_START: 4,
    EventKind.END: 4,
    EventKind.READY: 6,
}
# Between two events: mostly a ping's, at times longer than a lease, than an hour, than a session remembers.
_START_UPS_S = (0.05, 0.3, 0.8, 1.5, 3, 8, 12, 20, 70)
_GAPS_S = (1, 5, 20, 30, 30, 30, 60, 200, 900, 2400, 4000)


class Told(NamedTuple):
    """A change, and the events of its new image since the session began."""

    change: SessionChange
    events: tuple[MediaEvent, ...]


@dataclass
class Lives:
    """Changes by shard in the stream's order, each with its events; `until_ms` is after all of them."""

    shards: list[list[Told]]
    until_ms: int = 0

    def changes(self, shard: int) -> list[SessionChange]:
        return [told.change for told in self.shards[shard]]


@dataclass
class _Viewer:
    chance: random.Random
    viewer_id: str
    at: float  # seconds after START_MS
    label: str | None = None
    dimensions: tuple[str, ...] = ()
    visits: int = 0
    started_at_ms: int = 0
    played_s: float = 0.0
    buffering_s: float = 0.0
    events: list[MediaEvent] = field(default_factory=list)

    def next_event(self) -> MediaEvent:
        chance = self.chance
        gap = chance.choice(_START_UPS_S if len(self.events) == 1 else _GAPS_S)
        self.at += gap
        if not self.events or chance.random() < 0.05:
            self.label = chance.choice(TITLES)
        if not self.events or chance.random() < 0.05:
            self.dimensions = DIMENSIONS.tokens_of(*(chance.choice(values) for values in _VALUES))
        if not self.visits or (self.visits < MOST_VISITS and chance.random() < 0.03):  # under the same session id
            self.visits += 1
            self.started_at_ms = START_MS + round(self.at * 1000)
            self.played_s = self.buffering_s = 0.0
        else:
            self.played_s += min(gap, 60) * chance.random()
            self.buffering_s += chance.choice((0.0, 0.0, 0.0, 1.25, 30.5)) * (gap >= 30)
        kind = chance.choices(list(_KINDS), list(_KINDS.values()))[0]
        if len(self.events) < 2 and chance.random() < 0.8:
            kind = EventKind.PLAY if self.events else EventKind.READY
        return with_player(
            kind,
            at=self.at,
            position=self.at,
            duration=None,
            paused=kind in (EventKind.PAUSE, EventKind.END),
            ended=kind is EventKind.END,
            label=self.label,
            viewer_id=self.viewer_id,
            dimensions=self.dimensions,
            totals=None
            if chance.random() < 0.2
            else SessionTotals(
                started_at_ms=self.started_at_ms,
                time_played_s=round(self.played_s, 3),
                time_buffering_s=round(self.buffering_s, 3),
            ),
        )


def tell_lives(seed: int, viewers: int = 8, writes: int = 30, shards: int = 2, begin_ms: int = START_MS) -> Lives:
    """Viewers who come, stall, fail, see ads, change title and place, go and come back, whose events come late and
    together; who are erased, or go by the table's TTL, and come again."""
    chance = random.Random(seed)
    told: list[tuple[int, int, list[MediaEvent], SessionImage | None, SessionImage | None, bool, str]] = []
    for number in range(viewers):
        began = (begin_ms - START_MS) / 1000 + chance.uniform(0, 1800)
        for write in _writes(_Viewer(chance, f"viewer-{number}", began), chance, chance.randint(1, writes)):
            told.append((write[0], number, *write[1:]))
    lives = Lives([[] for _ in range(shards)])
    for place, (at, number, events, old, new, expired, viewer_id) in enumerate(
        sorted(told, key=lambda one: one[:2])
    ):
        sequence = FIRST_SEQUENCE + 7 * place
        change = SessionChange(sequence, viewer_id, "session-1", old, new, expired, created_ms=at)
        lives.shards[number % shards].append(Told(change, tuple(events)))
        lives.until_ms = max(lives.until_ms, at)
    return lives


_Write = tuple[int, list[MediaEvent], SessionImage | None, SessionImage | None, bool, str]


def _writes(viewer: _Viewer, chance: random.Random, count: int) -> Iterable[_Write]:
    """(time of the write, events, image before and after, by TTL, viewer)."""
    session: MediaSession | None = None
    before: SessionImage | None = None
    late: list[MediaEvent] = []
    written_ms = 0
    for number in range(count):
        fresh = []
        for _ in range(chance.choice((1, 1, 1, 2, 5, 20))):
            fresh.append(viewer.next_event())
            viewer.events.append(fresh[-1])
        if len(fresh) > 1 and chance.random() < 0.5:
            late.append(fresh.pop(chance.randrange(len(fresh))))
        elif late and chance.random() < 0.5:
            fresh.append(late.pop())
        if session is None:
            session, events = MediaSession(viewer.viewer_id, "session-1"), []
            session.totals_void = number > 0 and chance.random() < 0.5
        for event in fresh:
            session.add(event)
        events = [*events, *fresh]
        session.version += 1
        after = SessionImage.of(copy_of(session), PING_S)
        after.is_pinned = session.media_id == PINNED_TITLE and chance.random() < 0.8  # as the stage then has it
        # The stream's time is that of the write: some seconds after the events, or an hour's backlog.
        written_ms = max(written_ms, START_MS + round(viewer.at * 1000) + chance.choice((400, 9_000, 3_600_000)))
        yield written_ms, events, before, after, False, viewer.viewer_id
        before = after
        if chance.random() < 0.05 or (number == count - 1 and chance.random() < 0.3):
            expired = chance.random() < 0.5
            written_ms += 90 * DAY_MS if expired and number == count - 1 else 1_000
            yield written_ms, [], before, None, expired, viewer.viewer_id
            session, before = None, None


def recount_lives(shards: Sequence[Sequence[Told]]) -> dict[Scope, dict[int, ScopeCounts]]:
    """The counts by scope and minute: of every event, and of the status, lease and scopes that each image says."""
    sums: defaultdict[Scope, defaultdict[int, Counter[str | Status]]] = defaultdict(lambda: defaultdict(Counter))
    for shard in shards:
        by_viewer: defaultdict[str, list[Told]] = defaultdict(list)
        for told in shard:
            by_viewer[told.change.viewer_id].append(told)
        for life in by_viewer.values():
            _recount(life, sums)
    counts = {
        scope: {minute: each for minute, some in minutes.items() if (each := _scope_counts(some)) != ScopeCounts()}
        for scope, minutes in sums.items()
    }
    return {scope: minutes for scope, minutes in counts.items() if minutes}


def _recount(life: list[Told], sums: defaultdict[Scope, defaultdict[int, Counter[str | Status]]]) -> None:
    shown: set[tuple[str, int]] = set()
    seconds: Counter[str] = Counter()
    lease: tuple[list[Scope], int, Status] | None = None
    for change, events in life:
        oldest = change.created_ms // MINUTE_MS - 24 * 60
        if lease is not None and lease[1] >= oldest:
            for scope in lease[0]:
                sums[scope][lease[1]][lease[2]] -= 1
        image = change.new
        if image is None or image.status is None or image.lease_minute is None:
            shown, seconds, lease = set(), Counter(), None
            continue
        scopes = [ALL, *map(dimension_scope, image.dimensions)]
        if image.media_id is not None:
            scopes.append(title_scope(image.media_id))
            if image.is_pinned:
                closed = [token for token in image.dimensions if "." in token]
                scopes += [Scope("pinned", f"{token}#{image.media_id}") for token in closed]
        lease = (scopes, image.lease_minute, image.status)
        added = [(image.lease_minute, image.status, 1)]
        for what, minute in _facts(events):
            key = what.partition(" ")[0], minute if what == "seen" else 0
            if key not in shown:
                shown.add(key)
                added.append((minute, what, 1))
        newest = max(event.event_time_ms for event in events) // MINUTE_MS
        for what, ms in ({} if change.new.session.totals_void else _seconds(events)).items():
            added.append((newest, what, ms - seconds[what]))
            seconds[what] = ms
        for minute, what, count in added:
            if minute >= oldest:
                for scope in scopes:
                    sums[scope][minute][what] += count


def _facts(events: Sequence[MediaEvent]) -> Iterable[tuple[str, int]]:
    times = [event.event_time_ms for event in events]
    for minute in {time // MINUTE_MS for time in times}:
        if minute >= max(times) // MINUTE_MS - 60:
            yield "seen", minute
    of_kind: defaultdict[EventKind, list[int]] = defaultdict(list)
    for event in events:
        of_kind[event.kind].append(event.order_time_ms)
    frames = of_kind[EventKind.PLAY] + of_kind[EventKind.AD_START]
    errors, ready = of_kind[EventKind.ERROR], of_kind[EventKind.READY]
    if frames or errors or ready:
        yield "attempts", min(times) // MINUTE_MS
    if errors:
        yield "failed", max(errors) // MINUTE_MS
    if frames:
        yield "starts", min(frames) // MINUTE_MS
        later = max(event.order_time_ms for event in events) > min(of_kind[EventKind.PLAY], default=0) + 15_000
        if of_kind[EventKind.AD_START] or of_kind[EventKind.BUFFER_END] or later:
            session = fold(events)
            start_up = start_up_of(session)
            seconds = start_up.seconds
            bucket = sum((99 if start_up.is_starting else seconds or 0) > bound for bound in START_UP_BOUNDS_S)
            yield "start-up unknown" if seconds is None else f"start-up {bucket}", max(times) // MINUTE_MS


def _seconds(events: Sequence[MediaEvent]) -> dict[str, int]:
    """In milliseconds, of every visit: a session keeps the counters of four, and what came before was counted."""
    visits: defaultdict[int, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for event in events:
        if (totals := event.totals) is not None:
            played, buffering = visits[totals.started_at_ms]
            visits[totals.started_at_ms] = (
                max(played, totals.time_played_s or 0.0),
                max(buffering, totals.time_buffering_s or 0.0),
            )
    return {
        "played": round(sum(played for played, _ in visits.values()) * 1000),
        "buffering": round(sum(buffering for _, buffering in visits.values()) * 1000),
        "watched": round(sum(max(each) for each in visits.values()) * 1000),
    }


def _scope_counts(some: Counter[str | Status]) -> ScopeCounts:
    return ScopeCounts(
        seen=some["seen"],
        leases={status: some[status] for status in Status if some[status]},
        attempts=some["attempts"],
        starts=some["starts"],
        failed=some["failed"],
        start_up=tuple(some[f"start-up {bucket}"] for bucket in range(len(START_UP_BOUNDS_S) + 1)),
        watched_s=some["watched"] / 1000,
        buffering_s=some["buffering"] / 1000,
        played_s=some["played"] / 1000,
    )
