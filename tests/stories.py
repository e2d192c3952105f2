"""What happens to many viewers within an hour or so, as the stream of their session items tells it."""

import random
from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from live_viewers.audience.audience_view import AudienceView
from live_viewers.audience.counting import Addition, OpenName
from live_viewers.audience.reading import BlockCounts
from live_viewers.dimensions.tokens import PINNED
from live_viewers.dynamodb import items
from live_viewers.dynamodb.live_key import LivePlaces
from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.scope import Scope
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.liveness import WATCHING, live_until_ms
from live_viewers.session.media_session import MediaSession
from live_viewers.session.session_change import SessionChange, SessionImage
from live_viewers.session.session_codec import pack, unpack
from live_viewers.session.status import status_of
from tests.viewing import START_MS, with_player

PING_S = 30
TITLES = ("Big Buck Bunny", "Sintel", "ALL", None)
# Far beyond a float's exact integers, as a real stream's numbers are.
FIRST_SEQUENCE = 10**34


def copy_of(session: MediaSession) -> MediaSession:
    return unpack(
        session.viewer_id,
        session.session_id,
        pack(session),
        session.version,
        session.media_id,
        session.dimensions.text,
    )


def change_of(
    sequence: int,
    viewer_id: str,
    session_id: str,
    old: MediaSession | None,
    new: MediaSession | None,
    expired: bool = False,
) -> SessionChange:
    """The change from one state of a session to another, as this release writes them."""
    images = [None if session is None else SessionImage.of(session, PING_S) for session in (old, new)]
    return SessionChange(sequence, viewer_id, session_id, images[0], images[1], expired)


@dataclass
class Story:
    """`changes` by shard, each in the stream's order; `sessions` as they are at the end, `now_ms`."""

    shards: list[list[SessionChange]]
    sessions: list[MediaSession]
    now_ms: int


def tell(seed: int, viewers: int = 12, minutes: int = 70, shards: int = 2, begin_ms: int = START_MS) -> Story:
    """Viewers who come, ping, pause, finish, have events come late, and vanish."""
    chance = random.Random(seed)
    now_ms = begin_ms + minutes * MINUTE_MS
    writes: list[tuple[float, MediaSession | None, MediaSession]] = []
    sessions = []
    for number in range(viewers):
        session, told_of = _session(chance, f"viewer-{number}", minutes, (begin_ms - START_MS) / 1000)
        writes += told_of
        sessions.append(session)
    story = Story([[] for _ in range(shards)], sessions, now_ms)
    for sequence, (_, old, new) in enumerate(sorted(writes, key=lambda write: write[0])):
        change = change_of(FIRST_SEQUENCE + 7 * sequence, new.viewer_id, new.session_id, old, new)
        story.shards[int(new.viewer_id.removeprefix("viewer-")) % shards].append(change)
    return story


def _session(
    chance: random.Random, viewer_id: str, minutes: int, begin: float
) -> tuple[MediaSession, list[tuple[float, MediaSession | None, MediaSession]]]:
    label = chance.choice(TITLES)
    at = begin + chance.uniform(0, minutes * 60 * 0.8)
    until = min(begin + minutes * 60.0, at + chance.uniform(30, 45 * 60))
    events: list[MediaEvent] = []
    kind = EventKind.PLAY
    while at < until:
        events.append(
            with_player(
                kind, at=at, position=at - begin, paused=kind is EventKind.PAUSE, viewer_id=viewer_id, label=label
            )
        )
        if kind is EventKind.PAUSE:
            at += chance.choice((20, 200, 900))
            kind = EventKind.PLAY
        else:
            at += PING_S
            kind = chance.choices((EventKind.PING, EventKind.PAUSE, EventKind.BUFFER_START), (90, 6, 4))[0]
    if chance.random() < 0.3:
        events.append(
            with_player(
                EventKind.END,
                at=until,
                position=at - begin,
                paused=True,
                ended=True,
                viewer_id=viewer_id,
                label=label,
            )
        )
    late = [events.pop(chance.randrange(len(events))) for _ in range(min(3, len(events) - 1))]
    arrivals = [(event.event_time_ms / 1000, event) for event in events]
    arrivals += [(event.event_time_ms / 1000 + chance.uniform(40, 400), event) for event in late]
    arrivals.sort(key=lambda arrival: arrival[0])
    session = MediaSession(viewer_id, "session-1")
    writes: list[tuple[float, MediaSession | None, MediaSession]] = []
    before = None
    for arrived, event in arrivals:
        session.add(event)
        session.version += 1
        after = copy_of(session)
        writes.append((arrived, before, after))
        before = after
    return session, writes


def cut(chance: random.Random, changes: Sequence[SessionChange], most: int = 40) -> Iterable[list[SessionChange]]:
    """A shard's changes in batches of random lengths, as a stream delivers them."""
    start = 0
    while start < len(changes):
        length = chance.randint(1, most)
        yield list(changes[start : start + length])
        start += length


STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/ViewerProfiles/stream/2026-11-24T11:00:00.000"


def session_item(session: MediaSession) -> dict[str, Any]:
    """The session's item, as the store keeps it."""
    return items.session_item(
        session,
        status=status_of(session).value,
        live_until_ms=live_until_ms(session, PING_S),
        now_ms=session.last_seen_ms,
        places=LivePlaces("secret", 8),
        retention_days=90,
    )


