"""The write of one session: a batch's events joined to what the store has, and the statement that says so."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from live_viewers.dimensions.tokens import BAR
from live_viewers.dynamodb.items import Item, session_attributes, session_key
from live_viewers.dynamodb.live_key import LivePlace, LivePlaces, live_key_of
from live_viewers.dynamodb.statements import Statement, delete_statement, insert_statement, update_statement
from live_viewers.dynamodb.writing.known_sessions import Stored
from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.intake.store import Refused, SessionPart
from live_viewers.session.ad_time import ad_ends_ms
from live_viewers.session.liveness import live_until_ms
from live_viewers.session.media_session import MediaSession
from live_viewers.session.seen_title import SeenTitle, current_title, titles_to_keep
from live_viewers.session.session_codec import format_version_of, pack
from live_viewers.session.status import Status, status_of
from live_viewers.session.timeline import CAN_WAIT
from live_viewers.settings import ProcessEventsSettings
from live_viewers.wire import RejectReason

# A ping of every 30 s comes after 30.1 s: without this an interval of 30 s would spare none of them.
_PING_JITTER_MS = 2_000


class SessionWrite:
    """`stored` is the session as the store has it: read (`is_read`) or remembered, None where it isn't known or
    doesn't exist. `remembered_version` is what memory says, until it turns out right or wrong (0: nothing). After
    `join`, `attributes` are those to write (empty: none), `events` those that were joined to `session` (there is
    one where there are any), `place` is the session's in LiveSessions, `titles` what is to be kept beside it.
    `erased_ms`: the viewer's erasure, where one is known; `knows_erasure`: whether it was asked for, which a
    session needs that the store doesn't have. `inserted_version`: under which it was inserted, until that is
    confirmed (0: it wasn't). `to_withdraw`: the version that is to be removed again, since its insert met an
    erasure (0: none). `version`: what the write under way makes of it. `is_done`: the store has the session as it
    is now; `has_refused`: not all of the part, for some of its records were given up."""

    __slots__ = (
        "attributes",
        "erased_ms",
        "events",
        "has_refused",
        "inserted_version",
        "is_done",
        "is_read",
        "knows_erasure",
        "packed",
        "part",
        "place",
        "remembered_version",
        "session",
        "stored",
        "titles",
        "to_withdraw",
        "version",
    )

    def __init__(self, part: SessionPart, remembered: Stored | None, is_trusted: bool) -> None:
        self.part = part
        self.stored = remembered if is_trusted else None
        self.remembered_version = remembered.session.version if remembered else 0
        self.is_read = False
        self.erased_ms: int | None = None
        self.knows_erasure = False
        self.inserted_version = 0
        self.to_withdraw = 0
        self.version = 0
        self.is_done = self.has_refused = False
        self.events: Sequence[MediaEvent] = ()
        self.session: MediaSession
        self.place: LivePlace
        self.packed = b""
        self.attributes: Item = {}
        self.titles: list[SeenTitle] = []

    @property
    def key(self) -> Item:
        return session_key(self.part.viewer_id, self.part.session_id)

    @property
    def read_version(self) -> int:
        return self.stored.session.version if self.stored else 0

    def forget(self) -> None:
        """What is known of the store may be wrong by now: it is to be read."""
        self.stored, self.is_read, self.knows_erasure, self.inserted_version = None, False, False, 0
        self.events, self.attributes, self.titles = (), {}, []

    def heed(self, erased_ms: int | None) -> bool:
        """What the store says of the viewer's erasure now. Whether it is what was known already."""
        is_known = erased_ms == self.erased_ms
        self.erased_ms, self.knows_erasure = erased_ms, True
        return is_known

    def found(self, stored: Stored | None) -> None:
        """What the store has."""
        self.stored, self.is_read = stored, True

    def join(
        self,
        settings: ProcessEventsSettings,
        places: LivePlaces,
        now_ms: int,
        pinned_titles: Collection[str] = (),
    ) -> None:
        """Join the part's events to the session. Raises whatever a fault of ours raises."""
        stored = self.stored
        if stored is not None:
            self.erased_ms = stored.erased_ms
        self.events = _events_after(self.part.events, self.erased_ms)
        self.attributes, self.titles = {}, []
        if not self.events:
            return
        session = MediaSession(self.part.viewer_id, self.part.session_id) if stored is None else stored.session
        self.session = session
        before, kinds = None, set[EventKind]()
        if stored is not None and settings.ping_write_interval_s > 0:
            kinds = {event.kind for event in self.events}
            if kinds <= CAN_WAIT:
                before = _Shown.of(session, status_of(session), kinds)
        title = current_title(session)
        session.add_all(self.events)
        self.titles = titles_to_keep(session, title, self.events)
        session.dimensions.keep(self.events[-1].dimensions)
        if self.erased_ms is not None and _began_before(session, self.erased_ms):
            session.totals_void = True
        # What is stored in a newer format stays in it: an older one would lose what only that holds.
        stored_version = 0 if stored is None else format_version_of(stored.packed)
        self.packed = pack(session, max(settings.write_version, stored_version))
        if stored is not None and self.packed == stored.packed and stored.is_beside(session):
            return
        status = status_of(session)
        interval_ms = settings.ping_write_interval_s * 1000
        if before is not None and _Shown.of(session, status, kinds).is_near(before, interval_ms):
            return
        known_place = None if stored is None else stored.place
        self.place = known_place or places.of(session.viewer_id, session.session_id)
        self.attributes = session_attributes(
            session,
            self.packed,
            status=status.value,
            live_until_ms=live_until_ms(session, settings.default_ping_interval_s, status),
            now_ms=now_ms,
            place=self.place,
            retention_days=settings.profile_retention_days,
            # What is over leaves the list soon.
            stored_live_key=stored.live_key if stored and status is not Status.COMPLETED_VIDEO else None,
            pinned_titles=pinned_titles,
        )
        if stored is not None and stored.dimensions and "d" not in self.attributes:
            self.attributes["d"] = {"S": BAR}  # the stage has none any more

    def update(self, table: str) -> Statement:
        """Of a session that the store has, to `version`: see update_statement."""
        leaves_index = self.stored is not None and self.stored.live_key is not None and "lp" not in self.attributes
        removed = ("lp", "lk") if leaves_index else ()
        changed = {"v": {"N": str(self.version)}, **self.attributes}
        return update_statement(table, self.key, changed, removed, self.read_version)

    def insert(self, table: str) -> Statement:
        """Of a session that the store doesn't have, as `version`: see insert_statement."""
        item: Item = {**self.key, "v": {"N": str(self.version)}, **self.attributes}
        if self.erased_ms is not None:
            item["e"] = {"N": str(self.erased_ms)}
        return insert_statement(table, item)

    def withdraw(self, table: str) -> Statement:
        """Of a session that was inserted: removes it, unless it is no longer at that version."""
        return delete_statement(table, self.key, self.to_withdraw)

    def mark_written(self) -> Stored:
        """The store has the session as it is, as `version`. Returns what is to be remembered."""
        self.session.version, self.is_done = self.version, True
        stored = Stored(self.session, self.packed, live_key_of(self.attributes), self.erased_ms, self.place)
        self.attributes = {}
        return stored

    def refuse(self, reason: RejectReason, detail: str) -> list[Refused]:
        """Give the whole part up."""
        self.has_refused = True
        refused = [Refused(record, reason, detail) for record in self.part.records]
        self.part.events, self.part.records = [], []
        self.events, self.attributes, self.titles = (), {}, []
        return refused

    def refuse_culprits(self, fault: Exception) -> list[Refused]:
        """Of a part that could not be joined, give up the records that can't be joined alone; else all of it."""
        detail = f"joining: {type(fault).__name__}"
        part = self.part
        good = [_joins_alone(event) for event in part.events]
        if all(good):
            return self.refuse(RejectReason.INTERNAL_ERROR, detail)
        self.has_refused = True
        refused = [
            Refused(record, RejectReason.INTERNAL_ERROR, detail)
            for record, fine in zip(part.records, good, strict=True)
            if not fine
        ]
        part.events = [event for event, fine in zip(part.events, good, strict=True) if fine]
        part.records = [record for record, fine in zip(part.records, good, strict=True) if fine]
        return refused


class _Shown(NamedTuple):
    """What pages and filters show of a session, and what they would show without the events that come next."""

    status: Status
    media_id: str | None
    dimensions: tuple[str, ...]
    carried_ads: bool
    ad_ends_ms: int  # told by quartiles where the ad's length isn't known; 0 without any
    last_seen_ms: int

    @classmethod
    def of(cls, session: MediaSession, status: Status, kinds: Collection[EventKind]) -> "_Shown":
        return cls(
            status,
            session.media_id,
            session.dimensions.tokens,
            session.carried_ads,
            ad_ends_ms(session) if EventKind.AD_QUARTILE in kinds else 0,
            session.last_seen_ms,
        )

    def is_near(self, before: "_Shown", interval_ms: int) -> bool:
        """Whether events that can wait only moved the playhead or renewed a lease that is still long."""
        waited_ms = self.last_seen_ms - before.last_seen_ms
        return self[:-1] == before[:-1] and waited_ms < interval_ms + _PING_JITTER_MS


def _events_after(events: Sequence[MediaEvent], erased_ms: int | None) -> Sequence[MediaEvent]:
    """The events that were collected after the erasure (all where there was none)."""
    if erased_ms is None:
        return events
    return [event for event in events if _collected_ms(event) > erased_ms]


def _collected_ms(event: MediaEvent) -> int:
    return event.event_time_ms if event.collector_time_ms is None else event.collector_time_ms


def _began_before(session: MediaSession, erased_ms: int) -> bool:
    """Whether the tracker's counters, which are cumulative, may hold something from before the erasure."""
    return session.counters is not None and (session.counters.started_at_ms or 0) <= erased_ms


def _joins_alone(event: MediaEvent) -> bool:
    session = MediaSession(event.viewer_id, event.session_id)
    try:
        session.add(event)
        pack(session)
    except Exception:  # whatever it is: the question is only whether there is one
        return False
    return True