def record(change: SessionChange) -> dict[str, Any]:
    """A change as a Lambda event has it: JSON, binary attributes in base64."""
    told_of: dict[str, Any] = {
        "Keys": items.session_key(change.viewer_id, change.session_id),
        "SequenceNumber": str(change.sequence),
        "ApproximateCreationDateTime": change.created_ms / 1000,
    }
    for name, image in (("OldImage", change.old), ("NewImage", change.new)):
        if image is not None and (session := image.session) is not None:
            item = session_item(session)
            if image.is_pinned:
                item["d"] = {"S": PINNED + item["d"]["S"]}
            told_of[name] = {
                attribute: {"B": b64encode(value["B"]).decode()} if "B" in value else value
                for attribute, value in item.items()
            }
    by_ttl = (
        {"userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}} if change.expired else {}
    )
    return {"dynamodb": told_of, "eventSourceARN": STREAM, **by_ttl}


def stream_event(changes: Iterable[SessionChange], shard: int | None = None) -> dict[str, Any]:
    """A Lambda event with a tumbling window's shard, or without one."""
    window = {} if shard is None else {"shardId": f"shardId-{shard:020d}", "state": {}}
    return {"Records": [record(change) for change in changes], **window}


class InMemoryAudience:
    """The Audience table, as a dictionary. After `fail_after` additions it raises, before or, with `lose_answers`,
    after adding the next: the function is killed there, or the store's answer is lost."""

    def __init__(self) -> None:
        self.items: dict[tuple[int, Scope, str], Counter[tuple[int, str]]] = {}
        self.marks: dict[tuple[int, Scope, str], int] = {}
        self.titles_known: dict[Scope, str] = {}
        self.names: set[OpenName] = set()
        self.fail_after: int | None = None
        self.lose_answers = False

    def add(self, shard_id: str, additions: Sequence[Addition]) -> list[int | None]:
        answers: list[int | None] = []
        for addition in additions:
            if self.fail_after == 0 and not self.lose_answers:
                raise ConnectionError("killed")
            key = (addition.block, addition.scope, shard_id)
            mark = self.marks.get(key)
            if mark is not None and mark >= addition.first:
                answers.append(mark)
                self._count_down()
                continue
            self.items.setdefault(key, Counter()).update(addition.counts)
            self.marks[key] = addition.last
            if addition.title is not None:
                self.titles_known[addition.scope] = addition.title
            answers.append(None)
            self._count_down()
        return answers

    def add_names(self, names: Collection[OpenName]) -> None:
        self.names |= set(names)

    def _count_down(self) -> None:
        if self.fail_after == 0:
            raise ConnectionError("the answer was lost")
        if self.fail_after is not None:
            self.fail_after -= 1

    def all_blocks(self) -> Iterable[BlockCounts]:
        """Every item."""
        return [
            BlockCounts(at, scope, self.titles_known.get(scope), dict(counts))
            for (at, scope, _), counts in self.items.items()
        ]

    def blocks(self, wanted: Scope, blocks: Sequence[int]) -> Iterable[BlockCounts]:
        return [
            BlockCounts(at, scope, self.titles_known.get(scope), dict(counts))
            for (at, scope, _), counts in self.items.items()
            if at in blocks and scope == wanted
        ]

    def titles(
        self, starts: Mapping[int, int], counters: Collection[str], within_s: float
    ) -> tuple[Iterable[BlockCounts], bool]:
        items = [
            BlockCounts(
                at,
                scope,
                self.titles_known.get(scope),
                {(m, c): count for (m, c), count in counts.items() if m >= starts[at] and c in counters},
            )
            for (at, scope, _), counts in self.items.items()
            if at in starts and scope.kind == "title"
        ]
        return items, True


def recount(sessions: Iterable[MediaSession], now_ms: int, media_id: str | None = None) -> dict[str, Any]:
    """The audience, counted from the sessions themselves."""
    now_minute = now_ms // MINUTE_MS
    by_status: Counter[str] = Counter()
    titles: Counter[str] = Counter()
    seen: Counter[int] = Counter()
    watching = 0
    for session in sessions:
        if media_id is not None and session.media_id != media_id:
            continue
        last = session.last_seen_ms // MINUTE_MS
        seen.update(last - bit for bit in range(64) if session.minutes >> bit & 1)
        if live_until_ms(session, PING_S) // MINUTE_MS >= now_minute:
            by_status[status_of(session).value] += 1
            if status_of(session) in WATCHING:
                watching += 1
                if session.media_id is not None:
                    titles[session.media_id] += 1
    return {
        "watching_now": watching,
        "by_status": dict(by_status),
        "top_titles": [] if media_id is not None else sorted(titles.items(), key=lambda pair: (-pair[1], pair[0])),
        "minutes": [seen[minute] for minute in range(now_minute - 59, now_minute + 1)],
    }


def figures_of(audience: AudienceView) -> dict[str, Any]:
    """What `read_audience` read, in the shape of `recount`."""
    by_status = msgspec.structs.asdict(audience.by_status)
    return {
        "watching_now": audience.watching_now,
        "by_status": {status: count for status, count in by_status.items() if count},
        "top_titles": [(each.media_id, each.watching_now) for each in audience.top_titles],
        "minutes": [minute.sessions for minute in audience.minutes],
    }
